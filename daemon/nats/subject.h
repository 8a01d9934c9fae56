#pragma once
// Under which subject an event goes to NATS: a template such as "newsfold.{type}.{feed}". Pure.

#include "daemon/notify/log_reader.h"
#include "feeds/model/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::nats {

inline constexpr std::size_t subject_bytes_max = 200;  // of a template
inline constexpr std::size_t token_bytes_max = 100;    // of what a placeholder becomes

class SubjectTemplate {
 public:
  // Tokens parted by dots; the first is plain text, later ones may be a placeholder each: {type}
  // ("article.created": two tokens), {feed} (the feed's name), {lang} (its primary tag, "und" where it has
  // none). Fails with `invalid`.
  static Result<SubjectTemplate> parse(std::string_view text);

  std::string of(notify::LoggedEvent const& event) const;
  // What a stream must take, and only that: "newsfold.>", or the subject itself where it has no placeholder.
  std::string pattern() const;

 private:
  std::vector<std::string> tokens_;
};

// A name as one token: letters, digits, - and _ stay, everything else becomes _.
std::string token_of(std::string_view name);

}  // namespace newsfold::nats
