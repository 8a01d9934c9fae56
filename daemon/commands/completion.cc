// What the shells are told of the command line. Names of feeds are asked of the daemon when they are wanted.

#include "daemon/commands/command_tree.h"
#include "feeds/text/join.h"

#include <functional>

namespace newsfold {
namespace {

// `newsfold feeds --names` prints one a line, and nothing where no daemon runs.
constexpr std::string_view feed_names = "newsfold feeds --names 2>/dev/null";

bool wants_feed(OptionText const& option) { return option.value.starts_with("FEED"); }
bool wants_file(OptionText const& option) {
  return option.value == "FILE" || option.value == "DIR" || option.value == "PATH";
}

// Within '...' of a shell.
std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

using Visit = std::function<void(std::string const& path, CommandText const& command)>;

// "", "config", "config check": every command under its words.
void walk(CommandText const& command, std::string const& path, Visit const& visit) {
  visit(path, command);
  for (auto const& child : command.commands)
    walk(child, path.empty() ? child.name : path + " " + child.name, visit);
}

}  // namespace

std::string bash_completion(CommandText const& root) {
  std::string out =
      "# bash completion for newsfold\n"
      "_newsfold() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n";
  walk(root, "", [&](std::string const& path, CommandText const&) {
    if (!path.empty()) out += "      ' " + path + "') path=' " + path + "' ;;\n";
  });
  out += "    esac\n  done\n  COMPREPLY=()\n  case \"$path\" in\n";
  walk(root, "", [&](std::string const& path, CommandText const& command) {
    std::string words;
    std::string values;
    std::string names;  // a command for positional feeds
    for (auto const& child : command.commands) words += child.name + " ";
    bool files = false;
    for (auto const& option : command.options) {
      if (option.positional) {
        if (wants_feed(option)) names = feed_names;
        files |= wants_file(option);
        words += text::join(option.choices, " ") + " ";
        continue;
      }
      for (auto const& name : option.names) {
        words += name + " ";
        if (!option.choices.empty())
          values += "        " + name + ") COMPREPLY=($(compgen -W '" + text::join(option.choices, " ") +
                    "' -- \"$word\")); return ;;\n";
        else if (wants_file(option))
          values += "        " + name + ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n";
        else if (!option.value.empty())
          values += "        " + name + ") return ;;\n";
      }
    }
    out += "    '" + (path.empty() ? path : " " + path) + "')\n";
    if (!values.empty()) out += "      case \"$before\" in\n" + values + "      esac\n";
    out += "      COMPREPLY=($(compgen -W '" + words + "'";
    if (!names.empty()) out += "\" $(" + names + ")\"";
    out += " -- \"$word\"))\n";
    if (files) out += "      [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- \"$word\"))\n";
    out += "      ;;\n";
  });
  return out + "  esac\n}\ncomplete -o filenames -F _newsfold newsfold\n";
}

std::string zsh_completion(CommandText const& root) {
  // Not "path": in zsh that is $PATH.
  std::string out =
      "#compdef newsfold\n"
      "_newsfold() {\n"
      "  local said= i\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    case \"$said ${words[i]}\" in\n";
  walk(root, "", [&](std::string const& path, CommandText const&) {
    if (!path.empty()) out += "      ' " + path + "') said=' " + path + "' ;;\n";
  });
  out += "    esac\n  done\n  case \"$said\" in\n";
  walk(root, "", [&](std::string const& path, CommandText const& command) {
    out += "    '" + (path.empty() ? path : " " + path) + "')\n";
    std::string described;
    bool files = false;
    bool feeds = false;
    std::string words;
    auto const describe = [&described](std::string const& name, std::string const& help) {
      std::string plain;
      for (char const c : name) plain += c == ':' ? std::string("\\:") : std::string(1, c);
      described += " '" + escaped(plain + ":" + help) + "'";
    };
    for (auto const& child : command.commands) describe(child.name, child.help);
    for (auto const& option : command.options) {
      if (option.positional) {
        feeds |= wants_feed(option);
        files |= wants_file(option);
        for (auto const& choice : option.choices) describe(choice, option.help);
        continue;
      }
      files |= wants_file(option);
      for (auto const& name : option.names) describe(name, option.help);
      words += text::join(option.choices, " ") + " ";
    }
    out += "      local -a found=(" + described + ")\n      _describe newsfold found\n";
    if (feeds) out += "      compadd -- $(" + std::string(feed_names) + ")\n";
    if (words.find_first_not_of(' ') != std::string::npos) out += "      compadd -- " + words + "\n";
    if (files) out += "      _files\n";
    out += "      ;;\n";
  });
  // Read by a file of $fpath it is the function's body, sourced it announces itself.
  return out +
         "  esac\n}\n"
         "if [[ ${funcstack[1]} == _newsfold ]]; then _newsfold \"$@\"; else compdef _newsfold newsfold; "
         "fi\n";
}

std::string fish_completion(CommandText const& root) {
  std::string out = "# fish completion for newsfold\ncomplete -c newsfold -f\n";
  walk(root, "", [&](std::string const& path, CommandText const& command) {
    // A command's words must have been said, none of its children's yet.
    std::string condition = path.empty() ? "__fish_use_subcommand" : "";
    if (!path.empty()) {
      for (std::size_t at = 0; at < path.size();) {
        auto const end = std::min(path.find(' ', at), path.size());
        condition += (condition.empty() ? "" : "; and ") +
                     ("__fish_seen_subcommand_from " + path.substr(at, end - at));
        at = end + 1;
      }
      std::string children;
      for (auto const& child : command.commands) children += " " + child.name;
      if (!children.empty()) condition += "; and not __fish_seen_subcommand_from" + children;
    }
    auto const begin = "complete -c newsfold -n '" + condition + "'";
    for (auto const& child : command.commands)
      out += begin + " -a " + child.name + " -d '" + escaped(child.help) + "'\n";
    for (auto const& option : command.options) {
      if (option.positional) {
        if (wants_feed(option)) out += begin + " -a '(" + std::string(feed_names) + ")'\n";
        if (wants_file(option)) out += begin + " -F\n";
        for (auto const& choice : option.choices) out += begin + " -a " + choice + "\n";
        continue;
      }
      auto line = begin;
      for (auto const& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty())
        line += " -x -a '" + text::join(option.choices, " ") + "'";
      else if (wants_file(option))
        line += " -r -F";
      else if (!option.value.empty())
        line += " -x";
      out += line + " -d '" + escaped(option.help) + "'\n";
    }
  });
  return out;
}

}  // namespace newsfold
