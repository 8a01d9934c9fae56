#pragma once
// A newsroom that makes articles up: words drawn with the frequencies of a language (Zipf), sentences with
// names and numbers, and the lengths of news; copies of them (cut, framed, or with a word in fifty
// exchanged); reports written from a template. So what is right is known. The same seed makes the same news.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace newsfold::bench {

class Newsroom {
 public:
  explicit Newsroom(std::uint32_t seed = 20261101);

  struct Made {
    std::string title;
    std::string text;
  };

  Made article();
  Made report();
  Made copy_of(Made const& original);

  std::uint32_t draw() { return std::uint32_t(random_()); }

 private:
  std::string const& word();
  std::string name();
  std::string sentence();

  std::vector<std::string> words_;
  std::mt19937 random_;
};

}  // namespace newsfold::bench
