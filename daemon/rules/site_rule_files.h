#pragma once
// Site rules from TOML files: the built-in ones and the operator's own. A file holds [[site]] tables with
// hosts, title, byline, date, body and strip, each a string or a list of strings; see rules/README.md.

#include "feeds/clean/rules/site_rules.h"
#include "feeds/model/error.h"

#include <memory>
#include <string>
#include <string_view>

namespace newsfold::rules {

inline constexpr std::size_t rule_file_bytes_max = 1UL << 20;
inline constexpr std::size_t rule_files_max = 1000;
inline constexpr std::size_t sites_max = 20'000;

enum class CheckSelectors : unsigned char { yes, no };

// Adds what `toml` says. `file` names it in messages. Fails with `invalid`: file, line and what is wrong.
Result<void> add_rules(std::string_view toml, std::string const& file, CheckSelectors check,
                       clean::SiteRules& out);

// Those that are built in. Read once; the same object for all.
std::shared_ptr<clean::SiteRules const> built_in_rules();

// The built-in rules and behind them those of every *.toml in `folder`, in the order of their names; an empty
// name means none. Fails with `unreadable` or `invalid`.
Result<std::shared_ptr<clean::SiteRules const>> load_rules(std::string const& folder);

}  // namespace newsfold::rules
