#pragma once
// The command line, declared option by option. A light face of CLI11, whose headers cost eight seconds of
// every file that includes them: they are compiled in command_line.cc alone.
//
// Command and Option are handles, cheap to copy, and live as long as the CommandLine that they came from.
// What options are bound to must outlive the call of run(). One thread.

#include "daemon/commands/command_tree.h"

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace newsfold {

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option required() const;
  Option type_name(std::string const& name) const;  // shown in place of the value
  Option one_of(std::initializer_list<char const*> words) const;
  Option range(int low, int high) const;
  Option range(double low, double high) const;
  Option number() const;
  Option show_default() const;  // what it is bound to holds it now

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}
  Command subcommand(std::string const& name, std::string const& help) const;
  Command needs_subcommand() const;

  // `names`: "--json", "-c,--config"; without dashes a positional argument. A list takes many values.
  Option option(std::string const& names, std::string& bound, std::string const& help) const;
  Option option(std::string const& names, int& bound, std::string const& help) const;
  Option option(std::string const& names, std::size_t& bound, std::string const& help) const;
  Option option(std::string const& names, double& bound, std::string const& help) const;
  Option option(std::string const& names, std::vector<std::string>& bound, std::string const& help) const;
  Option flag(std::string const& names, bool& bound, std::string const& help) const;

  Command footer(std::string const& text) const;             // below the options in --help
  Command callback(std::function<void()> const& run) const;  // after all of the line was read

  CommandText read() const;

 private:
  CLI::App* app_;
};

class CommandLine {
 public:
  CommandLine(std::string const& name, std::string const& help, std::string const& version);
  ~CommandLine();
  CommandLine(CommandLine const&) = delete;
  CommandLine& operator=(CommandLine const&) = delete;

  Command root() const;

  // Reads the line and calls back the command that it names. Where none was called, `exit_code` is set: 0
  // after
  // --help and --version, which are printed, 2 after a mistake, which is told on standard error.
  void run(int argc, char const* const* argv, int& exit_code);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace newsfold
