// How fast pages become articles, stage by stage, and beside other extractors over the same pages in the same
// run. One thread, CPU time, best of several rounds.
//
//   bench_clean [FOLDER [ROUNDS]]              FOLDER: *.html, any depth; without it, pages of our own
//   bench_clean --damaged [TEXTS [ROUNDS]]     only the repair of damaged texts, {"text", "kind"?} a line
//
// Then damaged texts, and pages made to cost much, each beside an ordinary page of its size.
#include "bench/clean/damaged.h"
#include "bench/clean/pages.h"
#include "bench/clean/peers.h"
#include "bench/clean/tree_library.h"
#include "feeds/clean/extract/clean.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/clean/repair/repair.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/charset.h"
#include "tests/clean/hostile/hostile_pages.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

double best_of(int rounds, std::function<void()> const& work) {
  auto best = std::numeric_limits<double>::max();
  for (int i = 0; i < rounds; ++i) {
    auto const begin = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - begin);
  }
  return best;
}

double peak_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) / 1024;
}

struct Totals {
  double megabytes = 0;
  double pages = 0;
};
void print(char const* name, double seconds, Totals const& totals, double of_all) {
  std::printf("%-22s %9.1f MB/s of HTML %9.0f pages/s %6.0f %%\n", name, totals.megabytes / seconds,
              totals.pages / seconds, 100 * seconds / of_all);
}

// Texts of each kind, and all of them.
void print_damaged(std::vector<newsfold::bench::DamagedText> const& texts, int rounds) {
  std::map<std::string, std::vector<std::string const*>> kinds;
  for (auto const& one : texts) kinds[one.kind].push_back(&one.text);
  double all_megabytes = 0;
  double all_seconds = 0;
  for (auto const& entry : kinds) {
    auto const& kind = entry.first;
    auto const& some = entry.second;
    double megabytes = 0;
    for (auto const* text : some) megabytes += double(text->size()) / 1e6;
    std::size_t changed = 0;
    auto const seconds = best_of(rounds, [&] {
      changed = 0;
      for (auto const* text : some) changed += newsfold::clean::repair_text(*text).text != *text ? 1 : 0;
    });
    std::printf("%-28s %9.1f MB/s of text %8.1f us a text; %zu texts of %.0f bytes, %zu changed\n",
                kind.c_str(), megabytes / seconds, 1e6 * seconds / double(some.size()), some.size(),
                1e6 * megabytes / double(some.size()), changed);
    all_megabytes += megabytes;
    all_seconds += seconds;
  }
  std::printf("%-28s %9.1f MB/s of text, %.2f MB\n", "damaged texts of all kinds",
              all_megabytes / all_seconds, all_megabytes);
}

