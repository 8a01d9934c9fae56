#include "feeds/clean/extract/features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace newsfold::clean {
namespace {

constexpr int levels = 4;      // boxes around a block that are told apart
constexpr int neighbours = 2;  // blocks before and behind

// A CJK character carries about half of what a word does.
float words_of(TextCounts const& counts) { return float(counts.words) - float(counts.wide_words) * 0.5f; }

float share(float part, float whole) { return whole > 0 ? part / whole : 0; }

// Nearly all that is asked for is a number of words or half of one: those are looked up.
float log_of(float value) {
  static auto const table = [] {
    std::array<float, 4096> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::log2(1 + float(i) / 2);
    return out;
  }();
  float const twice = value * 2;
  if (twice >= 0 && twice < float(table.size()))
    if (auto const at = std::size_t(twice); float(at) == twice) return table[at];
  return std::log2(1 + value);
}

bool is_long(TextCounts const& counts) {
  return words_of(counts) >= 12 && counts.stops > 0 && counts.link_words * 5 < counts.words * 2;
}

int heading_level(Element element) { return is_heading(element) ? int(element) - int(Element::h1) + 1 : 0; }

float element_code(Element element) {
  switch (element) {
    case Element::p: return 10;
    case Element::pre: return 9;
    case Element::blockquote: return 8;
    case Element::dd: return 7;
    case Element::dt: return 6;
    case Element::li: return 5;
    case Element::td: return 4;
    case Element::th: return 3;
    case Element::figcaption:
    case Element::caption: return 2;
    case Element::div: return 1;
    default: return 0;
  }
}

float last_code(char last) {
  switch (last) {
    case '.': return 5;
    case '"': return 4;
    case 'a': return 3;
    case ',': return 2;
    case ':': return 1;
    default: return 0;
  }
}

// Sums over the blocks before a block; those of a box are a difference of two.
struct Sum {
  float words = 0, link_words = 0, long_words = 0, blocks = 0, long_blocks = 0;
  Sum operator-(Sum const& other) const {
    return {words - other.words, link_words - other.link_words, long_words - other.long_words,
            blocks - other.blocks, long_blocks - other.long_blocks};
  }
  void add(Block const& block) {
    auto const w = words_of(block.counts);
    words += w;
    link_words += std::min(w, float(block.counts.link_words));
    blocks += 1;
    if (is_long(block.counts)) {
      long_words += w;
      long_blocks += 1;
    }
  }
};

std::uint32_t shingle(std::uint32_t const* words) {
  return (words[0] * 31 + words[1]) * 0x9E3779B1u + words[2] * 0x85EBCA6Bu;
}

std::unordered_set<std::uint32_t> shingles_of(std::vector<std::uint32_t> const& words) {
  std::unordered_set<std::uint32_t> out;
  for (std::size_t i = 0; i + 3 <= words.size(); ++i) out.insert(shingle(words.data() + i));
  return out;
}

// How much of a block a witness knows; -1 where the block is too short to tell.
float known_share(std::uint32_t const* words, std::size_t count,
                  std::unordered_set<std::uint32_t> const& known) {
  if (known.empty() || count < 3) return -1;
  std::size_t hits = 0;
  for (std::size_t i = 0; i + 3 <= count; ++i) hits += known.count(shingle(words + i));
  return float(hits) / float(count - 2);
}

// Where a maker puts its features: numbers into a row, or their names into a list.
struct Numbers {
  float* out = nullptr;
  void put(char const* /*name*/, float value, int /*suffix*/ = -1) { *out++ = value; }
};
struct NameList {
  std::vector<std::string>* names = nullptr;
  void put(char const* name, float /*value*/, int suffix = -1) {
    names->push_back(suffix < 0 ? std::string(name) : name + std::to_string(suffix));
  }
};

template <class Sink>
class FeatureMaker {
 public:
  FeatureMaker(BlockList const& list, Witnesses const& witnesses)
      : list_(list),
        body_(shingles_of(witnesses.body)),
        description_(shingles_of(witnesses.description)),
        title_(witnesses.title.begin(), witnesses.title.end()) {
    sums_.resize(list.blocks.size() + 1);
    box_numbers_.resize(list.boxes.size());
    for (std::size_t i = 0; i < list.blocks.size(); ++i) {
      sums_[i + 1] = sums_[i];
      sums_[i + 1].add(list.blocks[i]);
      styles_[list.blocks[i].style].add(list.blocks[i]);
      ++copies_[text_hash(list.blocks[i])];
    }
    if (!list.blocks.empty()) whole_ = sums_.back();
    find_top();
    core70_ = core(0.7f);
    core85_ = core(0.85f);
    for (std::size_t i = 0; i < list.blocks.size(); ++i) {
      if (list.blocks[i].element == Element::h1 && first_h1_ == no_block) first_h1_ = i;
      if (is_long(list.blocks[i].counts) && in_box(i, core70_)) {
        if (first_long_ == no_block) first_long_ = i;
        last_long_ = i;
      }
    }
    for (auto const& box : list.boxes) articles_ += box.element == Element::article;
  }

