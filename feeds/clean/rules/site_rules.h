#pragma once
// What people know about single sites, as data: which selectors find headline, by-line, date and body there,
// and which parts to leave out. A rule helps and never hurts: where its selector finds nothing, what the
// generic extractor says holds. Rules come from rules/*.toml (built in) and from folders of the operator's
// own. Pure values; a SiteRules is not changed once it is shared between threads.

#include "feeds/clean/html/html_document.h"
#include "feeds/model/error.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace newsfold::clean {

struct SiteRule {
  std::string origin;              // file and line, for messages
  std::vector<std::string> hosts;  // "paper.example" stands for itself and every name below it
  // CSS selectors. Of title, date and body the first that finds something counts; of byline, too, with all
  // that it finds; strip takes out whatever any of them finds.
  std::vector<std::string> title;
  std::vector<std::string> byline;
  std::vector<std::string> date;
  std::vector<std::string> body;
  std::vector<std::string> strip;
};

inline constexpr std::size_t rule_hosts_max = 64;
inline constexpr std::size_t rule_selectors_max = 16;  // of each kind
inline constexpr std::size_t selector_bytes_max = 500;

class SiteRules {
 public:
  // A later rule for a host takes the place of an earlier one. Fails with `invalid` for a rule without
  // hosts or with more than the bounds above, and names it.
  Result<void> add(SiteRule rule);

  // The rule of the longest name that `host` is or stands below; null for none. Case does not count.
  SiteRule const* find(std::string_view host) const;

  std::size_t size() const noexcept { return rules_.size(); }
  std::vector<SiteRule> const& rules() const noexcept { return rules_; }

 private:
  std::vector<SiteRule> rules_;
  std::unordered_map<std::string, std::size_t> by_host_;
};

// Fails with `invalid` for what is no CSS selector. Costs about 50 us a selector: for rules that people
// write, not for those that were tried before.
Result<void> check_selectors(SiteRule const& rule);

// What a rule found in a page; empty where a selector found nothing.
struct RuleMatch {
  NodeIndex title = no_node;
  std::vector<NodeIndex> byline;
  NodeIndex date = no_node;
  std::vector<NodeIndex> body;  // none inside another
  std::vector<NodeIndex> strip;
};

RuleMatch match_rule(HtmlDocument const& page, SiteRule const& rule);

}  // namespace newsfold::clean
