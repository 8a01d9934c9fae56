#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/version.h"

int main(int argc, char** argv) {
  newsfold::CommandLine line("newsfold", "Newsfold turns many noisy news sources into one clean stream.",
                             newsfold::version);
  auto const app = line.root();

  newsfold::CommandContext context;
  newsfold::add_config_command(app, context);
  newsfold::add_dedup_command(app, context);
  newsfold::add_discover_command(app, context);
  newsfold::add_opml_command(app, context);
  newsfold::add_parse_command(app, context);
  newsfold::add_plan_command(app, context);
  newsfold::add_clean_command(app, context);
  newsfold::add_reload_command(app, context);
  newsfold::add_repair_command(app, context);
  newsfold::add_rules_command(app, context);
  newsfold::add_run_command(app, context);
  newsfold::add_score_command(app, context);
  newsfold::add_tail_command(app, context);
  newsfold::add_show_command(app, context);
  newsfold::add_why_command(app, context);
  newsfold::add_split_command(app, context);
  newsfold::add_feeds_command(app, context);
  newsfold::add_status_command(app, context);
  newsfold::add_feed_commands(app, context);
  newsfold::add_search_command(app, context);
  newsfold::add_export_commands(app, context);
  newsfold::add_care_commands(app, context);
  newsfold::add_manual_commands(app, context);
  newsfold::add_version_command(app, context);
  newsfold::add_webhook_command(app, context);

  line.run(argc, argv, context.exit_code);
  return context.exit_code;
}