  void write(std::size_t i, Sink out) {
    out_ = out;
    text_of(i);
    place_of(i);
    neighbours_of(i);
    position_of(i);
    boxes_of(i);
    alike_of(i);
    page_of();
  }

 private:
  static constexpr std::size_t no_block = ~std::size_t{0};

  void put(char const* name, float value, int suffix = -1) { out_.put(name, value, suffix); }

  Sum sum(Box const& box) const { return sums_[box.end_block] - sums_[box.first_block]; }
  bool in_box(std::size_t block, BoxIndex box) const {
    return box != no_box && block >= list_.boxes[box].first_block && block < list_.boxes[box].end_block;
  }

  std::uint32_t text_hash(Block const& block) const {
    std::uint32_t hash = 7;
    for (auto i = block.words_begin; i < block.words_end; ++i) hash = hash * 0x01000193u ^ list_.words[i];
    return hash;
  }

  // The box whose own paragraphs weigh most: each speaks for the box around it, and half for the next.
  void find_top() {
    std::vector<float> score(list_.boxes.size());
    for (auto const& block : list_.blocks) {
      auto const w = words_of(block.counts);
      if (w < 5 || block.counts.link_words * 2 > block.counts.words) continue;
      auto const worth = 1 + std::min(w / 15, 6.0f) + std::min(float(block.counts.commas), 8.0f) * 0.5f;
      auto box = block.element == Element::div || block.element == Element::section ||
                         block.element == Element::article || block.element == Element::main
                     ? block.box
                     : list_.boxes[block.box].parent;
      for (float part = 1; box != no_box && part > 0.2f; box = list_.boxes[box].parent, part *= 0.5f)
        score[box] += worth * part;
    }
    float best = 0;
    for (BoxIndex i = 0; i < list_.boxes.size(); ++i) {
      auto const s = sum(list_.boxes[i]);
      auto const value = score[i] * (1 - share(s.link_words, s.words));
      if (value > best) {
        best = value;
        top_ = i;
      }
    }
  }

  // The smallest box with this share of the page's long text.
  BoxIndex core(float wanted) const {
    BoxIndex best = no_box;
    float best_blocks = 0;
    for (BoxIndex i = 0; i < list_.boxes.size(); ++i) {
      auto const s = sum(list_.boxes[i]);
      if (whole_.long_words <= 0 || s.long_words < wanted * whole_.long_words) continue;
      if (best != no_box && s.blocks >= best_blocks) continue;
      best = i;
      best_blocks = s.blocks;
    }
    return best;
  }

  void text_of(std::size_t i) {
    auto const& c = list_.blocks[i].counts;
    auto const w = float(c.words);
    put("words", log_of(words_of(c)));
    put("word_letters", share(float(c.letters), w));
    put("link_share", share(float(c.link_words), w));
    put("links", log_of(list_.blocks[i].links));
    put("stops", log_of(float(c.stops)));
    put("stop_rate", share(float(c.stops), w));
    put("comma_rate", share(float(c.commas), w));
    put("commas", log_of(float(c.commas)));
    put("mark_rate", share(float(c.marks), w));
    put("digit_rate", share(float(c.digits), float(c.letters)));
    put("capital_rate", share(float(c.capital_words), w));
    put("strong_share", share(float(c.strong_words), w));
    put("wide_share", share(float(c.wide_words), w));
    put("starts_capital", c.starts_capital);
    put("starts_digit", c.starts_digit);
    put("starts_mark", c.starts_mark);
    put("last", last_code(c.last));
    put("heading", float(heading_level(list_.blocks[i].element)));
    put("element", element_code(list_.blocks[i].element));
    put("images_before", float(std::min<int>(list_.blocks[i].images_before, 10)));
    put("depth", float(list_.blocks[i].depth));
  }

