#pragma once
// Which events a subscriber wants. The same on every transport and evaluated here, in the daemon; `prev` of
// an event counts only what passes.
//
// Parts that are empty let everything pass; values of one part are alternatives, parts add up. Callable
// from any thread.

#include "feeds/model/error.h"
#include "storage/change_row.h"
#include "storage/records.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::notify {

enum class Copies : std::uint8_t {
  show,  // every event
  fold,  // one voice a story: what happens to an article that is not the first of its story is left out
};

// As a person or a program writes it.
struct FilterSpec {
  std::vector<std::string> types;      // "article.created", "article.*", "feed.*"
  std::vector<std::string> feeds;      // names as configured, globs with * and ?; case does not matter
  std::vector<std::string> tags;       // exact, case does not matter
  std::vector<std::string> languages;  // BCP 47; "en" means en-GB, too
  std::string query;                   // words and "phrases", all of which stand in the title or the text
  Copies copies = Copies::show;
};

inline constexpr std::size_t filter_values_max = 64;  // of one part
inline constexpr std::size_t filter_value_bytes_max = 256;
inline constexpr std::size_t filter_query_bytes_max = 1024;

// The words of one event in the form that queries are looked up in; made on first use and kept, so that
// many subscribers cost one pass over the text. One thread at a time.
class FoldedText {
 public:
  std::string_view of(storage::ChangeView const& event);
  // For another event.
  void clear() noexcept;

 private:
  std::string folded_;
  bool made_ = false;
};

class Filter {
 public:
  Filter() = default;  // everything
  // Fails with `invalid`: an unknown type, a bound exceeded, a query without a word.
  static Result<Filter> make(FilterSpec const& spec);

  bool matches(storage::ChangeView const& event, FoldedText& text) const;
  // The same question about an article as it stands (lists, snapshots). `text` is its title and text, made by
  // fold_words(); types are not asked.
  bool matches(storage::ArticleHead const& head, std::string_view folded_text) const;
  // Whether events of this type may pass.
  bool wants(EventType type) const noexcept { return (types_ >> static_cast<std::uint8_t>(type) & 1) != 0; }
  bool asks_for_words() const noexcept { return !phrases_.empty(); }

  // Equal for filters that mean the same: subscribers with one key share their work.
  std::string const& key() const noexcept { return key_; }

 private:
  bool wants_feed(std::string_view name) const;
  bool wants_language(std::string_view language) const;
  bool wants_words(std::string_view folded_text) const;

  std::uint32_t types_ = ~std::uint32_t{0};  // bit per EventType
  std::vector<std::string> feeds_;           // lower case
  std::vector<std::string> tags_;
  std::vector<std::string> languages_;
  std::vector<std::string> phrases_;  // as fold_words() leaves them
  Copies copies_ = Copies::show;
  std::string key_;
};

// " some words in lower case ": runs of letters and digits parted by single blanks; ideographs, which have
// no blanks between words, stand alone. Appends.
void fold_words(std::string& out, std::string_view utf8);

// * is any run of bytes, ? any one. Linear in the product of the sizes, no recursion.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace newsfold::notify