// Every hostile page beside an ordinary one of its size. The bound is 200 ms for 2 MB where an ordinary page
// takes about 30.
void print_hostile(int rounds) {
  constexpr std::size_t bytes = 2UL << 20;
  auto const milliseconds_of = [&](std::string const& html) {
    return 1e3 * best_of(rounds, [&] {
             (void)newsfold::clean::clean_page(html, {"https://news.example/a", {}});
           });
  };
  auto const ordinary = milliseconds_of(newsfold::hostile::ordinary_page(bytes));
  std::printf("\n%-44s %8.1f ms for %zu MB\n", "an ordinary page", ordinary, bytes >> 20);
  double worst = 0;
  for (auto const& page : newsfold::hostile::hostile_pages(bytes)) {
    auto const milliseconds = milliseconds_of(page.html);
    worst = std::max(worst, milliseconds);
    std::printf("%-44s %8.1f ms %6.1f times an ordinary page\n", page.name, milliseconds,
                milliseconds / ordinary);
  }
  std::printf("%-44s %8.1f ms %6.1f times an ordinary page\n", "the worst", worst, worst / ordinary);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--damaged") {
    auto const texts = argc > 2 ? newsfold::bench::read_damaged(argv[2]) : newsfold::bench::make_damaged();
    if (texts.empty()) {
      std::fprintf(stderr, "bench_clean: there are no {\"text\"} lines in %s\n",
                   argc > 2 ? argv[2] : "the demo's stories");
      return 2;
    }
    print_damaged(texts, argc > 3 ? std::atoi(argv[3]) : 9);
    return 0;
  }
  int const rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  auto const scratch =
      std::filesystem::temp_directory_path() / ("newsfold-bench-clean." + std::to_string(getpid()));
  auto const pages =
      argc > 1 ? newsfold::bench::read_pages(argv[1]) : newsfold::bench::make_pages(scratch / "pages");
  if (pages.empty()) {
    std::fprintf(stderr, "bench_clean: there are no *.html files below %s\n", argv[1]);
    return 2;
  }
  std::filesystem::create_directories(scratch);
  auto const list = (scratch / "list").string();
  Totals totals;
  std::size_t largest = 0;
  {
    std::ofstream out(list);
    for (auto const& page : pages) {
      out << page.path << '\n';
      totals.megabytes += double(page.html.size()) / 1e6;
      largest = std::max(largest, page.html.size());
    }
  }
  totals.pages = double(pages.size());
  auto const before_mb = peak_memory_mb();

  namespace clean = newsfold::clean;
  std::size_t sink = 0;
  std::vector<std::string> texts;
  std::vector<std::string> html;
  int articles = 0;
  for (auto const& page : pages) {
    auto const article = clean::clean_page(page.html, {"https://news.example/a", {}});
    if (!article) continue;
    ++articles;
    texts.push_back(article->content_text);
    html.push_back(article->content_html);
  }
  auto const memory_mb = peak_memory_mb() - before_mb;
  auto const all = best_of(rounds, [&] {
    for (auto const& page : pages) {
      auto const article = clean::clean_page(page.html, {"https://news.example/a", {}});
      sink += article ? article->content_text.size() : 0;
    }
  });
  auto const parse = best_of(rounds, [&] {
    for (auto const& page : pages) {
      auto const decoded = newsfold::text::decode(page.html, {});
      auto const document = clean::HtmlDocument::parse(decoded.text());
      sink += document ? document->size() : 0;
    }
  });
  auto const bare = best_of(rounds, [&] {
    for (auto const& page : pages) sink += newsfold::bench::parse_bare(page.html);
  });
  auto const sanitize = best_of(rounds, [&] {
    for (auto const& one : html) sink += clean::sanitize_html(one, "https://news.example/a").size();
  });
  auto const repair = best_of(rounds, [&] {
    for (auto const& one : texts) sink += clean::repair_text(one).text.size();
  });
  double text_mb = 0;
  for (auto const& one : texts) text_mb += double(one.size()) / 1e6;

  std::printf("%zu pages, %.1f MB, the largest %.0f KB; %d articles, %.1f MB of text; best of %d\n",
              pages.size(), totals.megabytes, double(largest) / 1e3, articles, text_mb, rounds);
  print("decode and parse", parse, totals, all);
  print("sanitize", sanitize, totals, all);
  print("repair", repair, totals, all);
  print("find the article", std::max(1e-9, all - parse - sanitize - repair), totals, all);
  print("all", all, totals, all);
  std::printf("%-22s %9.1f MB/s of HTML: MyHTML on the whole page; all of ours takes %.2f times as long\n",
              "the tree alone", totals.megabytes / bare, all / bare);
  std::printf("%-22s %9.1f MB/s of text\n", "repair alone", text_mb / repair);
  std::printf("%-22s %9.1f MB beside the pages themselves\n", "peak memory", memory_mb);

  for (auto const& peer : newsfold::bench::run_peers(list)) {
    if (!peer.missing.empty()) {
      std::printf("%-22s %s\n", peer.name.c_str(), peer.missing.c_str());
      continue;
    }
    std::printf(
        "%-22s %9.1f MB/s of HTML %9.0f pages/s; %d articles, %.0f MB peak; we are %.1f times as fast\n",
        peer.name.c_str(), totals.megabytes / peer.seconds, totals.pages / peer.seconds, peer.pages,
        peer.memory_mb, peer.seconds / all);
  }
  std::printf("\n");
  print_damaged(newsfold::bench::make_damaged(), rounds);
  print_hostile(rounds);
  std::filesystem::remove_all(scratch);
  return sink == 0 ? 1 : 0;
}
