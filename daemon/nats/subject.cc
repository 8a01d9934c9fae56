#include "daemon/nats/subject.h"

#include "feeds/model/event.h"

#include <algorithm>

namespace newsfold::nats {

namespace {

bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_placeholder(std::string_view token) noexcept { return token.starts_with('{'); }

}  // namespace

std::string token_of(std::string_view name) {
  std::string token(name.substr(0, token_bytes_max));
  std::ranges::replace_if(
      token, [](char c) { return !is_token_char(c); }, '_');
  return token.empty() ? "_" : token;
}

Result<SubjectTemplate> SubjectTemplate::parse(std::string_view text) {
  auto const wrong = [&](std::string_view why) {
    return Error{ErrorCode::invalid, "\"" + std::string(text.substr(0, subject_bytes_max)) +
                                         "\" is no subject: " + std::string(why)};
  };
  if (text.size() > subject_bytes_max) return wrong("it is too long");
  SubjectTemplate out;
  for (std::size_t at = 0; at <= text.size();) {
    auto const dot = std::min(text.find('.', at), text.size());
    auto const token = text.substr(at, dot - at);
    at = dot + 1;
    if (token.empty()) return wrong("it has an empty part");
    if (is_placeholder(token)) {
      if (token != "{type}" && token != "{feed}" && token != "{lang}")
        return wrong("the placeholders are {type}, {feed} and {lang}, each between dots");
      if (out.tokens_.empty()) return wrong("it begins with a placeholder");
    } else if (!std::ranges::all_of(token, is_token_char)) {
      return wrong("its parts are letters, digits, - and _");
    }
    out.tokens_.emplace_back(token);
  }
  return out;
}

std::string SubjectTemplate::of(notify::LoggedEvent const& event) const {
  std::string subject;
  for (auto const& token : tokens_) {
    if (!subject.empty()) subject += '.';
    if (token == "{type}")
      subject += event.lost ? std::string_view("lost") : to_string(event.type);
    else if (token == "{feed}")
      subject += token_of(event.feed_name);
    else if (token == "{lang}")
      subject +=
          event.language.empty() ? "und" : token_of(event.language.substr(0, event.language.find('-')));
    else
      subject += token;
  }
  return subject;
}

std::string SubjectTemplate::pattern() const {
  std::string pattern;
  for (auto const& token : tokens_) {
    if (is_placeholder(token)) return pattern + ".>";
    if (!pattern.empty()) pattern += '.';
    pattern += token;
  }
  return pattern;
}

}  // namespace newsfold::nats
