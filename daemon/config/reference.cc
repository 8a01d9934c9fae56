#include "daemon/config/reference.h"

#include "daemon/config/options.h"

#include <string>
#include <string_view>

namespace newsfold::config {
namespace {

std::string heading(Section const& section) {
  std::string const name(section.name);
  return section.repeated ? "[[" + name + "]]" : "[" + name + "]";
}

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string default_cell(Option const& option) {
  if (option.required) return "must be set";
  return option.default_toml.empty() ? "not set" : code(option.default_toml);
}

// "|" parts the cells of a Markdown table, also between back-ticks.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

bool needs_restart(Option const& option) { return option.takes_effect == TakesEffect::at_restart; }

std::string wrap_comment(std::string_view sentence) {
  constexpr std::size_t width = 100;
  std::string out, line = "#";
  std::size_t at = 0;
  while (at < sentence.size()) {
    auto const end = std::min(sentence.find(' ', at), sentence.size());
    auto const word = sentence.substr(at, end - at);
    if (line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
    at = end + 1;
  }
  return out + line + "\n";
}

constexpr std::string_view introduction =
    "# Configuration\n\n"
    "Newsfold reads one TOML file: `newsfold run --config FILE`, else `./config.toml`,\n"
    "`$XDG_CONFIG_HOME/newsfold/config.toml`, `$CONFIGURATION_DIRECTORY/config.toml` or\n"
    "`/etc/newsfold/config.toml`, the first that exists. `newsfold config check FILE` reads it as the daemon "
    "does and\n"
    "names everything that is wrong at once, with line and column. This page is what `newsfold config "
    "reference`\n"
    "prints; both are made from the table that the parser uses (daemon/config/options.cc).\n\n"
    "A feed needs a name and a URL; everything else has a default:\n\n"
    "```toml\n"
    "include = [\"feeds.d/*.toml\"]  # more files with the same sections; paths are relative to this file\n\n"
    "[[feed]]\n"
    "name = \"lwn\"\n"
    "url = \"https://lwn.net/headlines/rss\"\n"
    "```\n\n"
    "How values are written:\n\n"
    "- duration: `\"250ms\"`, `\"90s\"`, `\"15m\"`, `\"1h30m\"`, `\"30d\"`, `\"2w\"`; `0` where an option "
    "allows it\n"
    "- size: `\"512KiB\"`, `\"64MiB\"`, `\"10GB\"`, or a number of bytes\n"
    "- rate: `\"2000/h\"`, `\"5/s\"`, `\"40000/d\"`; `\"0\"` is no limit\n"
    "- path: relative to the file it stands in\n"
    "- secrets (tokens, passwords, signing keys) stand in files of their own, never in this one\n\n"
    "`include` names further files, with `*`, `?` and `[...]`; they may hold any section, but no `include`. "
    "An option\n"
    "that is set twice is an error, as are unknown keys, two feeds of one name, two feeds of one URL, and a "
    "folder of\n"
    "`include` that cannot be read.\n\n"
    "`newsfold reload` (or `systemctl reload newsfold`, or SIGHUP) applies a changed file, but for the "
    "options "
    "below that\n"
    "need a restart; it names those that differ. The files that hold tokens, keys and site rules are read "
    "again, "
    "too.\n";

constexpr std::string_view sample_introduction =
    "# Newsfold configuration: every option at its default. Remove what you do not change.\n"
    "# `newsfold config check FILE` says what is wrong with a file; docs/configuration.md explains the "
    "values.\n\n"
    "# include = [\"feeds.d/*.toml\"]\n";

}  // namespace

std::string reference_markdown() {
  std::string out(introduction);
  for (auto const& section : sections()) {
    out += "\n## " + code(heading(section)) + "\n\n" + std::string(section.sentence) +
           (section.repeated ? " May stand any number of times.\n\n" : "\n\n") +
           "| option | type | default | bounds | |\n|---|---|---|---|---|\n";
    for (auto const& option : section.options) {
      out += "| " + code(option.key) + " | " + option.type + " | " + cell(default_cell(option)) + " | " +
             cell(option.bounds) + " | " + cell(std::string(option.sentence)) +
             (needs_restart(option) ? " *Needs a restart.*" : "") + " |\n";
    }
  }
  return out;
}

std::string sample_toml() {
  std::string out(sample_introduction);
  for (auto const& section : sections()) {
    // Entries of a repeated section are commented out: there is no default feed.
    std::string const off = section.repeated ? "# " : "";
    out += "\n" + wrap_comment(section.sentence) + off + heading(section) + "\n";
    for (auto const& option : section.options) {
      bool const has_value = !option.default_toml.empty();
      out += wrap_comment(std::string(option.sentence) +
                          (option.bounds.empty() ? "" : " (" + option.bounds + ")") +
                          (needs_restart(option) ? " Needs a restart." : ""));
      out += (has_value ? off : "# ") + std::string(option.key) + " = " +
             (has_value ? option.default_toml : "...") + "\n";
    }
  }
  return out;
}

}  // namespace newsfold::config
