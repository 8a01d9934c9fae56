// Manual pages, in man(7)'s macros.

#include "daemon/commands/command_tree.h"
#include "daemon/config/options.h"

#include <algorithm>
#include <string_view>

namespace newsfold {
namespace {

// A line that begins with . or ' would be a request; a backslash begins an escape; a plain - becomes a hyphen
// that nobody can paste into a shell.
std::string roff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (char const c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    begins = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out;
  for (char const c : text) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string head(std::string_view page, int section, std::string const& version, std::string_view about) {
  return ".TH " + upper(page) + " " + std::to_string(section) + " \"\" \"Newsfold " + roff(version) +
         "\" \"Newsfold\"\n.nh\n.ad l\n.SH NAME\n" + roff(page) + " \\- " + roff(about) + "\n";
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '!') text += '.';
  return text;
}

std::string synopsis(CommandText const& command) {
  std::string out;
  for (auto const& option : command.options) {
    if (!option.positional) continue;
    auto const name = option.value == "TEXT" ? upper(option.names.front()) : option.value;
    out += option.required ? " \\fI" + roff(name) + "\\fR" : " [\\fI" + roff(name) + "\\fR]";
  }
  return out;
}

std::string option_entry(OptionText const& option) {
  std::string names;
  for (auto const& name : option.names)
    names += (names.empty() ? "\\fB" : ", \\fB") + roff(option.positional ? upper(name) : name) + "\\fR";
  std::string out = ".TP\n" + names;
  if (!option.positional && !option.value.empty()) out += " \\fI" + roff(option.value) + "\\fR";
  out += "\n" + roff(sentence(option.help));
  if (!option.choices.empty()) {
    out += " One of";
    for (auto const& choice : option.choices)
      out += (&choice == &option.choices.front() ? " " : ", ") + ("\\fB" + roff(choice) + "\\fR");
    out += ".";
  }
  if (!option.fallback.empty()) out += " Default: \\fB" + roff(option.fallback) + "\\fR.";
  return out + "\n";
}

void append_command(std::string& out, std::string const& path, CommandText const& command) {
  if (command.commands.empty()) {
    out += ".SS \"" + roff(path) + synopsis(command) + "\"\n" + roff(sentence(command.help)) + "\n";
    for (auto const& option : command.options)
      if (option.names.back() != "--help") out += option_entry(option);
    if (!command.footer.empty()) out += ".PP\n" + roff(command.footer) + "\n";
  }
  for (auto const& child : command.commands) append_command(out, path + " " + child.name, child);
}

}  // namespace

std::string manual_of_commands(CommandText const& root, std::string const& version) {
  auto out = head("newsfold", 1, version, "many noisy news sources, one clean stream");
  out += ".SH SYNOPSIS\n.B newsfold\n\\fICOMMAND\\fR [\\fIOPTION\\fR...]\n.SH DESCRIPTION\n" +
         roff(sentence(root.help)) +
         "\nIt polls feeds and pages, takes advertisements, walls and damage out of the articles, folds "
         "copies of one "
         "story together and announces every change in one durable, numbered log.\n"
         "The daemon is \\fBnewsfold run\\fR; the other commands ask it over its Unix socket, or work on "
         "files.\n"
         ".SH COMMANDS\n";
  for (auto const& command : root.commands) append_command(out, command.name, command);
  out +=
      ".SH ENVIRONMENT\n.TP\n.B NEWSFOLD_SOCKET\nThe daemon's Unix socket, where \\fB\\-\\-socket\\fR does "
      "not "
      "say it.\n.TP\n.B STATE_DIRECTORY\\fR, \\fBRUNTIME_DIRECTORY\\fR, \\fBCONFIGURATION_DIRECTORY\\fR, "
      "\\fBCREDENTIALS_DIRECTORY\nSet by systemd: where the store, the socket, config.toml and the tokens "
      "are.\n"
      ".TP\n.B NO_COLOR\nNo colours on a terminal.\n"
      ".SH FILES\n.TP\n.I /etc/newsfold/config.toml\nThe configuration, see \\fBnewsfold.toml\\fR(5).\n"
      ".TP\n.I /var/lib/newsfold/store\nThe store.\n.TP\n.I /run/newsfold/newsfold.sock\nThe API's Unix "
      "socket.\n"
      ".SH \"EXIT STATUS\"\n0: good. 1: what was asked for failed. 2: bad usage or configuration.\n"
      ".SH \"SEE ALSO\"\n.BR newsfold.toml (5),\n.BR systemctl (1),\n.BR journalctl (1)\n";
  return out;
}

std::string manual_of_configuration(std::string const& version) {
  auto out = head("newsfold.toml", 5, version, "configuration of newsfold");
  out +=
      ".SH SYNOPSIS\n.I /etc/newsfold/config.toml\n.SH DESCRIPTION\nA TOML file. "
      "\\fBnewsfold config check\\fR says what is wrong with one, \\fBnewsfold config sample\\fR prints one "
      "with "
      "every option at its default. Durations are written \\fB\"90s\"\\fR, \\fB\"1h30m\"\\fR, "
      "\\fB\"30d\"\\fR, "
      "sizes \\fB\"64MiB\"\\fR, rates \\fB\"2000/h\"\\fR. Paths are relative to the file they stand in.\n"
      ".PP\n\\fBinclude\\fR = [\\fB\"feeds.d/*.toml\"\\fR] reads more files with the same sections.\n";
  for (auto const& section : config::sections()) {
    auto const name = std::string(section.name);
    out += ".SH \"" + upper(roff(section.repeated ? "[[" + name + "]]" : "[" + name + "]")) + "\"\n" +
           roff(section.sentence) + "\n";
    for (auto const& option : section.options) {
      out += ".TP\n\\fB" + roff(option.key) + "\\fR (" + roff(option.type) + ")\n" + roff(option.sentence);
      if (option.required)
        out += " Must be set.";
      else if (!option.default_toml.empty())
        out += " Default: \\fB" + roff(option.default_toml) + "\\fR.";
      if (!option.bounds.empty()) out += " Bounds: " + roff(option.bounds) + ".";
      if (option.takes_effect == config::TakesEffect::at_restart) out += " Needs a restart.";
      out += "\n";
    }
  }
  return out + ".SH \"SEE ALSO\"\n.BR newsfold (1)\n";
}

}  // namespace newsfold
