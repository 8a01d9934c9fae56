#include "feeds/fetch/resolve_rules.h"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace newsfold::fetch {

namespace {

bool parse_port(std::string_view text, std::uint16_t& port) {
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool fits(std::string_view pattern, std::string_view host) {
  if (pattern == "*") return true;
  if (pattern.starts_with("*.")) return host.ends_with(pattern.substr(1));
  return pattern == host;
}

}  // namespace

Result<ResolveRules> ResolveRules::parse(std::vector<std::string> const& rules) {
  ResolveRules out;
  for (auto const& text : rules) {
    std::string_view const all = text;
    auto const first = all.find(':');
    auto const second = first == all.npos ? all.npos : all.find(':', first + 1);
    Rule rule;
    bool good = second != all.npos && parse_port(all.substr(first + 1, second - first - 1), rule.port);
    if (good) {
      rule.host = std::string(all.substr(0, first));
      auto target = all.substr(second + 1);
      auto target_port = rule.port;
      // The colons of an IPv6 address stand within brackets.
      if (auto const last = target.rfind(':'); last != target.npos && !target.ends_with(']')) {
        good = parse_port(target.substr(last + 1), target_port);
        target = target.substr(0, last);
      }
      rule.connect_to = "::" + std::string(target) + ":" + std::to_string(target_port);
      if (target.starts_with('[') && target.ends_with(']')) target = target.substr(1, target.size() - 2);
      boost::system::error_code error;
      boost::asio::ip::make_address(std::string(target), error);
      good = good && !error && !rule.host.empty();
    }
    if (!good)
      return Error{
          ErrorCode::invalid,
          "fetch.resolve: '" + text + "' is not of the form HOST:PORT:ADDRESS or HOST:PORT:ADDRESS:PORT"};
    out.rules_.push_back(std::move(rule));
  }
  return out;
}

std::string_view ResolveRules::find(std::string_view host, std::uint16_t port) const {
  for (auto const& rule : rules_)
    if (rule.port == port && fits(rule.host, host)) return rule.connect_to;
  return {};
}

}  // namespace newsfold::fetch
