#pragma once
// What recurs over many articles of one host is template, in any language: newsletter boxes, "about us",
// calls to donate. A memory of one host's paragraphs that learns from each new article and tells which of
// its paragraphs are template.
//
// A paragraph is template when it stood in enough articles, and in enough of those that came since it was
// first seen. Quotations and background that newspapers repeat from article to article stay below that, as
// long as they do not stand where templates stand: right at an article's beginning or end. What is template
// stays it until it was not seen for long.
//
// Values without a clock: time is counted in articles. Not for several threads at once.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace newsfold::clean {

// Of a paragraph, whatever its case, its white space and the numbers in it ("12 comments", "(c) 2026"). 0 for
// what has no letters.
std::uint64_t block_hash(std::string_view paragraph);

class TemplateBlocks {
 public:
  static constexpr std::size_t blocks_max = 768;                  // of a host; those that say least go first
  static constexpr std::size_t bytes_max = 24 * blocks_max + 64;  // of encode()

  // Bytes that encode() did not make give an empty memory.
  static TemplateBlocks decode(std::string_view bytes);
  std::string encode() const;

  // Learns from the text of an article that was not seen before. A text that is mostly another article's,
  // as a copy or a new version is, teaches nothing.
  void observe(std::string_view text);

  bool is_template(std::uint64_t block) const;
  std::uint32_t articles() const noexcept { return articles_; }

  struct Stripped {
    std::string text;
    std::vector<std::string> removed;  // the paragraphs, as they stood
  };
  // Takes the template's paragraphs out; nothing where next to nothing would be left.
  Stripped strip(std::string_view text) const;

 private:
  struct Block {
    std::uint32_t first = 0, last = 0;  // the number of the article
    std::uint32_t count = 0;            // articles that held it
    std::uint32_t edge = 0;             // of these, at the beginning or the end
    bool known = false;                 // was template once
  };
  static bool recurs(Block const& block, std::uint32_t articles);
  void forget();

  std::uint32_t articles_ = 0;
  std::unordered_map<std::uint64_t, Block> blocks_;
};

// The paragraphs of a text: parted by line breaks, without blank ones.
std::vector<std::string_view> paragraphs_of(std::string_view text);

}  // namespace newsfold::clean
