#include "bench/dedup/newsroom.h"

#include <algorithm>
#include <cmath>

namespace newsfold::bench {
namespace {

constexpr int vocabulary = 60'000;

std::string made_up(int i) {
  static char const* const syllables[] = {"ba",  "ne",  "ti", "ro",  "lu",  "ska",
                                          "men", "dor", "vi", "pel", "gan", "hu"};
  std::string word;
  for (auto rest = i + 12; rest > 0; rest /= 12) word += syllables[rest % 12];
  return word;
}

}  // namespace

Newsroom::Newsroom(std::uint32_t seed) : random_(seed) {
  for (int i = 0; i < vocabulary; ++i) words_.push_back(made_up(i));
}

Newsroom::Made Newsroom::article() {
  Made made;
  auto const sentences = 4 + random_() % 24;
  for (unsigned s = 0; s < sentences; ++s) {
    made.text += sentence();
    made.text += s % 3 == 2 ? "\n\n" : " ";
  }
  made.title = made.text.substr(0, made.text.find(' ', 40));
  return made;
}

Newsroom::Made Newsroom::report() {
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

Newsroom::Made Newsroom::copy_of(Made const& original) {
  auto made = original;
  switch (random_() % 3) {
    case 0: made.text.resize(made.text.size() / 2); break;
    case 1: made.text = sentence() + "\n\n" + made.text + sentence(); break;
    default:
      for (std::size_t at = 0; at < made.text.size(); at += 300) made.text[at] = 'x';
  }
  return made;
}

// Rank r with a probability of about 1 / r.
std::string const& Newsroom::word() {
  auto const u = double(random_()) / 4294967296.0;
  auto const rank = std::size_t(std::pow(double(vocabulary), u)) - 1;
  return words_[std::min(rank, words_.size() - 1)];
}

std::string Newsroom::name() {
  auto made = words_[random_() % words_.size()];
  made[0] = char(made[0] - 32);
  return made;
}

std::string Newsroom::sentence() {
  static char const* const frequent[] = {"the", "of", "to", "and", "in", "that", "was", "for", "with", "by"};
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

}  // namespace newsfold::bench
