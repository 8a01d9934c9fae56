#pragma once
// The subcommands of `newsfold`. Each adds itself to the command line with its help, and sets `exit_code`
// when it runs. Exit codes: 0 good, 1 the thing asked for failed, 2 bad usage or configuration.

#include <optional>
#include <string>

namespace newsfold {

class Command;
struct ApiAddress;
struct StoreChoice;

struct CommandContext {
  int exit_code = 0;
};

void add_config_command(Command app, CommandContext& context);
void add_dedup_command(Command app, CommandContext& context);
void add_discover_command(Command app, CommandContext& context);
void add_opml_command(Command app, CommandContext& context);
void add_parse_command(Command app, CommandContext& context);
void add_plan_command(Command app, CommandContext& context);
void add_clean_command(Command app, CommandContext& context);
void add_rules_command(Command app, CommandContext& context);
void add_reload_command(Command app, CommandContext& context);
void add_repair_command(Command app, CommandContext& context);
void add_run_command(Command app, CommandContext& context);
void add_score_command(Command app, CommandContext& context);
void add_tail_command(Command app, CommandContext& context);
void add_show_command(Command app, CommandContext& context);
void add_why_command(Command app, CommandContext& context);
void add_split_command(Command app, CommandContext& context);
void add_feeds_command(Command app, CommandContext& context);
void add_status_command(Command app, CommandContext& context);
void add_care_commands(Command app, CommandContext& context);    // backup, restore, verify, compact
void add_export_commands(Command app, CommandContext& context);  // export, import
void add_feed_commands(Command app, CommandContext& context);    // poll, pause, resume
void add_manual_commands(Command app, CommandContext& context);  // completion, man
void add_search_command(Command app, CommandContext& context);
void add_version_command(Command app, CommandContext& context);
void add_webhook_command(Command app, CommandContext& context);

// What `newsfold why FEED` does.
int explain_feed(StoreChoice const& choice, std::string const& feed, bool as_json);

// The configured sources as OPML 2.0; nothing, and why, where the configuration is wrong. An empty path: the
// one that `newsfold run` would read.
std::optional<std::string> sources_as_opml(std::string const& config_path, std::string& problem);

// --socket, --url, --token-file: for commands that ask a running daemon.
void add_address_options(Command command, ApiAddress& address);

}  // namespace newsfold
