// What the fold costs, on made-up news (newsroom.h): a fifth of them copies, a twentieth reports from a
// template.
//
//   bench_dedup [articles]               in memory; 100000 by default
//   bench_dedup store ARTICLES [DIR]     in a store: how ingest slows down as it grows, bytes of index, false
//                                        merges; 1000000 for the figures in docs/decisions. One in DIR is
//                                        kept and grows on the next time, so that a large one is filled once

#include "bench/dedup/in_store.h"
#include "bench/dedup/newsroom.h"
#include "feeds/dedup/memory_index.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace newsfold;

double cpu_micros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e6 + double(now.tv_nsec) / 1e3;
}

struct Sum {
  double signature = 0;
  double decision = 0;
  std::size_t bytes_text = 0;
  std::size_t bytes_sketch = 0;
  std::size_t fingerprints = 0;
  std::size_t verified = 0;
  std::size_t copies = 0;
  std::size_t missed = 0;
  std::size_t wrong = 0;
  std::size_t distinct = 0;
  std::size_t false_merges = 0;
  std::size_t reports = 0;
  std::size_t false_reports = 0;
};

enum class Kind { distinct, copy, report };

void print(Sum const& sum, std::size_t articles) {
  auto const each = [&](double total) { return total / double(articles); };
  std::printf("articles                      %12zu  (%.0f bytes of text)\n", articles,
              each(double(sum.bytes_text)));
  std::printf("signature                     %12.1f us of CPU\n", each(sum.signature));
  std::printf("look-ups and verification     %12.1f us of CPU\n", each(sum.decision));
  std::printf("both                          %12.1f us of CPU, bound 60\n",
              each(sum.signature + sum.decision));
  std::printf("fingerprints                  %12.1f, candidates verified %.2f\n",
              each(double(sum.fingerprints)), each(double(sum.verified)));
  std::printf("index, 16 bytes a posting     %12.0f bytes, bound 300\n",
              each(16.0 * double(sum.fingerprints)));
  std::printf("sketch                        %12.0f bytes\n", each(double(sum.bytes_sketch)));
  std::printf("false merges, distinct        %12zu of %zu, bound 1 in 100000\n", sum.false_merges,
              sum.distinct);
  std::printf("false merges, template        %12zu of %zu, bound 0\n", sum.false_reports, sum.reports);
  std::printf("copies missed                 %12zu of %zu, in a wrong story %zu\n", sum.missed, sum.copies,
              sum.wrong);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::string_view(argv[1]) == "store") {
    auto const more = std::size_t(std::atoll(argv[2]));
    if (argc > 3) return bench::fold_in_store(more, argv[3]);
    constexpr auto* scratch = "bench_dedup.data";
    std::filesystem::remove_all(scratch);
    auto const code = bench::fold_in_store(more, scratch);
    std::filesystem::remove_all(scratch);
    return code;
  }
  std::size_t const articles = argc > 1 ? std::size_t(std::atoll(argv[1])) : 100'000;
  bench::Newsroom writer;
  dedup::ShingleCensus census;
  dedup::MemoryIndex index(census);
  std::vector<std::pair<bench::Newsroom::Made, StoryId>> recent;  // what copies are made of
  constexpr std::size_t recent_max = 2'000;
  Sum sum;
  dedup::make_signature("", "Builds the tables.");
  for (std::size_t i = 1; i <= articles; ++i) {
    auto const roll = writer.draw() % 100;
    auto const kind = roll < 5 ? Kind::report : roll < 25 && !recent.empty() ? Kind::copy : Kind::distinct;
    auto const source = recent.empty() ? 0 : writer.draw() % recent.size();
    auto const made = kind == Kind::report ? writer.report()
                      : kind == Kind::copy ? writer.copy_of(recent[source].first)
                                           : writer.article();
    auto const start = cpu_micros();
    auto const signature = dedup::make_signature(made.title, made.text);
    auto const middle = cpu_micros();
    auto const decision = dedup::decide(signature, index);
    sum.signature += middle - start;
    sum.decision += cpu_micros() - middle;
    bool const folded = decision.kind != dedup::MatchKind::new_story;
    auto const story = folded ? decision.story : StoryId(i);
    index.add(ArticleId(i), story, std::make_shared<dedup::Sketch const>(signature.sketch),
              dedup::worth_posting(signature, decision));
    census.note(signature.sketch, story);
    sum.bytes_text += made.text.size();
    sum.bytes_sketch += signature.sketch.encode().size();
    sum.fingerprints += signature.fingerprints.size();
    sum.verified += decision.looked_at.size();
    switch (kind) {
      case Kind::distinct:
        ++sum.distinct;
        sum.false_merges += folded;
        if (recent.size() < recent_max)
          recent.emplace_back(made, story);
        else
          recent[writer.draw() % recent_max] = {made, story};
        break;
      case Kind::copy:
        ++sum.copies;
        sum.missed += !folded;
        sum.wrong += folded && story != recent[source].second;
        break;
      case Kind::report:
        ++sum.reports;
        sum.false_reports += folded;
        break;
    }
  }
  print(sum, articles);
}
