#pragma once
// TOML text to values with places. The only door to toml++.

#include "daemon/config/load.h"
#include "daemon/config/value.h"

#include <string>
#include <string_view>
#include <variant>

namespace newsfold::config {

inline constexpr std::size_t config_bytes_max = 16ULL << 20;  // 100,000 feeds fit twice

// The document's root table, or the first place that is not TOML. `file` is what messages call the text.
std::variant<Table, Problem> read_toml(std::string_view text, std::string const& file);

}  // namespace newsfold::config
