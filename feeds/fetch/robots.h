#pragma once
// robots.txt by RFC 9309, with Crawl-delay. Pure: bytes and a path in, an answer out. When to ask for the
// file and what a failure means is the scheduler's business.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::fetch {

inline constexpr std::size_t robots_bytes_max = 512 * 1024;  // RFC 9309 2.5 wants at least 500 KiB
inline constexpr std::size_t robots_rules_max = 10'000;
inline constexpr std::size_t robots_pattern_bytes_max = 2'048;

class Robots {
 public:
  // Everything is allowed.
  Robots() = default;

  // The groups for `agent` (our product token, e.g. "newsfold"), or else those for "*". Anything that is no
  // rule is passed over; what is beyond robots_bytes_max is not read.
  static Robots parse(std::string_view bytes, std::string_view agent);

  // `target` is path and query as requested. The longest rule wins, allow before disallow.
  bool allows(std::string_view target) const;

  std::optional<std::chrono::milliseconds> crawl_delay() const noexcept { return crawl_delay_; }
  std::size_t rules() const noexcept { return rules_.size(); }

 private:
  enum class Kind : unsigned char { allow, disallow };
  struct Rule {
    std::string pattern;  // normalized; '*' and a last '$' have their meaning
    Kind kind{};
  };
  std::vector<Rule> rules_;
  std::optional<std::chrono::milliseconds> crawl_delay_;
};

}  // namespace newsfold::fetch
