#pragma once
// In how many stories a shingle was seen: what stands in several is boilerplate (a publisher's footer, a
// disclaimer, an agency's standing paragraph) and says nothing about whether two articles are copies.
//
// A bounded, forgetful estimate: a table of fixed size in memory, in which a newcomer takes the place of the
// shingle that was seen in the fewest stories. What boilerplate is comes back often and stays.
// After a restart it is filled again by noting the sketches of the newest articles in their order.
//
// note() is for one thread (the writer); stories() may be called from any thread meanwhile.

#include "feeds/dedup/signature.h"
#include "feeds/model/ids.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace newsfold::dedup {

class ShingleCensus {
 public:
  static constexpr std::size_t cells_default = std::size_t(1) << 22;  // 32 MB
  static constexpr int stories_max = 4;                               // counting stops there

  // `cells` is rounded up to a power of two; a cell is 8 bytes.
  explicit ShingleCensus(std::size_t cells = cells_default);

  // The article with this sketch was stored as part of `story`. What is noted in a part is counted there
  // alone; 0 is the part of those who know no parts.
  void note(Sketch const& sketch, StoryId story, std::uint64_t part = 0);

  // 0 .. stories_max. `shingle` as of shingle_at().
  int stories(std::uint64_t shingle, std::uint64_t part = 0) const noexcept;

 private:
  std::size_t mask_;
  struct Unmap {
    std::size_t cells = 0;
    void operator()(std::atomic<std::uint64_t>* table) const noexcept;
  };
  std::unique_ptr<std::atomic<std::uint64_t>[], Unmap> cells_;
};

// The census as one article sees it: of its parts the one that counts most. Borrows the census.
class CensusView {
 public:
  CensusView(ShingleCensus const& census) : census_(&census) {}  // all of it
  CensusView(ShingleCensus const& census, std::vector<std::uint64_t> parts)
      : census_(&census), parts_(std::move(parts)) {}

  int stories(std::uint64_t shingle) const noexcept {
    int most = 0;
    for (auto const part : parts_) most = std::max(most, census_->stories(shingle, part));
    return most;
  }

 private:
  ShingleCensus const* census_;
  std::vector<std::uint64_t> parts_ = {0};
};

// Every bit of the result depends on every bit of `x`.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0x9e3779b97f4a7c15u;
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9u;
  return x ^ x >> 32;
}

// The shingle of three words that begins at `words[at]`; at + 2 < words.size().
inline std::uint64_t shingle_at(std::vector<SketchWord> const& words, std::size_t at) noexcept {
  return mix(std::uint64_t(words[at].hash()) << 32 | std::uint64_t(words[at + 1].hash()) << 16 |
             words[at + 2].hash());
}

}  // namespace newsfold::dedup
