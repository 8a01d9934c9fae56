#pragma once
// A string that must never be seen in a log, a message or the API: a token, a password, a signing key.
// It prints as ***; whoever needs the text says `reveal()`, which a reader of the code can search for.

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace newsfold {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  std::string const& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

 private:
  std::string text_;
};

inline constexpr std::string_view secret_mask = "***";

inline std::ostream& operator<<(std::ostream& out, Secret const&) { return out << secret_mask; }

}  // namespace newsfold
