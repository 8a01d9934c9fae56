#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/document.h"
#include "daemon/rules/site_rule_files.h"
#include "feeds/clean/extract/clean.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/text/charset.h"
#include "feeds/text/join.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

constexpr std::size_t page_bytes_max = 16UL << 20;
constexpr std::size_t shown_bytes = 100;  // of what a selector found
constexpr std::size_t shown_matches = 5;  // of each selector

struct RulesArguments {
  std::string page;
  std::string url;
  std::string folder;
  DocumentOptions document;
};

std::string shown(std::string_view text) {
  auto const start = text::utf8_prefix(text, shown_bytes);
  return "\"" + std::string(start) + (start.size() < text.size() ? "...\"" : "\"");
}

// Each selector of a kind with what it finds; the one that counts is marked.
void print_kind(clean::HtmlDocument const& page, std::string_view kind,
                std::vector<std::string> const& selectors, bool all_count) {
  bool found_before = false;
  for (auto const& selector : selectors) {
    auto const found = page.select(selector);
    if (!found) {
      std::cout << "  " << kind << "  " << selector << ": " << found.error().message << '\n';
      continue;
    }
    bool const counts = !found->empty() && (all_count || !found_before);
    std::cout << (counts ? "* " : "  ") << kind << "  " << selector << ": ";
    if (found->empty()) {
      std::cout << "nothing\n";
      continue;
    }
    std::cout << text::counted(found->size(), "element") << '\n';
    for (std::size_t i = 0; i < found->size() && i < shown_matches; ++i) {
      auto const text = clean::text_of(page, (*found)[i], 1 << 20);
      std::cout << "      <" << page.tag((*found)[i]) << "> " << text.size() << " bytes " << shown(text)
                << '\n';
    }
    if (found->size() > shown_matches)
      std::cout << "      and " << found->size() - shown_matches << " more\n";
    found_before = true;
  }
}

// What the article says with the rule beside what it says without.
void print_difference(std::string_view what, std::string const& without, std::string const& with) {
  std::cout << "  " << what << ": " << shown(without);
  if (with != without) std::cout << " becomes " << shown(with);
  std::cout << '\n';
}

std::string date_of(Article const& article) {
  return article.date_published ? format_rfc3339(*article.date_published, article.published_offset_minutes)
                                : "";
}

int test_rules(RulesArguments const& arguments) {
  auto const rules = rules::load_rules(arguments.folder);
  if (!rules) {
    std::cerr << "newsfold rules: " << rules.error().message << '\n';
    return 2;
  }
  auto const document = load_document(arguments.page, arguments.document);
  if (!document) {
    std::cerr << "newsfold rules: " << document.error().message << '\n';
    return 1;
  }
  auto const url = arguments.url.empty() ? document->url : arguments.url;
  auto const host = std::string(text::host_of(url));
  if (host.empty()) {
    std::cerr << "newsfold rules: a saved page does not tell its host; say it with --url https://HOST/...\n";
    return 2;
  }
  auto const decoded = text::decode(document->bytes, document->content_type);
  auto const page = clean::HtmlDocument::parse(decoded.text());
  if (!page) {
    std::cerr << "newsfold rules: " << page.error().message << '\n';
    return 1;
  }
  auto const* rule = (*rules)->find(host);
  if (rule == nullptr) {
    std::cout << host << ": no site rule\n";
  } else {
    std::cout << host << ": " << rule->origin << '\n';
    print_kind(*page, "title ", rule->title, false);
    print_kind(*page, "byline", rule->byline, false);
    print_kind(*page, "date  ", rule->date, false);
    print_kind(*page, "body  ", rule->body, false);
    print_kind(*page, "strip ", rule->strip, true);
  }
  clean::PageHints const hints{url, document->content_type};
  clean::CleanOptions options;
  auto const without = clean::clean_page(document->bytes, hints, options);
  options.rules = *rules;
  auto const with = clean::clean_page(document->bytes, hints, options);
  if (!without || !with) {
    std::cerr << "newsfold rules: " << (without ? with : without).error().message << '\n';
    return 1;
  }
  std::cout << "The article:\n";
  print_difference("title", without->title, with->title);
  print_difference("byline", without->byline, with->byline);
  print_difference("date", date_of(*without), date_of(*with));
  print_difference("text", std::to_string(without->content_text.size()) + " bytes",
                   std::to_string(with->content_text.size()) + " bytes");
  return 0;
}

int list_rules(RulesArguments const& arguments) {
  auto const rules = rules::load_rules(arguments.folder);
  if (!rules) {
    std::cerr << "newsfold rules: " << rules.error().message << '\n';
    return 2;
  }
  for (auto const& rule : (*rules)->rules())
    for (auto const& host : rule.hosts)
      if ((*rules)->find(host) == &rule) std::cout << host << "  " << rule.origin << '\n';
  return 0;
}

}  // namespace

void add_rules_command(Command app, CommandContext& context) {
  auto command = app.subcommand("rules", "Try and list the rules for single sites");
  command.needs_subcommand();
  auto const arguments = std::make_shared<RulesArguments>();
  arguments->document.accept = fetch::Accept::page;
  arguments->document.bytes_max = page_bytes_max;
  auto const folder = [arguments](Command to) {
    to.option("--rules", arguments->folder, "Folder with rules of your own, as clean.rules_dir")
        .type_name("DIR");
  };
  auto test = command.subcommand("test", "Show what each selector of a site's rule finds in a page");
  test.option("PAGE", arguments->page, "The page: a file, an http(s) address, - for standard input")
      .required();
  test.option("--url", arguments->url, "Where a saved page came from: its host names the rule")
      .type_name("URL");
  test.option("--allow-private", arguments->document.allow_private, "Private networks that may be reached")
      .type_name("CIDR");
  folder(test);
  test.footer(
      "A * marks the selectors that count. Exit: 0 good, 1 the page could not be read, 2 bad usage or "
      "rules.");
  test.callback([arguments, &context] { context.exit_code = test_rules(*arguments); });
  auto list = command.subcommand("list", "Name the hosts that have a rule, and where it stands");
  folder(list);
  list.callback([arguments, &context] { context.exit_code = list_rules(*arguments); });
}

}  // namespace newsfold
