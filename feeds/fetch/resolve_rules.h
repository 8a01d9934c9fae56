#pragma once
// FetchOptions::resolve: where connections to a host and port really go.

#include "feeds/model/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::fetch {

class ResolveRules {
 public:
  // "HOST:PORT:ADDRESS:PORT"; HOST may be "*" or "*.suffix", an IPv6 ADDRESS stands in brackets.
  static Result<ResolveRules> parse(std::vector<std::string> const& rules);

  // For CURLOPT_CONNECT_TO: "::ADDRESS:PORT". Empty where no rule fits. `host` in lower case.
  std::string_view find(std::string_view host, std::uint16_t port) const;

 private:
  struct Rule {
    std::string host;
    std::uint16_t port = 0;
    std::string connect_to;
  };
  std::vector<Rule> rules_;
};

}  // namespace newsfold::fetch
