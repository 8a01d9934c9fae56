#include "feeds/dedup/alignment.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace newsfold::dedup {

namespace {

constexpr std::size_t shingle_words = 3;
constexpr std::size_t long_run_words = 8;
constexpr std::size_t lead_words = 20;
constexpr std::size_t gap_words_max = 6;      // a wider gap is a passage of its own, not an exchange
constexpr std::size_t places_tried_max = 16;  // of one shingle that stands in many places
constexpr int other_stories_boilerplate = 3;

constexpr std::uint32_t nowhere = ~std::uint32_t(0);

// Where each shingle of a text stands. Borrows the text.
class Places {
 public:
  explicit Places(std::vector<SketchWord> const& words) : words_(words) {
    auto const count = words.size() < shingle_words ? 0 : words.size() - shingle_words + 1;
    mask_ = std::bit_ceil(std::max<std::size_t>(16, count * 2)) - 1;
    cells_.assign(mask_ + 1, nowhere);
    next_.assign(count, nowhere);
    // Backwards, so that each chain runs from the front of the text to its end.
    for (auto at = count; at-- > 0;) {
      auto& first = cells_[cell_of(shingle_at(words, at))];
      next_[at] = first;
      first = std::uint32_t(at);
    }
  }

  // The first place, or `nowhere`.
  std::uint32_t find(std::uint64_t shingle) const noexcept { return cells_[cell_of(shingle)]; }
  std::uint32_t after(std::uint32_t place) const noexcept { return next_[place]; }

 private:
  // A shingle's cell holds the first of its places: the words there say whose it is.
  std::size_t cell_of(std::uint64_t shingle) const noexcept {
    auto at = shingle & mask_;
    while (cells_[at] != nowhere && shingle_at(words_, cells_[at]) != shingle) at = (at + 1) & mask_;
    return at;
  }

  std::vector<SketchWord> const& words_;
  std::size_t mask_ = 0;
  std::vector<std::uint32_t> cells_;
  std::vector<std::uint32_t> next_;
};

enum class Cover : std::uint8_t { none, boilerplate, shared };

// A side of the comparison.
struct Side {
  std::vector<SketchWord> const& words;
  std::vector<Cover> cover;
  std::vector<bool> in_long_run;

  explicit Side(std::vector<SketchWord> const& w) : words(w), cover(w.size()), in_long_run(w.size()) {}

  void mark(std::size_t at, Cover with) {
    for (std::size_t i = at; i < at + shingle_words; ++i) cover[i] = std::max(cover[i], with);
  }
  std::uint32_t count(Cover with) const {
    return std::uint32_t(std::count(cover.begin(), cover.end(), with));
  }
  double share_in_long_runs() const {
    std::size_t in = 0;
    std::size_t of = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (cover[i] == Cover::boilerplate) continue;
      ++of;
      in += in_long_run[i];
    }
    return of == 0 ? 0 : double(in) / double(of);
  }
  double lead_share() const {
    auto const n = std::min(lead_words, words.size());
    if (n == 0) return 0;
    auto const shared = std::count_if(cover.begin(), cover.begin() + std::ptrdiff_t(n),
                                      [](Cover c) { return c != Cover::none; });
    return double(shared) / double(n);
  }
};

// A shared passage: words `a .. a + words` of the one, `b ..` of the other.
struct Run {
  std::size_t a = 0;
  std::size_t b = 0;
  std::size_t words = 0;
};

struct Kinds {
  bool name = false;
  bool number = false;
  bool other = false;
};

Kinds kinds_in(std::vector<SketchWord> const& words, std::size_t from, std::size_t to) {
  Kinds kinds;
  for (auto i = from; i < to; ++i) {
    kinds.name |= words[i].kind() == WordKind::name || words[i].kind() == WordKind::calendar;
    kinds.number |= words[i].kind() == WordKind::number;
    kinds.other |= words[i].kind() == WordKind::other;
  }
  return kinds;
}

class Walk {
 public:
  Walk(Sketch const& shorter, Sketch const& longer, CensusView const& census)
      : a_(shorter.words),
        b_(longer.words),
        places_(longer.words),
        seen_(longer.words.size()),
        census_(census) {}

  void run(Comparison& out) {
    for (std::size_t i = 0; i + shingle_words <= a_.words.size();) {
      auto const first = cover_shingle(i);
      if (first == nowhere) {
        ++i;
        continue;
      }
      auto const run = longest_from(i, first);
      for (auto at = i + 1; at + shingle_words <= i + run.words; ++at) cover_shingle(at);
      take(run, out);
      i += run.words - (shingle_words - 1);
    }
    if (any_) gap(last_.a + last_.words, a_.words.size(), last_.b + last_.words, b_.words.size(), out);
  }

