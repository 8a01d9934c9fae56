#include "daemon/commands/command_line.h"

#include "daemon/config/suggest.h"

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

// What to say of the first word that should name a command and does not; empty where all do.
std::string unknown_command(CLI::App const& root, int argc, char const* const* argv) {
  auto const* app = &root;
  std::string path = root.get_name();
  for (int i = 1; i < argc && app->get_require_subcommand_min() > 0; ++i) {
    std::string const word = argv[i];
    if (word.starts_with('-')) return {};
    auto const commands = app->get_subcommands([](CLI::App const*) { return true; });
    auto const next =
        std::ranges::find_if(commands, [&](CLI::App const* command) { return command->get_name() == word; });
    if (next == commands.end()) {
      std::vector<std::string_view> names;
      for (auto const* command : commands) names.push_back(command->get_name());
      auto const near = config::nearest(word, names);
      return "there is no command `" + word + "`" +
             (near ? "; did you mean `" + std::string(*near) + "`?" : ".") + " `" + path +
             " --help` lists them.";
    }
    app = *next;
    path += " " + word;
  }
  return {};
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
    // CLI11 says of a mistyped command only that one is required.
    auto const stranger = e.get_exit_code() == 0 ? std::string() : unknown_command(*app_, argc, argv);
    if (!stranger.empty()) std::cerr << app_->get_name() << ": " << stranger << '\n';
    exit_code = !stranger.empty() ? 2 : app_->exit(e) == 0 ? 0 : 2;
  }
}

}  // namespace newsfold
