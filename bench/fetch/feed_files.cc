#include "bench/fetch/feed_files.h"

#include <cmath>
#include <fstream>
#include <string_view>

namespace newsfold::bench {

namespace {

constexpr std::size_t vocabulary_words = 20'000;
constexpr double head_words = 40;  // how many share the top of the distribution (Zipf and Mandelbrot)
constexpr std::size_t items_of_a_feed = 20;
constexpr std::size_t words_of_an_item = 250;

}  // namespace

FeedFiles::FeedFiles(std::filesystem::path folder, int feeds)
    : folder_(std::move(folder)), items_(static_cast<std::size_t>(feeds)) {
  constexpr std::string_view consonants = "bcdfghklmnprstvz";
  constexpr std::string_view vowels = "aeiou";
  for (std::size_t i = 0; i < vocabulary_words; ++i) {
    std::string word;
    for (std::size_t s = 0; s <= 1 + i / 300 % 4; ++s) {
      word += consonants[random_() % consonants.size()];
      word += vowels[random_() % vowels.size()];
    }
    vocabulary_.push_back(std::move(word));
  }
}

std::string FeedFiles::words(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    auto const uniform = static_cast<double>(random_() >> 11) * 0x1p-53;
    auto const rank = static_cast<std::size_t>(
        head_words * (std::pow(static_cast<double>(vocabulary_words) / head_words, uniform) - 1));
    if (i > 0) text += i % 50 == 0 ? ".&lt;/p&gt;&lt;p&gt;" : i % 11 == 0 ? ". " : " ";
    text += vocabulary_[rank];
  }
  return text;
}

std::string FeedFiles::item(int feed) {
  auto const link = "https://site" + std::to_string(feed) + ".example/news/" + std::to_string(next_++);
  return "<item><title>" + words(8) + "</title><link>" + link + "</link><guid>" + link +
         "</guid><pubDate>Wed, 25 Nov 2026 12:00:00 GMT</pubDate><content:encoded>&lt;p&gt;" +
         words(words_of_an_item) + "&lt;/p&gt;</content:encoded></item>\n";
}

void FeedFiles::write(int feed) const {
  std::ofstream out(folder_ / name_of(feed));
  out << "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" "
         "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">"
         "<channel><title>Site "
      << feed << "</title><link>https://site" << feed << ".example/</link><description>News</description>\n";
  for (auto const& one : items_[static_cast<std::size_t>(feed)]) out << one;
  out << "</channel></rss>\n";
}

void FeedFiles::write_all() {
  for (int feed = 0; feed < static_cast<int>(items_.size()); ++feed) {
    auto& items = items_[static_cast<std::size_t>(feed)];
    while (items.size() < items_of_a_feed) items.push_back(item(feed));
    write(feed);
  }
}

bool FeedFiles::publishes(int feed, int round, int every_nth) {
  return feed % every_nth == round % every_nth;
}

void FeedFiles::publish(int every_nth) {
  ++round_;
  for (int feed = 0; feed < static_cast<int>(items_.size()); ++feed) {
    if (!publishes(feed, round_, every_nth)) continue;
    auto& items = items_[static_cast<std::size_t>(feed)];
    items.pop_back();
    items.insert(items.begin(), item(feed));
    write(feed);
  }
}

}  // namespace newsfold::bench
