#include "feeds/clean/extract/clean.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/rules/site_rule_files.h"
#include "feeds/model/article_json.h"

#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

struct CleanArguments {
  std::string batch;
  std::string file;
  std::string url;
  std::string rules;
  std::string paid_text = "drop";
  bool json = false;
};

constexpr std::size_t page_bytes_max = 16UL << 20;

Result<Article> clean_file(std::string const& path, std::string_view url, std::string_view content_type,
                           clean::CleanOptions const& options) {
  auto const bytes = read_file(path, page_bytes_max);
  if (!bytes) return bytes.error();
  clean::PageHints const hints{url, content_type};
  return clean::clean_page(*bytes, hints, options);
}

Result<boost::json::object> clean_line(boost::json::object const& line, clean::CleanOptions const& options) {
  auto const article = clean_file(std::string(string_at(line, "path")), string_at(line, "url"),
                                  string_at(line, "content_type"), options);
  if (!article) return article.error();
  return boost::json::object{{"article", article_json(*article)}};
}

// The by-line as printed holds dates and offices; the names are what was read out of it.
std::string names_of(Article const& article) {
  std::string out;
  for (auto const& author : article.authors) out += (out.empty() ? "" : ", ") + author.name;
  return out.empty() ? article.byline : out;
}

void print_readable(Article const& article) {
  std::cout << article.title << '\n';
  if (auto const by = names_of(article); !by.empty()) std::cout << by << '\n';
  if (article.date_published) std::cout << format_rfc3339(*article.date_published) << '\n';
  if (!article.url.empty()) std::cout << article.url << '\n';
  if (article.paywall != Paywall::none)
    std::cout << "Wall: " << to_string(article.paywall) << " (" << article.paywall_evidence
              << "); the text is " << to_string(article.completeness) << '\n';
  std::cout << '\n' << article.content_text << '\n';
  if (!article.removed.empty()) std::cout << "\nLeft out:\n";
  for (auto const& removed : article.removed)
    std::cout << "  " << to_string(removed.kind) << ": " << removed.text << '\n';
  if (!article.repairs.empty()) std::cout << "\nMended:\n";
  for (auto const& repair : article.repairs)
    std::cout << "  " << to_string(repair.kind) << ": " << repair.from << " -> " << repair.to << " ("
              << repair.count << ")\n";
}

int run_clean(CleanArguments const& arguments) {
  auto const rules = rules::load_rules(arguments.rules);
  if (!rules) {
    std::cerr << "newsfold clean: " << rules.error().message << '\n';
    return 2;
  }
  clean::CleanOptions options;
  options.rules = *rules;
  options.paid_text = arguments.paid_text == "keep" ? clean::PaidText::keep : clean::PaidText::drop;
  if (!arguments.batch.empty())
    return run_batch(arguments.batch, std::cout,
                     [&](boost::json::object const& line) { return clean_line(line, options); });
  if (arguments.file.empty()) {
    std::cerr << "newsfold clean: name a FILE (- for standard input), or --batch MANIFEST\n";
    return 2;
  }
  auto const article = clean_file(arguments.file, arguments.url, {}, options);
  if (!article) {
    std::cerr << "newsfold clean: " << arguments.file << ": " << article.error().message << '\n';
    return 1;
  }
  if (arguments.json)
    std::cout << boost::json::serialize(article_json(*article)) << '\n';
  else
    print_readable(*article);
  return 0;
}

}  // namespace

void add_clean_command(Command app, CommandContext& context) {
  auto command = app.subcommand("clean", "Turn an article page into its clean article");
  auto const arguments = std::make_shared<CleanArguments>();
  command.option("file", arguments->file, "A saved page; - for standard input").type_name("FILE");
  command.option("--url", arguments->url, "Where the page came from: the base of its links").type_name("URL");
  command.option("--rules", arguments->rules, "Folder with site rules of your own, as clean.rules_dir")
      .type_name("DIR");
  command
      .option("--paid-text", arguments->paid_text,
              "drop or keep what the page marks as paid, as clean.paid_text")
      .one_of({"drop", "keep"});
  command.flag("--json", arguments->json, "Print the whole article as JSON");
  command
      .option("--batch", arguments->batch,
              "Read {\"path\", \"url\"?, \"content_type\"?} lines, answer each with a line")
      .type_name("MANIFEST");
  command.footer("Exit: 0 good, 1 a page could not be cleaned, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_clean(*arguments); });
}

}  // namespace newsfold
