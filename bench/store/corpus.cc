#include "bench/store/corpus.h"

#include "feeds/dedup/signature.h"

#include <array>
#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

namespace newsfold::bench {
namespace {

constexpr std::size_t vocabulary_words = 30'000;
constexpr std::size_t text_words = 290;
constexpr std::size_t paragraph_words = 60;
constexpr double head_words = 40;  // how many words share the top of the distribution
constexpr std::array<std::string_view, 16> frequent{"the", "of", "to", "and", "a",  "in",   "that", "for",
                                                    "is",  "on", "it", "was", "as", "with", "by",   "at"};

}  // namespace

Corpus::Corpus(std::uint32_t seed) : random_(seed) {
  constexpr std::string_view consonants = "bcdfghklmnprstvz";
  constexpr std::string_view vowels = "aeiou";
  for (std::size_t i = 0; i < vocabulary_words; ++i) {
    std::string word;
    auto const syllables = 1 + i / 300 % 4;
    for (std::size_t s = 0; s <= syllables; ++s) {
      word += consonants[random_() % consonants.size()];
      word += vowels[random_() % vowels.size()];
    }
    vocabulary_.push_back(std::move(word));
  }
}

std::string Corpus::words(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    // The rank of a content word: the logarithm of what is behind the head is about evenly spread
    // (Zipf and Mandelbrot); two words of five are among the most frequent of the language.
    auto const uniform = static_cast<double>(random_() >> 11) * 0x1p-53;
    auto const rank = static_cast<std::size_t>(
        head_words * (std::pow(static_cast<double>(vocabulary_words) / head_words, uniform) - 1));
    bool const is_frequent = random_() % 5 < 2;
    if (i > 0) text += i % paragraph_words == 0 ? ".\n\n" : i % 13 == 0 ? ". " : " ";
    text += is_frequent ? std::string(frequent[random_() % frequent.size()]) : vocabulary_[rank];
  }
  return text;
}

std::vector<storage::IngestItem> Corpus::items(std::size_t count) {
  std::vector<storage::IngestItem> made;
  made.reserve(count);
  for (std::size_t i = 0; i < count; ++i, ++next_) {
    auto& item = made.emplace_back();
    item.traits = {random_(), random_(), random_(), random_(), {}};
    item.article.title = words(9);
    item.article.content_text = words(text_words);
    item.article.content_html = "<p>" + item.article.content_text + "</p>";
    item.article.url = "https://news.example/2026/11/" + std::to_string(next_) + "/" + words(1);
    item.article.language = "en";
    item.article.extractor = "containers";
    item.article.byline = "By " + words(2);
    item.extras.guid = item.article.url;
    item.extras.item_url = item.article.url + "?source=rss";
    item.extras.summary = item.article.content_text.substr(0, 200);
    item.extras.tags = {words(1), words(1)};
    item.item_hash = random_() | 1;
    item.version_hash = random_();
    item.source_hash = random_();
    item.cleaner_revision = 1;
    item.signature = std::make_shared<dedup::Signature const>(
        dedup::make_signature(item.article.title, item.article.content_text, "en"));
  }
  return made;
}

}  // namespace newsfold::bench
