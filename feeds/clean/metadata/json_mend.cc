// One scanner that follows the nesting and copies. Inside a string it repairs bytes; outside it drops what
// no JSON has. The one guess is at a quotation mark inside a string: it ends the string only where what
// follows could follow a string.
#include "feeds/clean/metadata/json_mend.h"

#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"

#include <boost/json/parse.hpp>

#include <vector>

namespace newsfold::clean {
namespace {

namespace json = boost::json;
using text::is_space;

constexpr std::size_t json_bytes_max = 2UL << 20;
constexpr std::size_t json_depth_max = 32;

// "<!--", "//<![CDATA[", a byte order mark in front, "-->", "//]]>", ";" behind.
std::string_view unwrapped(std::string_view text) {
  for (bool changed = true; changed;) {
    changed = false;
    text = text::trim(text);
    for (std::string_view const mark : {"\xEF\xBB\xBF", "<!--", "//", "/*", "<![CDATA[", "*/"})
      if (text.starts_with(mark)) text.remove_prefix(mark.size()), changed = true;
    for (std::string_view const mark : {"-->", "//", "/*", "]]>", "*/", ";"})
      if (text.ends_with(mark)) text.remove_suffix(mark.size()), changed = true;
  }
  return text;
}

class Mender {
 public:
  explicit Mender(std::string_view text) : text_(text) { out_.reserve(text.size() + 16); }

  std::string mend() {
    while (at_ < text_.size()) {
      char const c = text_[at_];
      if (c == '"') {
        string();
      } else if (c == '{' || c == '[') {
        if (open_.empty() && documents_++ > 0) out_ += ',';
        if (open_.size() < json_depth_max) open_ += c == '{' ? '}' : ']';
        out_ += c;
        ++at_;
      } else if (c == '}' || c == ']') {
        close(c);
        ++at_;
      } else if (c == '/' && at_ + 1 < text_.size() && (text_[at_ + 1] == '/' || text_[at_ + 1] == '*')) {
        comment();
      } else if (open_.empty()) {
        ++at_;  // between documents: commas, semicolons, words
      } else {
        out_ += c;
        ++at_;
      }
    }
    while (!open_.empty()) {
      drop_comma();
      if (!out_.empty() && out_.back() == ':') out_ += "null";
      out_ += open_.back();
      open_.pop_back();
    }
    return documents_ > 1 ? "[" + out_ + "]" : std::move(out_);
  }

 private:
  void drop_comma() {
    while (!out_.empty() && (is_space(out_.back()) || out_.back() == ',')) out_.pop_back();
  }

  // A bracket of the wrong kind closes what must be closed; one too many is dropped.
  void close(char c) {
    if (open_.find(c) == std::string::npos) return;
    drop_comma();
    while (open_.back() != c) {
      out_ += open_.back();
      open_.pop_back();
    }
    out_ += c;
    open_.pop_back();
  }

  void comment() {
    auto const end = text_[at_ + 1] == '/' ? text_.find('\n', at_) : text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + (text_[at_ + 1] == '/' ? 1 : 2);
  }

  // Behind a string stands a comma, a colon, a bracket that closes, or nothing; and behind a comma in an
  // object the next key.
  bool may_end_at(std::size_t quote) const {
    auto next = quote + 1;
    while (next < text_.size() && is_space(text_[next])) ++next;
    if (next >= text_.size()) return true;
    char const c = text_[next];
    if (c == '}' || c == ']' || c == ':') return true;
    if (c == '"' && next > quote + 1 &&
        text_.substr(quote, next - quote).find('\n') != std::string_view::npos)
      return true;  // a comma was forgotten
    if (c != ',') return false;
    ++next;
    while (next < text_.size() && is_space(text_[next])) ++next;
    return next >= text_.size() || text_[next] == '"' || text_[next] == '{' || text_[next] == '[' ||
           text_[next] == '}' || text_[next] == ']' || text_[next] == '-' || text::is_digit(text_[next]) ||
           text_.substr(next).starts_with("true") || text_.substr(next).starts_with("false") ||
           text_.substr(next).starts_with("null");
  }

  void string() {
    // Two strings side by side: the comma between them was forgotten.
    auto back = out_.size();
    while (back > 0 && is_space(out_[back - 1])) --back;
    if (back > 0 && (out_[back - 1] == '"' || out_[back - 1] == '}')) out_ += ',';
    out_ += '"';
    for (++at_; at_ < text_.size(); ++at_) {
      char const c = text_[at_];
      if (c == '"' && may_end_at(at_)) break;
      if (c == '"') {
        out_ += "\\\"";
      } else if (c == '\\') {
        escape();
      } else if (static_cast<unsigned char>(c) < 0x20) {
        out_ += c == '\n' ? "\\n" : " ";
      } else {
        out_ += c;
      }
    }
    if (at_ < text_.size()) ++at_;
    out_ += '"';
  }

  void escape() {
    auto const next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    constexpr std::string_view simple = "\"\\/bfnrt";
    if (next == 'u') {
      bool hex = at_ + 5 < text_.size();
      for (std::size_t i = at_ + 2; hex && i < at_ + 6; ++i)
        hex =
            text::is_digit(text_[i]) || (text::to_lower(text_[i]) >= 'a' && text::to_lower(text_[i]) <= 'f');
      if (!hex) return;  // the backslash goes
      out_ += "\\u";
      ++at_;
      return;
    }
    if (next != '\0' && simple.find(next) != std::string_view::npos) {
      out_ += '\\';
      out_ += next;
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  std::string open_;  // the brackets that will close what is open
  std::size_t documents_ = 0;
};

std::optional<json::value> parsed(std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  options.allow_invalid_utf8 = true;
  options.allow_trailing_commas = true;
  options.allow_comments = true;
  boost::system::error_code failure;
  auto value = json::parse(text, failure, {}, options);
  if (failure) return std::nullopt;
  return value;
}

}  // namespace

std::string mend_json(std::string_view text) { return Mender(unwrapped(text)).mend(); }

std::optional<json::value> parse_lenient_json(std::string_view text) {
  if (text.size() > json_bytes_max) return std::nullopt;
  if (auto value = parsed(text)) return value;
  if (auto value = parsed(mend_json(text))) return value;
  // Some templates escape the document as if it were text: {&quot;@type&quot;: ...
  if (text.find("&quot;") == std::string_view::npos) return std::nullopt;
  return parsed(mend_json(text::decode_entities(text)));
}

}  // namespace newsfold::clean
