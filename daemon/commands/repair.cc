#include "feeds/clean/repair/repair.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "feeds/model/article_json.h"

#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

constexpr std::size_t text_bytes_max = 64UL << 20;

struct RepairArguments {
  std::string batch;
  std::string file;
  bool json = false;
};

boost::json::object answer(std::string_view text) {
  auto const repaired = clean::repair_text(text);
  return {{"text", repaired.text},
          {"removed", removed_json(repaired.removed)},
          {"repairs", repairs_json(repaired.repairs)}};
}

Result<boost::json::object> repair_line_of_batch(boost::json::object const& line) {
  if (line.contains("text")) return answer(string_at(line, "text"));
  auto const text = read_file(std::string(string_at(line, "path")), text_bytes_max);
  if (!text) return text.error();
  return answer(*text);
}

int run_repair(RepairArguments const& arguments) {
  if (!arguments.batch.empty()) return run_batch(arguments.batch, std::cout, repair_line_of_batch);
  if (arguments.file.empty()) {
    std::cerr << "newsfold repair: name a FILE (- for standard input), or --batch MANIFEST\n";
    return batch_bad_usage;
  }
  auto const text = read_file(arguments.file, text_bytes_max);
  if (!text) {
    std::cerr << "newsfold: " << text.error().message << '\n';
    return batch_some_failed;
  }
  if (arguments.json) {
    std::cout << boost::json::serialize(answer(*text)) << '\n';
    return batch_all_good;
  }
  auto const repaired = clean::repair_text(*text);
  std::cout << repaired.text;
  for (auto const& removed : repaired.removed)
    std::cerr << "removed " << to_string(removed.kind) << ": " << removed.text << '\n';
  for (auto const& repair : repaired.repairs)
    std::cerr << "mended " << to_string(repair.kind) << ": " << repair.from << " -> " << repair.to << " ("
              << repair.count << ")\n";
  return batch_all_good;
}

}  // namespace

void add_repair_command(Command app, CommandContext& context) {
  auto command = app.subcommand("repair", "Mend damaged text and take out lines that belong to no article");
  auto const arguments = std::make_shared<RepairArguments>();
  command.option("file", arguments->file, "Plain text in UTF-8; - for standard input").type_name("FILE");
  command.flag("--json", arguments->json, "Print text, removed and repairs as JSON");
  command.option("--batch", arguments->batch, "Read {\"path\"} or {\"text\"} lines, answer each with a line")
      .type_name("MANIFEST");
  command.footer(
      "The text goes to standard output, what was done to standard error.\n"
      "Exit: 0 good, 1 a text could not be read, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_repair(*arguments); });
}

}  // namespace newsfold
