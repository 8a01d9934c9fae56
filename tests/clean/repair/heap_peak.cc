#include "tests/clean/repair/heap_peak.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace newsfold::clean {
namespace {

std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> peak{0};

void* counted(void* block) noexcept {
  if (block == nullptr) return nullptr;
  auto const now = in_use.fetch_add(malloc_usable_size(block)) + malloc_usable_size(block);
  for (auto most = peak.load(); now > most && !peak.compare_exchange_weak(most, now);) {
  }
  return block;
}

void give_back(void* block) noexcept {
  if (block == nullptr) return;
  in_use -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

HeapPeak::HeapPeak() noexcept : before_(in_use) { peak = before_; }
std::size_t HeapPeak::bytes() const noexcept { return peak - std::min<std::size_t>(peak, before_); }

}  // namespace newsfold::clean

void* operator new(std::size_t bytes) {
  auto* const block = newsfold::clean::counted(std::malloc(std::max<std::size_t>(bytes, 1)));
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete(void* block) noexcept { newsfold::clean::give_back(block); }
void operator delete(void* block, std::size_t) noexcept { newsfold::clean::give_back(block); }
