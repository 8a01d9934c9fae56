#pragma once
// Which passages two sketches share, in figures: the raw material of a Comparison. Internal to feeds/dedup.

#include "feeds/dedup/fold.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace newsfold::dedup {

// Everything but `probability`. Symmetric: with the arguments swapped, "here" and "there" are swapped and
// nothing else changes. Linear in the number of words.
Comparison align(Sketch const& here, Sketch const& there, CensusView const& census);

// A first look at many articles that one may be a copy of: most share a phrase with it and nothing else.
class ShingleSet {
 public:
  explicit ShingleSet(Sketch const& sketch);

  // False only where align() would find fewer than `words` covered on both sides. Linear, and a tenth of what
  // align() takes.
  bool may_cover(std::size_t words, Sketch const& other) const noexcept;

 private:
  // Of 16 bits of each shingle: whether one stands here, and whether several may (or one several times): such
  // a one, shared, may cover any number of words.
  std::vector<std::uint64_t> once_;
  std::vector<std::uint64_t> often_;
};

}  // namespace newsfold::dedup