  Side& a() { return a_; }
  Side& b() { return b_; }

 private:
  // Gives the first place of the shingle on the other side.
  std::uint32_t cover_shingle(std::size_t at) {
    auto const shingle = shingle_at(a_.words, at);
    auto const first = places_.find(shingle);
    if (first == nowhere) return nowhere;
    // The story of one of the two is among those counted.
    auto const with =
        census_.stories(shingle) > other_stories_boilerplate ? Cover::boilerplate : Cover::shared;
    a_.mark(at, with);
    if (!seen_[first]) {
      seen_[first] = true;
      for (auto place = first; place != nowhere; place = places_.after(place)) b_.mark(place, with);
    }
    return first;
  }

  Run longest_from(std::size_t i, std::uint32_t first) const {
    Run best;
    std::size_t tried = 0;
    for (auto place = first; place != nowhere && tried < places_tried_max;
         place = places_.after(place), ++tried) {
      std::size_t words = shingle_words;
      while (i + words < a_.words.size() && place + words < b_.words.size() &&
             a_.words[i + words].hash() == b_.words[place + words].hash())
        ++words;
      // Of equally long ones the one that goes on where the last ended.
      bool const better = words > best.words || (words == best.words && best.b < last_.b && place >= last_.b);
      if (better) best = {i, place, words};
    }
    return best;
  }

  void take(Run const& run, Comparison& out) {
    if (run.words > out.longest_run) {
      out.longest_run = std::uint32_t(run.words);
      out.longest_run_at_here = std::uint32_t(run.a);
      out.longest_run_at_there = std::uint32_t(run.b);
    }
    if (run.words >= long_run_words) {
      std::fill_n(a_.in_long_run.begin() + std::ptrdiff_t(run.a), run.words, true);
      std::fill_n(b_.in_long_run.begin() + std::ptrdiff_t(run.b), run.words, true);
    }
    gap(last_.a + last_.words, run.a, last_.b + last_.words, run.b, out);
    any_ = true;
    last_ = run;
  }

  // Between two neighbouring passages, before the first and behind the last: what stands in their place here
  // and there.
  void gap(std::size_t a_from, std::size_t a_to, std::size_t b_from, std::size_t b_to, Comparison& out) {
    if (a_to <= a_from || b_to <= b_from) return;  // something was put in or left out
    if (a_to - a_from > gap_words_max || b_to - b_from > gap_words_max) return;
    auto const here = kinds_in(a_.words, a_from, a_to);
    auto const there = kinds_in(b_.words, b_from, b_to);
    if (here.name && there.name)
      ++out.names_exchanged;
    else if (here.number && there.number)
      ++out.numbers_exchanged;
    else
      ++out.words_exchanged;
  }

  Side a_;
  Side b_;
  Places places_;
  std::vector<bool> seen_;  // by the first place of a shingle: whether the longer side is marked
  CensusView const& census_;
  Run last_;
  bool any_ = false;
};

// The distinct hashes of a text's words by kind, in order.
class HashesByKind {
 public:
  explicit HashesByKind(Sketch const& sketch) {
    for (auto const& word : sketch.words)
      if (word.kind() != WordKind::other) by_kind_[std::size_t(word.kind())].push_back(word.hash());
    for (auto& hashes : by_kind_) {
      std::sort(hashes.begin(), hashes.end());
      hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    }
  }
  std::vector<std::uint16_t> const& of(WordKind kind) const { return by_kind_[std::size_t(kind)]; }

 private:
  std::array<std::vector<std::uint16_t>, 4> by_kind_;
};

// A text's words as a set of bits: one look-up a fact. A name that begins a sentence there is no name by
// its kind, so words of every kind count.
class WordSet {
 public:
  explicit WordSet(Sketch const& sketch) {
    for (auto const& word : sketch.words) words_[word.hash()] = true;
  }
  std::uint32_t count(std::vector<std::uint16_t> const& hashes) const {
    return std::uint32_t(
        std::count_if(hashes.begin(), hashes.end(), [this](std::uint16_t hash) { return words_[hash]; }));
  }

 private:
  Set16 words_;
};

