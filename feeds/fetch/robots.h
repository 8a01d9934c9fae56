#pragma once
// robots.txt by RFC 9309, with Crawl-delay. Pure: bytes and a path in, an answer out. When to ask for the
// file and what a failure means is the scheduler's business.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::fetch {

inline constexpr std::size_t robots_bytes_max = 512 * 1024;  // RFC 9309 2.5 wants at least 500 KiB

// The name under which robots.txt knows who sends `user_agent`: "AcmeNews" of "AcmeNews/2.0 (...)". Empty
// where it begins with no letter.
std::string product_token(std::string_view user_agent);

class Robots {
 public:
  // Everything is allowed.
  Robots() = default;

  // The groups for `agent` (our product token, e.g. "newsfold"), or else those for "*". Anything that is no
  // rule is passed over; what is beyond robots_bytes_max is not read.
  static Robots parse(std::string_view bytes, std::string_view agent);

  // `target` is path and query as requested. The longest rule wins, allow before disallow. A file made to be
  // slow forbids what it is slow for.
  bool allows(std::string_view target) const;

  std::optional<std::chrono::milliseconds> crawl_delay() const noexcept { return crawl_delay_; }
  std::size_t rules() const noexcept { return rules_.size(); }
  std::size_t bytes() const noexcept { return patterns_.size() + rules_.size() * sizeof(Rule); }  // in memory

 private:
  enum class Kind : unsigned char { allow, disallow };
  struct Rule {
    std::uint32_t begin = 0;  // in patterns_
    std::uint32_t size = 0;
    Kind kind{};
  };
  std::string patterns_;  // normalized; '*' and a last '$' have their meaning
  std::vector<Rule> rules_;
  std::optional<std::chrono::milliseconds> crawl_delay_;
};

}  // namespace newsfold::fetch
