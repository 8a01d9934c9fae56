#pragma once
// The table of options: each declared once, with name, type, default, bounds and a sentence. The parser,
// the sample file and the reference page walk it. Defaults are those of the structs in config.h.

#include "daemon/config/config.h"
#include "daemon/config/value.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::config {

enum class TakesEffect : std::uint8_t { at_reload, at_restart };

struct Option {
  std::string_view key;
  std::string type;    // "duration", "size", "list of strings" ...
  std::string bounds;  // "1m .. 7d", "group | os"; empty: none
  std::string
      default_toml;  // as it stands in a file; empty: no default, `required` says whether it must stand
  std::string_view sentence;
  bool required = false;
  TakesEffect takes_effect = TakesEffect::at_restart;  // of a value that was changed in the file

  // Reads `value` into the section's struct; what is wrong with it otherwise, without the place.
  // `base` is the folder that relative paths are resolved against.
  std::function<std::optional<std::string>(Value const& value, void* section, std::string const& base)> read;

  // Whether two structs of the section hold the same value.
  std::function<bool(void const* section, void const* other)> same;
};

struct Section {
  std::string_view name;
  std::string_view sentence;
  std::vector<Option> options;
  bool repeated = false;  // [[name]]

  // The struct that this section's options are read into; a new one for a repeated section.
  std::function<void*(Config&)> place;
};

std::span<Section const> sections();

Section const* find_section(std::string_view name);
Option const* find_option(Section const& section, std::string_view key);

}  // namespace newsfold::config