  void place_of(std::size_t i) {
    auto const& place = list_.blocks[i].place;
    for (std::size_t k = 0; k < name_count; ++k) put("name_", place.names[k], int(k));
    for (std::size_t k = 0; k < spot_count; ++k) put("spot_", place.spots[k], int(k));
  }

  void neighbours_of(std::size_t i) {
    for (int d = -neighbours; d <= neighbours; ++d) {
      if (d == 0) continue;
      auto const j = std::ptrdiff_t(i) + d;
      bool const is_there = j >= 0 && j < std::ptrdiff_t(list_.blocks.size());
      auto const* other = is_there ? &list_.blocks[std::size_t(j)] : nullptr;
      int const n = d < 0 ? d + neighbours : d + neighbours - 1;
      put("near_words_", other ? log_of(words_of(other->counts)) : -1, n);
      put("near_links_", other ? share(float(other->counts.link_words), float(other->counts.words)) : -1, n);
      put("near_last_", other ? last_code(other->counts.last) : -1, n);
      put("near_alike_", other ? float(other->style == list_.blocks[i].style) : -1, n);
      put("near_heading_", other ? float(heading_level(other->element)) : -1, n);
      put("near_element_", other ? element_code(other->element) : -1, n);
    }
    auto const window = [&](std::size_t before, std::size_t behind) {
      return sums_[std::min(i + 1 + behind, list_.blocks.size())] - sums_[i - std::min(i, before)];
    };
    auto const before = window(6, 0), behind = window(0, 6);
    put("before_long", share(before.long_words, before.words));
    put("behind_long", share(behind.long_words, behind.words));
    put("before_links", share(before.link_words, before.words));
    put("behind_links", share(behind.link_words, behind.words));
  }

  void position_of(std::size_t i) {
    auto const& before = sums_[i];
    put("index_share", share(float(i), whole_.blocks));
    put("words_before", share(before.words, whole_.words));
    put("long_before", share(before.long_words, whole_.long_words));
    put("long_words_before", log_of(before.long_words));
    put("long_words_behind", log_of(whole_.long_words - sums_[i + 1].long_words));
    auto const signed_log = [](float v) { return v < 0 ? -log_of(-v) : log_of(v); };
    put("from_h1", first_h1_ == no_block ? -20 : signed_log(sums_[i].words - sums_[first_h1_].words));
    put("blocks_from_h1", first_h1_ == no_block ? -20 : signed_log(float(i) - float(first_h1_)));
    put("from_first_long", first_long_ == no_block ? -20 : signed_log(float(i) - float(first_long_)));
    put("from_last_long", first_long_ == no_block ? -20 : signed_log(float(i) - float(last_long_)));
    // The heading that this block stands under.
    std::size_t back = 0;
    constexpr std::size_t back_max = 30;
    while (back < back_max && back <= i && heading_level(list_.blocks[i - back].element) == 0) ++back;
    bool const found = back < back_max && back <= i;
    put("under_heading", found ? float(heading_level(list_.blocks[i - back].element)) : 0);
    put("from_heading", found ? float(back) : -1);
  }

