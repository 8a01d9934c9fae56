#include "feeds/clean/rules/site_rules.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>
#include <utility>

namespace newsfold::clean {
namespace {

constexpr std::size_t matches_max = 2000;  // of one selector

struct Kind {
  std::string_view name;
  std::vector<std::string> SiteRule::*selectors;
};
constexpr auto kinds = std::to_array<Kind>({{"title", &SiteRule::title},
                                            {"byline", &SiteRule::byline},
                                            {"date", &SiteRule::date},
                                            {"body", &SiteRule::body},
                                            {"strip", &SiteRule::strip}});

// The first selector that finds something, and all that it finds.
std::vector<NodeIndex> first_found(HtmlDocument const& page, std::vector<std::string> const& selectors) {
  for (auto const& selector : selectors)
    if (auto found = page.select(selector); found && !found->empty()) {
      if (found->size() > matches_max) found->resize(matches_max);
      return std::move(*found);
    }
  return {};
}

}  // namespace

Result<void> SiteRules::add(SiteRule rule) {
  auto const fail = [&](std::string const& what) {
    return Error{ErrorCode::invalid, (rule.origin.empty() ? "" : rule.origin + ": ") + what};
  };
  if (rule.hosts.empty()) return fail("a site rule without hosts; name them: hosts = [\"paper.example\"]");
  if (rule.hosts.size() > rule_hosts_max)
    return fail("a site rule of more than " + std::to_string(rule_hosts_max) + " hosts; split it");
  for (auto const& kind : kinds) {
    if ((rule.*kind.selectors).size() > rule_selectors_max)
      return fail("more than " + std::to_string(rule_selectors_max) + " selectors of " +
                  std::string(kind.name));
    for (auto const& selector : rule.*kind.selectors)
      if (selector.size() > selector_bytes_max)
        return fail("a selector of " + std::to_string(selector.size()) + " bytes; the bound is " +
                    std::to_string(selector_bytes_max));
  }
  for (auto& host : rule.hosts) {
    host = text::lower(text::trim(host));
    if (host.empty() || host.find_first_of("/: ") != std::string::npos)
      return fail("\"" + host + "\" is no host name; write \"paper.example\", without scheme, port and path");
    if (host.starts_with("www.")) host.erase(0, 4);
    by_host_[host] = rules_.size();
  }
  rules_.push_back(std::move(rule));
  return {};
}

Result<void> check_selectors(SiteRule const& rule) {
  auto const blank = HtmlDocument::parse("<p></p>");
  if (!blank) return blank.error();
  for (auto const& kind : kinds)
    for (auto const& selector : rule.*kind.selectors)
      if (auto const tried = blank->select(selector); !tried)
        return Error{ErrorCode::invalid, (rule.origin.empty() ? "" : rule.origin + ": ") +
                                             std::string(kind.name) + ": " + tried.error().message};
  return {};
}

SiteRule const* SiteRules::find(std::string_view host) const {
  auto name = text::lower(host);
  if (name.ends_with('.')) name.pop_back();
  for (std::string_view rest = name; !rest.empty();) {
    if (auto const found = by_host_.find(std::string(rest)); found != by_host_.end())
      return &rules_[found->second];
    auto const dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return nullptr;
}

RuleMatch match_rule(HtmlDocument const& page, SiteRule const& rule) {
  RuleMatch out;
  if (auto const found = first_found(page, rule.title); !found.empty()) out.title = found.front();
  out.byline = first_found(page, rule.byline);
  if (auto const found = first_found(page, rule.date); !found.empty()) out.date = found.front();
  for (auto const node : first_found(page, rule.body))
    if (out.body.empty() || node >= page.end(out.body.back())) out.body.push_back(node);
  for (auto const& selector : rule.strip)
    if (auto const found = page.select(selector); found && out.strip.size() < matches_max)
      out.strip.insert(out.strip.end(), found->begin(), found->end());
  std::sort(out.strip.begin(), out.strip.end());
  return out;
}

}  // namespace newsfold::clean
