#pragma once
// The wording of fragments, from data/fragments: a file a language, a line a phrase ("KIND MODE PHRASE").
// Read at first use and shared by all threads.

#include "feeds/model/article.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace newsfold::clean {

// Folded to lower case, blanks collapsed, quotation marks made plain, marks at both ends taken off.
std::string normal_form(std::string_view line);

class FragmentLexicon {
 public:
  static FragmentLexicon const& instance();

  // `form` is a normal form.
  std::optional<FragmentKind> whole_line(std::string_view form) const;
  std::optional<FragmentKind> up_to_colon(std::string_view form) const;
  std::optional<FragmentKind> beginning(std::string_view form) const;
  std::optional<FragmentKind> anywhere(std::string_view form) const;
  // `form` is no sentence but a headline or a label that only begins so.
  std::optional<FragmentKind> label_beginning(std::string_view form) const;

 private:
  struct Phrase {
    std::string text;
    FragmentKind kind{};
  };
  // By the first two bytes: of a hundred lines of prose hardly one meets a phrase.
  using Index = std::array<std::vector<Phrase>, 1U << 12>;

  FragmentLexicon();
  void read(std::string_view lines);
  static std::optional<FragmentKind> longest(Index const& index, std::string_view form);
  static std::size_t bucket(std::string_view text) noexcept;

  std::unordered_map<std::string, FragmentKind> whole_;
  std::unordered_map<std::string_view, FragmentKind> whole_views_;
  Index begins_;
  Index labels_;
  Index colons_;
  Index holds_;
};

}  // namespace newsfold::clean
