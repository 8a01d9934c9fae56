#include "daemon/commands/command_tree.h"

#include <CLI/CLI.hpp>

namespace newsfold {
namespace {

// CLI11 keeps the allowed values of IsMember only as text: "{gzip,zstd}".
std::vector<std::string> choices_in(std::string const& type) {
  std::vector<std::string> out;
  auto const open = type.find('{');
  auto const close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return out;
  for (std::size_t at = open + 1; at < close;) {
    auto const comma = std::min(type.find(',', at), close);
    out.push_back(type.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

OptionText read_option(CLI::Option const& option) {
  OptionText out;
  out.positional = option.get_positional();
  for (auto const& name : option.get_snames()) out.names.push_back("-" + name);
  for (auto const& name : option.get_lnames()) out.names.push_back("--" + name);
  if (out.names.empty()) out.names.push_back(option.get_name());
  out.help = option.get_description();
  out.required = option.get_required();
  out.fallback = option.get_default_str();
  bool const is_flag = option.get_items_expected_max() == 0;
  if (!is_flag) {
    auto const type = option.get_type_name();
    out.choices = choices_in(type);
    out.value = type.substr(0, type.find_first_of(":{ "));
    if (out.value.empty() || out.value == "TEXT") out.value = out.choices.empty() ? "TEXT" : "WORD";
  }
  return out;
}

}  // namespace

CommandText read_commands(CLI::App const& app) {
  CommandText out;
  out.name = app.get_name();
  out.help = app.get_description();
  out.footer = app.get_footer();
  for (auto const* option : app.get_options()) out.options.push_back(read_option(*option));
  for (auto const* command : app.get_subcommands([](CLI::App const*) { return true; }))
    out.commands.push_back(read_commands(*command));
  return out;
}

}  // namespace newsfold
