// export and import: articles as JSON Lines.

#include "daemon/admin/archive.h"
#include "daemon/admin/import.h"
#include "daemon/commands/archive_file.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/failure.h"
#include "daemon/commands/store_access.h"
#include "daemon/run/wiring.h"
#include "feeds/text/join.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

constexpr std::size_t bad_lines_told_max = 20;

struct ExportArguments {
  StoreChoice choice;
  std::string format = "jsonl";
  std::string output = "-";
  std::string compress;
};

// Pages from the daemon: the number of the last article stands in the last line.
Result<admin::ExportPage> page_of_daemon(ApiClient const& client, std::optional<ArticleId> after) {
  auto const target = "/v1/export" + (after ? "?after=" + std::to_string(number(*after)) : std::string());
  auto const answer = client.get(target);
  if (!answer) return answer.error();
  if (answer->status != 200) return error_of(*answer);
  // The last line is {"page": {"articles", "corrupt", "after"?}}.
  auto text = std::string_view(answer->body);
  while (text.ends_with('\n')) text.remove_suffix(1);
  auto const begin = text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1;
  boost::system::error_code failure;
  auto const value = boost::json::parse(text.substr(begin), failure);
  auto const* outer = !failure && value.is_object() ? value.get_object().if_contains("page") : nullptr;
  if (!outer || !outer->is_object()) return Error{ErrorCode::malformed, "the daemon's answer was cut short"};
  auto const& about = outer->get_object();
  admin::ExportPage page;
  page.lines = std::string(text.substr(0, begin));
  page.articles = about.at("articles").to_number<std::size_t>();
  page.corrupt = about.at("corrupt").to_number<std::size_t>();
  if (auto const* next = about.if_contains("after"); next && next->is_string())
    page.after = ArticleId{std::strtoull(next->get_string().c_str(), nullptr, 10)};
  return page;
}

using PageAfter = std::function<Result<admin::ExportPage>(std::optional<ArticleId>)>;

int write_articles(ArchiveWriter& out, PageAfter const& page_after) {
  std::optional<ArticleId> after;
  std::uint64_t articles = 0;
  std::uint64_t corrupt = 0;
  do {
    auto const page = page_after(after);
    if (!page) return fail("export", page.error());
    if (auto done = out.write(page->lines); !done) return fail("export", done.error());
    articles += page->articles;
    corrupt += page->corrupt;
    after = page->after;
  } while (after);
  if (auto done = out.finish(); !done) return fail("export", done.error());
  std::cerr << text::counted(articles, "article") << " written";
  if (corrupt > 0) std::cerr << "; " << corrupt << " could not be read, see newsfold verify";
  std::cerr << '\n';
  return corrupt > 0 ? 1 : 0;
}

int write_sources(ArchiveWriter& out, std::string const& config) {
  std::string problem;
  auto const text = sources_as_opml(config, problem);
  if (!text) {
    std::cerr << "newsfold export: " << problem << '\n';
    return 2;
  }
  if (auto done = out.write(*text); !done) return fail("export", done.error());
  if (auto done = out.finish(); !done) return fail("export", done.error());
  return 0;
}

int run_export(ExportArguments const& arguments) {
  auto const compression =
      arguments.compress.empty() ? compression_of(arguments.output) : *parse_compression(arguments.compress);
  auto out = ArchiveWriter::open(arguments.output, compression);
  if (!out) return fail("export", out.error());
  if (arguments.format == "opml") return write_sources(*out, arguments.choice.config);
  if (daemon_answers(arguments.choice)) {
    ApiClient const client(ApiAddress::with_defaults(arguments.choice.address));
    return write_articles(*out, [&client](auto after) { return page_of_daemon(client, after); });
  }
  auto const store = open_store(arguments.choice, storage::OpenMode::read_only);
  if (!store) return fail("export", store.error());
  auto const view = (*store)->view();
  return write_articles(*out, [&view](auto after) { return admin::export_page(view, after); });
}

struct ImportArguments {
  StoreChoice choice;
  std::string input;
};

int import_articles(ImportArguments const& arguments, ArchiveReader& in) {
  if (daemon_answers(arguments.choice)) {
    std::cerr << "newsfold import: articles are imported beside no daemon: stop it first (systemctl stop "
                 "newsfold)\n";
    return 1;
  }
  auto const path = store_path(arguments.choice);
  if (!path) return fail("import", path.error());
  storage::StoreOptions options;
  options.sync = storage::SyncMode::os;  // a crash of the machine means: import again; it is idempotent
  options.fresh_epoch = random_epoch();
  StoreOwner const owner(*path);
  auto opened = storage::Store::open(*path, options);
  if (!opened) return fail("import", opened.error());
  OpenedStore const store(opened->release(), CloseAndGive{owner});
  admin::Importer importer(*store, options.fold.options);
  std::size_t told = 0;
  for (;;) {
    auto const line = in.line();
    if (!line) return fail("import", line.error());
    if (!*line) break;
    if ((*line)->empty()) continue;
    auto const now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    auto const done = importer.add_line(**line, now);
    if (!done && done.error().code != ErrorCode::invalid) return fail("import", done.error());
    if (!done && ++told <= bad_lines_told_max)
      std::cerr << "newsfold import: " << done.error().message << '\n';
  }
  auto const& counts = importer.counts();
  std::cerr << counts.lines << " lines: " << counts.created << " articles with a story of their own, "
            << counts.copied << " copies, " << counts.updated << " further versions, " << counts.unchanged
            << " known already, " << counts.failed << " unusable\n";
  return counts.failed > 0 ? 1 : 0;
}

int run_import(ImportArguments const& arguments) {
  auto in = ArchiveReader::open(arguments.input);
  if (!in) return fail("import", in.error());
  return import_articles(arguments, *in);
}

}  // namespace

void add_export_commands(Command app, CommandContext& context) {
  auto const out = std::make_shared<ExportArguments>();
  auto command = app.subcommand("export", "Write all articles with all their versions, one a line");
  command
      .option("--format", out->format,
              "jsonl: the articles; opml: the configured sources, as `newsfold opml export` gives them")
      .one_of({"jsonl", "opml"})
      .show_default();
  command.option("-o,--output", out->output, "Where to; - is standard output; .gz and .zst compress")
      .type_name("FILE")
      .show_default();
  command.option("--compress", out->compress, "Instead of what the file's name says")
      .one_of({"none", "gzip", "zstd"});
  add_store_options(command, out->choice);
  command.footer(
      "A line is the article's JSON Feed item; _newsfold.versions holds each version with its whole "
      "content.\n"
      "Exit: 0 good, 1 not, 2 bad usage.");
  command.callback([out, &context] { context.exit_code = run_export(*out); });

  auto const in = std::make_shared<ImportArguments>();
  command = app.subcommand("import", "Take the articles of an export into a store");
  command.option("file", in->input, "What export wrote, also compressed; - is standard input")
      .required()
      .type_name("FILE");
  add_store_options(command, in->choice);
  command.footer(
      "Stories are found anew and events get new numbers. Importing twice changes nothing.\n"
      "Exit: 0 good, 1 not all of it, 2 bad usage.");
  command.callback([in, &context] { context.exit_code = run_import(*in); });
}

}  // namespace newsfold
