#pragma once
// The command line as a plain tree, read out of the parser itself: the manual pages and the shells'
// completions are made from it and cannot disagree with --help.

#include <string>
#include <vector>

namespace newsfold {

struct OptionText {
  std::vector<std::string> names;  // "--json", "-c"; of an argument: its name alone
  std::string value;               // "FILE"; empty: a flag
  std::string help;
  std::string fallback;              // what holds where it is not given; empty: nothing, or not told
  std::vector<std::string> choices;  // where only these are allowed
  bool positional = false;
  bool required = false;
};

struct CommandText {
  std::string name;
  std::string help;
  std::string footer;
  std::vector<OptionText> options;
  std::vector<CommandText> commands;
};

// newsfold(1) and newsfold.toml(5), in man(7)'s macros.
std::string manual_of_commands(CommandText const& root, std::string const& version);
std::string manual_of_configuration(std::string const& version);

std::string bash_completion(CommandText const& root);
std::string zsh_completion(CommandText const& root);
std::string fish_completion(CommandText const& root);

}  // namespace newsfold
