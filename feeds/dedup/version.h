#pragma once
// Did an article change, and how? A version is a change of the clean title or text that a reader would
// notice: not one of white space, typography, markup, tracking parameters in links, or of a line that
// only says when the page was updated. No I/O, no clock; any thread.

#include "feeds/model/article.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::dedup {

// Equal for two texts that are one version. The store compares it before it asks for a diff.
std::uint64_t version_hash(std::string_view title, std::string_view text);

enum class EditClass : std::uint8_t {
  none,          // the same version
  headline,      // only the title
  correction,    // a few words
  addition,      // text was added, (almost) nothing taken away
  removal,       // the reverse
  rewrite,       // more than that
  paywall_up,    // a wall cuts the text that was whole
  paywall_down,  // the text is whole again
};
std::string_view to_string(EditClass edit) noexcept;

enum class DiffKind : std::uint8_t { kept, removed, added };

// A run of words. Of long kept runs only the ends are given, with " … " between.
struct DiffPart {
  DiffKind kind{};
  std::string text;

  bool operator==(DiffPart const&) const = default;
};

struct VersionText {
  std::string_view title;
  std::string_view text;
  Paywall paywall = Paywall::none;
  bool truncated = false;
};

struct Edit {
  EditClass kind = EditClass::none;
  std::uint32_t words_added = 0;
  std::uint32_t words_removed = 0;
  std::uint32_t words_kept = 0;
  std::vector<DiffPart> title_diff;  // empty where the title is the same
  std::vector<DiffPart> text_diff;   // empty where the text is the same
};

// A word-level diff and its class. Bounded: texts with more than `diff_words_max` words, or too different to
// be worth it, are compared by lines.
inline constexpr std::size_t diff_words_max = 20'000;
Edit compare_versions(VersionText const& before, VersionText const& after);

}  // namespace newsfold::dedup