  void boxes_of(std::size_t i) {
    auto box = list_.blocks[i].box;
    std::uint32_t first = ~0u, end = 0;
    int level = 0;
    for (; box != no_box && level < levels; box = list_.boxes[box].parent) {
      auto const& it = list_.boxes[box];
      if (it.first_block == first && it.end_block == end) continue;
      first = it.first_block;
      end = it.end_block;
      auto const& box_sum = box_numbers(box);
      put("box_words_", box_sum.words, level);
      put("box_links_", box_sum.links, level);
      put("box_long_", box_sum.long_share, level);
      put("box_of_page_", box_sum.of_page, level);
      put("box_blocks_", box_sum.blocks, level);
      put("box_place_", share(float(i - first), float(end - first)), level);
      ++level;
    }
    for (; level < levels; ++level)
      for (char const* name :
           {"box_words_", "box_links_", "box_long_", "box_of_page_", "box_blocks_", "box_place_"})
        put(name, -1, level);
    put("top_steps", steps_to(i, top_));
    put("core70_steps", steps_to(i, core70_));
    put("core85_steps", steps_to(i, core85_));
    put("top_direct", top_ != no_box && list_.boxes[list_.blocks[i].box].parent == top_);
  }

  // What all blocks of a box have in common is told once.
  struct BoxNumbers {
    float words = -1, links = 0, long_share = 0, of_page = 0, blocks = 0;
  };
  BoxNumbers const& box_numbers(BoxIndex box) {
    auto& out = box_numbers_[box];
    if (out.words >= 0) return out;
    auto const s = sum(list_.boxes[box]);
    out = {log_of(s.words), share(s.link_words, s.words), share(s.long_words, s.words),
           share(s.long_words, whole_.long_words), log_of(s.blocks)};
    return out;
  }

  // How many boxes up from `wanted` the block is inside.
  float steps_to(std::size_t i, BoxIndex wanted) const {
    float steps = 0;
    for (; wanted != no_box && !in_box(i, wanted); wanted = list_.boxes[wanted].parent) ++steps;
    return wanted == no_box ? -1 : steps;
  }

  void alike_of(std::size_t i) {
    auto const& block = list_.blocks[i];
    auto const& s = styles_[block.style];
    put("style_words", log_of(s.words));
    put("style_blocks", log_of(s.blocks));
    put("style_mean", share(s.words, s.blocks));
    put("style_links", share(s.link_words, s.words));
    put("style_of_page", share(s.long_words, whole_.long_words));
    put("copies", float(std::min(copies_[text_hash(block)], 20)));
    auto const* words = list_.words.data() + block.words_begin;
    auto const count = block.words_end - block.words_begin;
    constexpr std::size_t title_words_max = 60;
    std::size_t hits = 0;
    for (std::size_t k = 0; k < std::min<std::size_t>(count, title_words_max); ++k)
      hits += title_.count(words[k]);
    put("title_of_block", count == 0 ? 0 : float(hits) / float(count));
    put("block_of_title", title_.empty() ? 0 : std::min(1.0f, float(hits) / float(title_.size())));
    put("in_description", known_share(words, count, description_));
    put("in_body", known_share(words, count, body_));
  }

  void page_of() {
    put("page_words", log_of(whole_.words));
    put("page_long", log_of(whole_.long_words));
    put("page_blocks", log_of(whole_.blocks));
    put("page_links", share(whole_.link_words, whole_.words));
    put("page_articles", float(std::min(articles_, 20)));
    put("page_body", log_of(float(body_.size())));
  }

  BlockList const& list_;
  std::unordered_set<std::uint32_t> body_, description_, title_;
  std::vector<Sum> sums_;
  std::vector<BoxNumbers> box_numbers_;
  Sum whole_;
  std::unordered_map<std::uint32_t, Sum> styles_;
  std::unordered_map<std::uint32_t, int> copies_;
  BoxIndex top_ = no_box, core70_ = no_box, core85_ = no_box;
  std::size_t first_h1_ = no_block, first_long_ = no_block, last_long_ = no_block;
  int articles_ = 0;
  Sink out_;
};

// What the first verdicts say around each block.
template <class Sink>
class ContextMaker {
 public:
  ContextMaker(BlockList const& list, std::vector<float> const& first) : list_(list), first_(first) {
    words_.resize(first.size() + 1);
    good_.resize(first.size() + 1);
    for (std::size_t i = 0; i < first.size(); ++i) {
      auto const w = words_of(list.blocks[i].counts) + 0.5f;
      words_[i + 1] = words_[i] + w;
      good_[i + 1] = good_[i] + w * first[i];
      auto& style = styles_[list.blocks[i].style];
      style.words += w;
      style.long_words += w * first[i];
      if (first[i] > 0.5f) {
        if (first_good_ < 0) first_good_ = int(i);
        last_good_ = int(i);
      }
    }
  }

