#include "bench/clean/pages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace newsfold::bench {
namespace {

constexpr int pages_made = 120;

class PageMaker {
 public:
  explicit PageMaker(unsigned seed) : random_(seed) {}

  std::string page() {
    std::string html =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + sentence(8) +
        " - The Harbour Gazette</title><meta property=\"og:title\" content=\"" + sentence(8) +
        "\"><script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"" + sentence(8) +
        "\",\"datePublished\":\"2026-03-04T05:06:07Z\",\"author\":{\"name\":\"Ada Quay\"}}</script><style>" +
        repeated(".card{margin:0 auto;padding:1rem}", 200) + "</style><script>" +
        repeated("window.dataLayer=window.dataLayer||[];", 300) + "</script></head><body>";
    html += "<nav><ul>" + links(60) + "</ul></nav><aside class=\"promo\">" + links(15) +
            "</aside><main><article><h1>" + sentence(8) +
            "</h1><div class=\"byline\">By <a href=\"/ada\">Ada Quay</a></div>";
    auto const paragraphs = 10 + int(random_() % 50);
    for (int i = 0; i < paragraphs; ++i) {
      html += "<p>" + sentence(20) + ". <a href=\"https://news.example/" + word() + "\">" + sentence(4) +
              "</a> " + sentence(25) + "; said &ldquo;" + sentence(12) + "&rdquo;.</p>\n";
      if (i % 6 == 5) html += "<div class=\"ad-slot\"><span>ADVERTISEMENT</span></div>";
      if (i % 9 == 8)
        html += "<figure><img src=\"/p.jpg\" alt=\"\"><figcaption>" + sentence(10) + "</figcaption></figure>";
    }
    html +=
        "<p>Sign up for our newsletter</p></article></main><section class=\"related\"><h2>Read "
        "more</h2><ul>" +
        links(40) + "</ul></section><div id=\"comments\">";
    for (int i = 0; i < 30; ++i)
      html += "<div class=\"comment\"><b>" + word() + "</b><p>" + sentence(15) + "</p></div>";
    return html + "</div><footer>" + links(50) +
           "<p>© 2026 The Harbour Gazette. All rights reserved.</p></footer></body></html>";
  }

 private:
  std::string word() {
    constexpr std::string_view syllables = "bacodefagohilojemakinuporesatuvewixyzo";
    std::string out;
    for (auto n = 1 + random_() % 3; n > 0; --n) out += syllables.substr(random_() % 18 * 2, 2);
    return out;
  }
  std::string sentence(int words) {
    constexpr std::string_view frequent[] = {"the", "of", "and", "to", "in", "a", "that", "is", "for", "on"};
    std::string out;
    for (int i = 0; i < words; ++i)
      out += (out.empty() ? "" : " ") + (random_() % 3 == 0 ? std::string(frequent[random_() % 10]) : word());
    return out;
  }
  std::string links(int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
      out += "<li class=\"nav-item\"><a href=\"/" + word() + "\">" + sentence(4) + "</a></li>";
    return out;
  }
  static std::string repeated(std::string const& text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
  }

  std::mt19937 random_;
};

}  // namespace

std::vector<Page> read_pages(std::string const& folder) {
  std::vector<Page> pages;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".html") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    pages.push_back(
        {entry.path().string(), {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}});
  }
  std::sort(pages.begin(), pages.end(), [](Page const& a, Page const& b) { return a.path < b.path; });
  return pages;
}

std::vector<Page> make_pages(std::string const& folder) {
  std::filesystem::create_directories(folder);
  std::vector<Page> pages;
  PageMaker maker(20'261);
  for (int i = 0; i < pages_made; ++i) {
    Page page{folder + "/" + std::to_string(1000 + i) + ".html", maker.page()};
    std::ofstream(page.path, std::ios::binary) << page.html;
    pages.push_back(std::move(page));
  }
  return pages;
}

}  // namespace newsfold::bench
