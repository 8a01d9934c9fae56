#include "daemon/commands/command_line.h"

#include "daemon/config/suggest.h"
#include "feeds/text/join.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string_view>

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

// The command that the words lead to, and how it is called: "newsfold config check".
struct Called {
  CLI::App const* app;
  std::string path;
  int words;  // read
};

Called called_command(CLI::App const& root, int argc, char const* const* argv) {
  Called out{&root, root.get_name(), 1};
  for (; out.words < argc; ++out.words) {
    auto const commands = out.app->get_subcommands([](CLI::App const*) { return true; });
    std::string_view const word = argv[out.words];
    auto const next =
        std::ranges::find_if(commands, [&](CLI::App const* command) { return command->get_name() == word; });
    if (next == commands.end()) break;
    out.app = *next;
    out.path += " " + out.app->get_name();
  }
  return out;
}

// `dashes` stand before each name.
std::string did_you_mean(std::string_view word, std::vector<std::string> const& names,
                         std::string const& dashes = "") {
  auto const near = config::nearest(word, {names.begin(), names.end()});
  return near ? "; did you mean `" + dashes + std::string(*near) + "`?" : std::string(".");
}

// The first option that the command does not have; empty where it has all.
std::string unknown_option(Called const& called, int argc, char const* const* argv) {
  std::vector<std::string> names;
  for (auto const* option : called.app->get_options())
    for (auto const& name : option->get_lnames()) names.push_back(name);
  for (int i = called.words; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    word = word.substr(2, word.find('=') - 2);
    if (std::ranges::find(names, word) != names.end()) continue;
    return "there is no option `--" + std::string(word) + "`" + did_you_mean(word, names, "--");
  }
  return {};
}

// What CLI11 says in words of its own, as a person would: what is wrong, in which command, where to read on.
std::string usage_error(CLI::App const& root, int argc, char const* const* argv,
                        CLI::ParseError const& error) {
  auto const called = called_command(root, argc, argv);
  std::string what = error.what();
  if (called.app->get_require_subcommand_min() > 0) {
    std::vector<std::string> commands;
    for (auto const* command : called.app->get_subcommands([](CLI::App const*) { return true; }))
      commands.push_back(command->get_name());
    bool const mistyped = called.words < argc && !std::string_view(argv[called.words]).starts_with('-');
    std::string const word = mistyped ? argv[called.words] : "";
    what = mistyped ? "there is no command `" + word + "`" + did_you_mean(word, commands)
                    : "name a command: " + text::join(commands, ", ") + ".";
    return called.path + ": " + what + " `" + called.path + " --help` tells of them.";
  }
  if (auto const stranger = unknown_option(called, argc, argv); !stranger.empty()) {
    what = stranger;
  } else {
    for (auto const* option : called.app->get_options())
      if (option->get_required() && option->get_positional() && option->count() == 0) {
        what = read_option(*option).value;
        if (what == "TEXT") what = option->get_name(true);
        what = what + " is missing.";
        break;
      }
    if (!what.ends_with('.')) what += ".";
  }
  return called.path + ": " + what + " `" + called.path + " --help` tells what it takes.";
}

CommandText read_command(CLI::App const& app) {
  CommandText out;
  out.name = app.get_name();
  out.help = app.get_description();
  out.footer = app.get_footer();
  for (auto const* option : app.get_options()) out.options.push_back(read_option(*option));
  for (auto const* command : app.get_subcommands([](CLI::App const*) { return true; }))
    out.commands.push_back(read_command(*command));
  return out;
}

}  // namespace

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::type_name(std::string const& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::one_of(std::initializer_list<char const*> words) const {
  option_->check(CLI::IsMember(std::vector<std::string>(words.begin(), words.end())));
  return *this;
}

Option Option::range(int low, int high) const {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option Option::range(double low, double high) const {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option Option::number() const {
  option_->check(CLI::Number);
  return *this;
}

Option Option::show_default() const {
  option_->capture_default_str();
  return *this;
}

Command Command::subcommand(std::string const& name, std::string const& help) const {
  return Command(app_->add_subcommand(name, help));
}

Command Command::needs_subcommand() const {
  app_->require_subcommand(1);
  return *this;
}

Option Command::option(std::string const& names, std::string& bound, std::string const& help) const {
  return Option(app_->add_option(names, bound, help));
}

Option Command::option(std::string const& names, int& bound, std::string const& help) const {
  return Option(app_->add_option(names, bound, help));
}

Option Command::option(std::string const& names, std::size_t& bound, std::string const& help) const {
  return Option(app_->add_option(names, bound, help));
}

Option Command::option(std::string const& names, double& bound, std::string const& help) const {
  return Option(app_->add_option(names, bound, help));
}

Option Command::option(std::string const& names, std::vector<std::string>& bound,
                       std::string const& help) const {
  return Option(app_->add_option(names, bound, help));
}

Option Command::flag(std::string const& names, bool& bound, std::string const& help) const {
  return Option(app_->add_flag(names, bound, help));
}

Command Command::footer(std::string const& text) const {
  app_->footer(text);
  return *this;
}

Command Command::callback(std::function<void()> const& run) const {
  app_->callback(run);
  return *this;
}

CommandText Command::read() const { return read_command(*app_); }

CommandLine::CommandLine(std::string const& name, std::string const& help, std::string const& version)
    : app_(std::make_unique<CLI::App>(help, name)) {
  if (!version.empty()) app_->set_version_flag("--version", name + " " + version);
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

Command CommandLine::root() const { return Command(app_.get()); }

void CommandLine::run(int argc, char const* const* argv, int& exit_code) {
  try {
    app_->parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    if (e.get_exit_code() == 0) {  // --help, --version
      app_->exit(e);
      exit_code = 0;
    } else {
      std::cerr << usage_error(*app_, argc, argv, e) << '\n';
      exit_code = 2;
    }
  }
}

}  // namespace newsfold