void compare_facts(Sketch const& a, Sketch const& b, Comparison& out) {
  WordSet const in_a(a);
  WordSet const in_b(b);
  HashesByKind const facts_of_a(a);
  HashesByKind const facts_of_b(b);
  auto const agree = [&](WordKind kind, std::uint32_t& facts, std::uint32_t& shared) {
    auto const& of_a = facts_of_a.of(kind);
    auto const& of_b = facts_of_b.of(kind);
    bool const a_has_fewer = of_a.size() <= of_b.size();
    facts = std::uint32_t(std::min(of_a.size(), of_b.size()));
    shared = a_has_fewer ? in_b.count(of_a) : in_a.count(of_b);
  };
  agree(WordKind::name, out.names, out.names_shared);
  agree(WordKind::number, out.numbers, out.numbers_shared);
  agree(WordKind::calendar, out.dates, out.dates_shared);
}

void compare_titles(std::vector<SketchWord> const& a, std::vector<SketchWord> const& b, Comparison& out) {
  auto const& fewer = a.size() <= b.size() ? a : b;
  auto const& more = a.size() <= b.size() ? b : a;
  out.title_words = std::uint32_t(fewer.size());
  // Every word of the longer one serves once.
  std::vector<bool> used(more.size());
  for (auto const& word : fewer) {
    for (std::size_t i = 0; i < more.size(); ++i) {
      if (used[i] || more[i].hash() != word.hash()) continue;
      used[i] = true;
      ++out.title_words_shared;
      break;
    }
  }
}

// An order of the two that does not depend on which was given first.
bool comes_first(Sketch const& a, Sketch const& b) noexcept {
  if (a.words.size() != b.words.size()) return a.words.size() < b.words.size();
  auto const differ = std::mismatch(a.words.begin(), a.words.end(), b.words.begin());
  if (differ.first == a.words.end()) return true;
  if (differ.first->hash() != differ.second->hash()) return differ.first->hash() < differ.second->hash();
  return differ.first->kind() < differ.second->kind();
}

void swap_sides(Comparison& c) {
  std::swap(c.words_here, c.words_there);
  std::swap(c.covered_here, c.covered_there);
  std::swap(c.boilerplate_here, c.boilerplate_there);
  std::swap(c.longest_run_at_here, c.longest_run_at_there);
  std::swap(c.long_runs_here, c.long_runs_there);
  std::swap(c.lead_here, c.lead_there);
}

}  // namespace

Comparison align(Sketch const& here, Sketch const& there, CensusView const& census) {
  bool const swapped = !comes_first(here, there);
  auto const& a = swapped ? there : here;
  auto const& b = swapped ? here : there;
  Comparison out;
  Walk walk(a, b, census);
  walk.run(out);
  out.words_here = std::uint32_t(a.words.size());
  out.words_there = std::uint32_t(b.words.size());
  out.covered_here = walk.a().count(Cover::shared);
  out.covered_there = walk.b().count(Cover::shared);
  out.boilerplate_here = walk.a().count(Cover::boilerplate);
  out.boilerplate_there = walk.b().count(Cover::boilerplate);
  out.long_runs_here = walk.a().share_in_long_runs();
  out.long_runs_there = walk.b().share_in_long_runs();
  out.lead_here = walk.a().lead_share();
  out.lead_there = walk.b().lead_share();
  compare_facts(a, b, out);
  out.same_text = a.text_hash != 0 && a.text_hash == b.text_hash;
  compare_titles(a.title, b.title, out);
  out.similarity = std::max(out.cover_here(), out.cover_there());
  if (swapped) swap_sides(out);
  return out;
}

namespace {

std::uint16_t short_hash(std::uint64_t shingle) noexcept { return std::uint16_t(shingle >> 48); }

}  // namespace

ShingleSet::ShingleSet(Sketch const& sketch) {
  for (std::size_t at = 0; at + shingle_words <= sketch.words.size(); ++at) {
    auto const hash = short_hash(shingle_at(sketch.words, at));
    if (once_[hash]) often_[hash] = true;
    once_[hash] = true;
  }
}

bool ShingleSet::may_cover(std::size_t words, Sketch const& other) const noexcept {
  std::size_t covered = 0;  // at most, here and there
  for (std::size_t at = 0; at + shingle_words <= other.words.size() && covered < words; ++at) {
    auto const hash = short_hash(shingle_at(other.words, at));
    if (often_[hash]) return true;
    if (once_[hash]) covered += shingle_words;
  }
  return covered >= words;
}

}  // namespace newsfold::dedup