  void write(std::size_t i, Sink out) {
    out_ = out;
    auto const& block = list_.blocks[i];
    put("p", first_[i]);
    for (int d : {-3, -2, -1, 1, 2, 3}) {
      auto const j = std::ptrdiff_t(i) + d;
      put("p_near_", j >= 0 && j < std::ptrdiff_t(first_.size()) ? first_[std::size_t(j)] : -1, d + 3);
    }
    put("p_before4", mean(i - std::min<std::size_t>(i, 4), i));
    put("p_behind4", mean(i + 1, std::min(i + 5, first_.size())));
    put("p_before12", mean(i - std::min<std::size_t>(i, 12), i));
    put("p_behind12", mean(i + 1, std::min(i + 13, first_.size())));
    auto box = block.box;
    std::uint32_t begin = ~0u, end = 0;
    int level = 0;
    for (; box != no_box && level < levels; box = list_.boxes[box].parent) {
      auto const& it = list_.boxes[box];
      if (it.first_block == begin && it.end_block == end) continue;
      begin = it.first_block;
      end = it.end_block;
      put("p_box_", mean(begin, end), level);
      put("p_box_of_page_", share(good_[end] - good_[begin], good_.back()), level);
      ++level;
    }
    for (; level < levels; ++level)
      for (char const* name : {"p_box_", "p_box_of_page_"}) put(name, -1, level);
    auto const& style = styles_[block.style];
    put("p_style", share(style.long_words, style.words));
    put("p_style_of_page", share(style.long_words, good_.back()));
    put("p_words", log_of(good_.back()));
    put("p_words_before", share(good_[i], good_.back()));
    put("from_first_good", first_good_ < 0 ? -100 : std::clamp(float(int(i) - first_good_), -50.0f, 50.0f));
    put("from_last_good", first_good_ < 0 ? -100 : std::clamp(float(int(i) - last_good_), -50.0f, 50.0f));
    put("p_certain", share(good_.back(), words_.back()));
  }

 private:
  void put(char const* name, float value, int suffix = -1) { out_.put(name, value, suffix); }
  float mean(std::size_t begin, std::size_t end) const {
    return begin < end ? share(good_[end] - good_[begin], words_[end] - words_[begin]) : -1;
  }

  BlockList const& list_;
  std::vector<float> const& first_;
  std::vector<float> words_, good_;
  std::unordered_map<std::uint32_t, Sum> styles_;
  int first_good_ = -1, last_good_ = -1;
  Sink out_;
};

// A page of one block, from which the names and their number are read off.
BlockList one_block() {
  BlockList list;
  list.boxes.emplace_back();
  list.boxes.front().end_block = 1;
  list.blocks.emplace_back();
  return list;
}

}  // namespace

std::vector<std::string> const& text_feature_names() {
  static auto const made = [] {
    std::vector<std::string> out;
    auto const list = one_block();
    Witnesses const none;
    FeatureMaker<NameList> maker(list, none);
    maker.write(0, {&out});
    return out;
  }();
  return made;
}

std::vector<std::string> const& context_feature_names() {
  static auto const made = [] {
    auto out = text_feature_names();
    auto const list = one_block();
    std::vector<float> const first(1);
    ContextMaker<NameList> maker(list, first);
    maker.write(0, {&out});
    return out;
  }();
  return made;
}

FeatureRows text_features(BlockList const& list, Witnesses const& witnesses, std::size_t columns) {
  FeatureRows out(std::max(columns, text_feature_names().size()), list.blocks.size());
  FeatureMaker<Numbers> maker(list, witnesses);
  for (std::size_t i = 0; i < list.blocks.size(); ++i) maker.write(i, {out.row(i)});
  return out;
}

void add_context_features(BlockList const& list, std::vector<float> const& first, FeatureRows& rows) {
  ContextMaker<Numbers> maker(list, first);
  auto const behind = text_feature_names().size();
  for (std::size_t i = 0; i < list.blocks.size(); ++i) maker.write(i, {rows.row(i) + behind});
}

}  // namespace newsfold::clean
