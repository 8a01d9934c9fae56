#pragma once
// Which passages two sketches share, in figures: the raw material of a Comparison. Internal to feeds/dedup.

#include "feeds/dedup/fold.h"

#include <bitset>
#include <cstddef>

namespace newsfold::dedup {

// Everything but `probability`. Symmetric: with the arguments swapped, "here" and "there" are swapped and
// nothing else changes. Linear in the number of words.
Comparison align(Sketch const& here, Sketch const& there, CensusView const& census);

using Set16 = std::bitset<std::size_t(1) << 16>;  // of 16-bit hashes: one look-up each

// A first look at many articles that one may be a copy of: most share a phrase with it and nothing else.
class ShingleSet {
 public:
  explicit ShingleSet(Sketch const& sketch);

  // False only where align() would find fewer than `words` covered on both sides. Linear, and a tenth of what
  // align() takes.
  bool may_cover(std::size_t words, Sketch const& other) const noexcept;

 private:
  // By 16 bits of each shingle: whether one stands here, and whether several may (or one several times): such
  // a one, shared, may cover any number of words.
  Set16 once_;
  Set16 often_;
};

}  // namespace newsfold::dedup
