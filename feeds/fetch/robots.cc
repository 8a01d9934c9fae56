#include "feeds/fetch/robots.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace newsfold::fetch {

namespace {

// Of one question, in bytes that are searched: a few milliseconds. 512 KiB of honest rules with a star in
// each take half of it, an ordinary file a ten-thousandth.
constexpr std::size_t steps_max = 4'000'000;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

enum class Side : unsigned char { pattern, target };

// RFC 9309 2.2.2: both sides percent-encoded alike before they are compared. Unreserved octets stand as
// themselves, octets beyond ASCII encoded, escapes in capitals; '*' and '$' encoded where they are meant as
// themselves (2.2.3): in a target, and a '$' that does not end a pattern.
void normalize(std::string_view text, Side side, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto const is_operator = [&](std::size_t at) {
    return side == Side::pattern && (text[at] == '*' || at + 1 == text.size());
  };
  auto const encode = [&](unsigned char c) {
    out += '%';
    out += digits[c >> 4];
    out += digits[c & 15];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      auto const value = static_cast<unsigned char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      if (is_unreserved(value))
        out += static_cast<char>(value);
      else
        encode(value);
      i += 2;
    } else if (c >= 0x80 || ((c == '*' || c == '$') && !is_operator(i))) {
      encode(c);
    } else {
      out += static_cast<char>(c);
    }
  }
}

// Linear in both, which string_view::find is not.
std::size_t find(std::string_view text, std::string_view piece) {
  if (piece.empty()) return 0;
  auto const* const found =
      static_cast<char const*>(memmem(text.data(), text.size(), piece.data(), piece.size()));
  return found ? static_cast<std::size_t>(found - text.data()) : text.npos;
}

// What stands between two stars is found at its first place, which leaves the most for what follows. `steps`
// pays for each byte that is searched; where it runs out the answer is yes, as a pattern forbids.
bool matches(std::string_view pattern, std::string_view text, std::size_t& steps) {
  bool const anchored = pattern.ends_with('$');
  if (anchored) pattern.remove_suffix(1);
  auto star = pattern.find('*');
  if (!text.starts_with(pattern.substr(0, star))) return false;
  if (star == pattern.npos) return !anchored || text.size() == pattern.size();
  text.remove_prefix(star);
  for (;;) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    auto const piece = pattern.substr(0, star);
    if (star == pattern.npos && anchored) return text.ends_with(piece);
    if (piece.size() > text.size()) return false;
    auto const at = find(text, piece);
    auto const cost = std::min(at, text.size()) + piece.size() + 1;
    if (cost >= steps) {
      steps = 0;
      return true;
    }
    steps -= cost;
    if (at == text.npos) return false;
    if (star == pattern.npos) return true;
    text.remove_prefix(at + piece.size());
  }
}

// The product token of a User-agent line: letters, '_' and '-'; "*" stands for itself.
std::string_view product_of(std::string_view value) {
  if (value.starts_with('*')) return "*";
  std::size_t end = 0;
  while (end < value.size() && (text::is_alpha(value[end]) || value[end] == '_' || value[end] == '-')) ++end;
  return value.substr(0, end);
}

struct Line {
  std::string_view key;
  std::string_view value;
};

std::optional<Line> next_line(std::string_view& rest) {
  while (!rest.empty()) {
    auto const end = rest.find_first_of("\r\n");
    auto line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    line = line.substr(0, line.find('#'));
    auto const colon = line.find(':');
    if (colon != line.npos)
      return Line{text::trim(line.substr(0, colon)), text::trim(line.substr(colon + 1))};
  }
  return std::nullopt;
}

}  // namespace

std::string product_token(std::string_view user_agent) { return std::string(product_of(user_agent)); }

Robots Robots::parse(std::string_view bytes, std::string_view agent) {
  bytes = bytes.substr(0, robots_bytes_max);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Robots ours, everybodys;
  bool ours_named = false;
  // Which groups the present rules belong to; a group's names may stand on several lines.
  bool in_ours = false, in_everybodys = false, names_go_on = false;
  while (auto const line = next_line(bytes)) {
    if (text::equals_ignoring_case(line->key, "user-agent")) {
      if (!names_go_on) in_ours = in_everybodys = false;
      names_go_on = true;
      auto const product = product_of(line->value);
      if (product == "*") in_everybodys = true;
      if (text::equals_ignoring_case(product, agent)) in_ours = ours_named = true;
      continue;
    }
    bool const allow = text::equals_ignoring_case(line->key, "allow");
    bool const disallow = text::equals_ignoring_case(line->key, "disallow");
    bool const delay = text::equals_ignoring_case(line->key, "crawl-delay");
    if (!allow && !disallow && !delay) continue;  // sitemap and the like belong to no group
    names_go_on = false;
    for (Robots* group : {in_ours ? &ours : nullptr, in_everybodys ? &everybodys : nullptr}) {
      if (!group) continue;
      if (delay) {
        double seconds = 0;
        auto const [end, failure] =
            std::from_chars(line->value.data(), line->value.data() + line->value.size(), seconds);
        if (failure == std::errc{} && seconds > 0 && seconds < 1e6)
          group->crawl_delay_ = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
      } else if (!line->value.empty()) {
        auto const begin = group->patterns_.size();
        normalize(line->value, Side::pattern, group->patterns_);
        group->rules_.push_back({static_cast<std::uint32_t>(begin),
                                 static_cast<std::uint32_t>(group->patterns_.size() - begin),
                                 allow ? Kind::allow : Kind::disallow});
      }
    }
  }
  auto& group = ours_named ? ours : everybodys;
  group.patterns_.shrink_to_fit();
  group.rules_.shrink_to_fit();
  return std::move(group);
}

bool Robots::allows(std::string_view target) const {
  if (target.empty()) target = "/";
  if (target == "/robots.txt") return true;
  std::string wanted;
  normalize(target.substr(0, 8 * 1024), Side::target, wanted);
  std::size_t steps = steps_max;
  std::size_t longest = 0;
  auto verdict = Kind::allow;
  for (auto const& rule : rules_) {
    auto const pattern = std::string_view(patterns_).substr(rule.begin, rule.size);
    if (pattern.size() < longest || !matches(pattern, wanted, steps)) continue;
    if (steps == 0) return false;  // nobody can tell: then not
    if (pattern.size() > longest || rule.kind == Kind::allow) verdict = rule.kind;
    longest = pattern.size();
  }
  return verdict == Kind::allow;
}

}  // namespace newsfold::fetch
