#include "feeds/dedup/census.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace newsfold::dedup {

namespace {

// A cell, from the top: 22 bits of the shingle's hash, 3 bits of count, three tags of 13 bits, one for each
// of the first three stories that it was seen in. A tag taken for another one (1 in 8,192) counts a story too
// few, which is the safe side.
constexpr int shingle_bits = 22;
constexpr int story_bits = 13;
constexpr int count_shift = 3 * story_bits;
constexpr int tag_shift = 64 - shingle_bits;
constexpr std::uint64_t story_mask = (1u << story_bits) - 1;
constexpr std::size_t ahead = 8;  // shingles whose cells are on their way into the cache
constexpr std::size_t ways = 4;   // a shingle may stand in any of these neighbouring cells: half a cache line

constexpr int count_of(std::uint64_t cell) noexcept { return int(cell >> count_shift & 7); }
constexpr std::uint64_t tag_of(std::uint64_t cell) noexcept { return cell >> tag_shift; }

std::uint64_t seen_once_more(std::uint64_t cell, std::uint64_t story_tag) noexcept {
  int const count = count_of(cell);
  for (int i = 0; i < std::min(count, 3); ++i)
    if ((cell >> (i * story_bits) & story_mask) == story_tag) return cell;
  if (count >= ShingleCensus::stories_max) return cell;
  if (count < 3) cell |= story_tag << (count * story_bits);
  return cell + (std::uint64_t(1) << count_shift);
}

// Zero pages of the kernel's: a table that is hardly filled takes hardly any memory. An atomic of all zero
// bytes is one of value 0.
std::atomic<std::uint64_t>* map_cells(std::size_t cells) {
  auto* const memory = mmap(nullptr, cells * sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::atomic<std::uint64_t>*>(memory);
}

}  // namespace

ShingleCensus::ShingleCensus(std::size_t cells)
    : mask_(std::bit_ceil(std::max(cells, ways)) - 1), cells_(map_cells(mask_ + 1), Unmap{mask_ + 1}) {}

void ShingleCensus::Unmap::operator()(std::atomic<std::uint64_t>* table) const noexcept {
  munmap(table, cells * sizeof *table);
}

void ShingleCensus::note(Sketch const& sketch, StoryId story, std::uint64_t part) {
  auto const story_tag = mix(number(story)) & story_mask;
  auto const bucket_of = [&](std::uint64_t shingle) { return &cells_[(shingle & mask_) & ~(ways - 1)]; };
  // Nearly every cell is a cache miss: taken one after the other they would be most of what a writer does.
  std::array<std::uint64_t, ahead> next{};
  std::size_t const shingles = sketch.words.size() < 3 ? 0 : sketch.words.size() - 2;
  auto const fetch = [&](std::size_t at) {
    if (at >= shingles) return;
    next[at % ahead] = shingle_at(sketch.words, at) ^ part;
    __builtin_prefetch(bucket_of(next[at % ahead]), 1);
  };
  for (std::size_t at = 0; at < ahead; ++at) fetch(at);
  for (std::size_t at = 0; at < shingles; ++at) {
    auto const shingle = next[at % ahead];
    fetch(at + ahead);
    auto const tag = shingle >> tag_shift;
    std::atomic<std::uint64_t>* const bucket = bucket_of(shingle);
    std::size_t place = 0;
    int fewest = stories_max + 1;
    bool found = false;
    for (std::size_t i = 0; i < ways && !found; ++i) {
      auto const cell = bucket[i].load(std::memory_order_relaxed);
      if (count_of(cell) > 0 && tag_of(cell) == tag) {
        bucket[i].store(seen_once_more(cell, story_tag), std::memory_order_relaxed);
        found = true;
      } else if (count_of(cell) < fewest) {
        fewest = count_of(cell);
        place = i;
      }
    }
    if (!found) bucket[place].store(seen_once_more(tag << tag_shift, story_tag), std::memory_order_relaxed);
  }
}

int ShingleCensus::stories(std::uint64_t shingle, std::uint64_t part) const noexcept {
  shingle ^= part;
  auto const* const bucket = &cells_[(shingle & mask_) & ~(ways - 1)];
  for (std::size_t i = 0; i < ways; ++i) {
    auto const cell = bucket[i].load(std::memory_order_relaxed);
    if (count_of(cell) > 0 && tag_of(cell) == shingle >> tag_shift) return count_of(cell);
  }
  return 0;
}

}  // namespace newsfold::dedup
