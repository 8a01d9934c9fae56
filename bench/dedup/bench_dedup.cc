// What the fold costs. Articles are made up: words drawn with the frequencies of a language (Zipf), sentences
// with names and numbers, and the lengths of news. A share of them are copies: cut, framed, or with a word in
// fifty exchanged; a share are reports written from templates. So what is right is known.
//
//   bench_dedup [articles]     100000 by default; 1000000 for the figure of false merges among a million

#include "feeds/dedup/memory_index.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace newsfold;

double cpu_micros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e6 + double(now.tv_nsec) / 1e3;
}

class Writer {
 public:
  Writer() {
    for (int i = 0; i < vocabulary; ++i) words_.push_back(made_up(i));
  }

  struct Made {
    std::string title;
    std::string text;
  };

  Made article() {
    Made made;
    auto const sentences = 4 + random_() % 24;
    for (unsigned s = 0; s < sentences; ++s) {
      made.text += sentence();
      made.text += s % 3 == 2 ? "\n\n" : " ";
    }
    made.title = made.text.substr(0, made.text.find(' ', 40));
    return made;
  }

  Made report() {
    Made made;
    auto const place = name();
    auto const number = [this](unsigned below) { return std::to_string(random_() % below); };
    char const* const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    made.title = "Earthquake of magnitude " + number(9) + " near " + place;
    made.text =
        "A shallow magnitude " + number(9) + "." + number(10) + " earthquake was reported " +
        days[random_() % 7] + " " + number(90) + " miles from " + place +
        ", according to the national geological survey. The temblor "
        "occurred at " +
        number(12) + "." + number(60) + " am at a depth of " + number(40) +
        " miles.\n\nAccording "
        "to the survey, the epicentre was " +
        number(90) + " miles from " + name() + " and " + number(200) + " miles from " + name() +
        ". In the past ten days there have been " + number(60) +
        " earthquakes of "
        "magnitude 3.0 or greater nearby. This information comes from the notification service and this post "
        "was created by an algorithm. Did you feel shaking? Report what you felt to the survey.";
    return made;
  }

  Made copy_of(Made const& original) {
    auto made = original;
    switch (random_() % 3) {
      case 0: made.text.resize(made.text.size() / 2); break;
      case 1: made.text = sentence() + "\n\n" + made.text + sentence(); break;
      default:
        for (std::size_t at = 0; at < made.text.size(); at += 300) made.text[at] = 'x';
    }
    return made;
  }

  std::uint32_t draw() { return std::uint32_t(random_()); }

 private:
  static constexpr int vocabulary = 60'000;

  static std::string made_up(int i) {
    static char const* const syllables[] = {"ba",  "ne",  "ti", "ro",  "lu",  "ska",
                                            "men", "dor", "vi", "pel", "gan", "hu"};
    std::string word;
    for (auto rest = i + 12; rest > 0; rest /= 12) word += syllables[rest % 12];
    return word;
  }

  // Rank r with a probability of about 1 / r.
  std::string const& word() {
    auto const u = double(random_()) / 4294967296.0;
    auto const rank = std::size_t(std::pow(double(vocabulary), u)) - 1;
    return words_[std::min(rank, words_.size() - 1)];
  }

  std::string name() {
    auto made = words_[random_() % words_.size()];
    made[0] = char(made[0] - 32);
    return made;
  }

  std::string sentence() {
    static char const* const frequent[] = {"the",  "of",  "to",  "and",  "in",
                                           "that", "was", "for", "with", "by"};
    std::string made = "The";
    auto const length = 8 + random_() % 16;
    for (unsigned i = 0; i < length; ++i) {
      made += ' ';
      auto const what = random_() % 16;
      if (what < 6)
        made += frequent[random_() % 10];
      else if (what == 6)
        made += name();
      else if (what == 7)
        made += std::to_string(random_() % 2000);
      else
        made += word();
    }
    return made + ".";
  }

  std::vector<std::string> words_;
  std::mt19937 random_{20261101};
};

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
  std::size_t const articles = argc > 1 ? std::size_t(std::atoll(argv[1])) : 100'000;
  Writer writer;
  dedup::ShingleCensus census;
  dedup::MemoryIndex index(census);
  std::vector<std::pair<Writer::Made, StoryId>> recent;  // what copies are made of
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
    index.add(ArticleId(i), story, signature);
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
