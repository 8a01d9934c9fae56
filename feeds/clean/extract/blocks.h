#pragma once
// A page as the reader sees it: blocks of running text, one behind the other, and the boxes that hold them. A
// block is what stands between two block-level tags (or two <br>): a paragraph, a heading, a cell, a menu
// entry. Boxes are the block-level elements; the blocks of a box follow one another, so that sums over a box
// are differences of sums.
//
// Everything that decides what belongs to the article reads these two lists. Scripts, styles, form controls
// and players are not in them.

#include "feeds/clean/extract/names.h"
#include "feeds/clean/extract/text_meter.h"
#include "feeds/clean/html/html_document.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfold::clean {

// Elements and marks that say where a text stands, beside the names.
enum class Spot : std::uint8_t {
  article,
  main,
  aside,
  nav,
  header,
  footer,
  form,
  list,
  table,
  figure,
  quote,
  section,
  details,
  hidden,
  body_prop,
  heading,
};
inline constexpr std::size_t spot_count = std::size_t(Spot::heading) + 1;

// How many elements up the nearest element of each kind is: 0 is the element itself, `far` is nowhere.
struct Place {
  static constexpr std::uint8_t far = 40;
  std::array<std::uint8_t, name_count> names;
  std::array<std::uint8_t, spot_count> spots;
};

using BoxIndex = std::uint32_t;
inline constexpr BoxIndex no_box = ~BoxIndex{0};

struct Box {
  NodeIndex node = 0;
  BoxIndex parent = no_box;
  std::uint32_t first_block = 0;
  std::uint32_t end_block = 0;
  std::uint32_t style = 0;  // a hash of tag and class: boxes that look alike have the same
  Element element = Element::other;
};

struct Block {
  NodeIndex begin = 0;            // its first text node
  NodeIndex end = 0;              // behind its last text node
  BoxIndex box = 0;               // the innermost around it
  std::uint32_t style = 0;        // a hash of the box's and its parent's look
  std::uint32_t words_begin = 0;  // in BlockList::words
  std::uint32_t words_end = 0;
  std::uint16_t depth = 0;
  std::uint16_t links = 0;
  std::uint16_t images_before = 0;  // between the block before and this one
  Element element = Element::other;
  TextCounts counts;
  Place place;
};

struct BlockList {
  std::vector<Box> boxes;
  std::vector<Block> blocks;
  std::vector<std::uint32_t> words;  // hashes, all blocks one behind the other
};

inline constexpr std::size_t blocks_max = 16'000;  // what stands behind them is not read; 6,000 is much

BlockList list_blocks(HtmlDocument const& page);

}  // namespace newsfold::clean
