#pragma once
// Who is due next: a binary heap whose entries know their place, so that a feed's time can be changed or
// the feed removed in O(log n). 16 bytes a feed.

#include "feeds/model/time.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace newsfold::schedule {

// T has a member `std::size_t due_place`, which belongs to the queue; start it with due_nowhere.
inline constexpr std::size_t due_nowhere = static_cast<std::size_t>(-1);

template <class T>
class DueQueue {
 public:
  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  UtcMicros next_due() const noexcept { return heap_.empty() ? UtcMicros::max() : heap_.front().due; }

  // Inserts, or moves to another time.
  void set(T& entry, UtcMicros due) {
    if (entry.due_place == due_nowhere) {
      heap_.push_back({due, &entry});
      rise(heap_.size() - 1);
      return;
    }
    auto const place = entry.due_place;
    bool const earlier = due < heap_[place].due;
    heap_[place].due = due;
    earlier ? rise(place) : sink(place);
  }

  void remove(T& entry) {
    auto const place = entry.due_place;
    if (place == due_nowhere) return;
    entry.due_place = due_nowhere;
    Node const last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    heap_[place] = last;
    last.entry->due_place = place;
    rise(place);
    sink(last.entry->due_place);
  }

  // The earliest entry if it is due at `now`, taken out; else nullptr.
  T* pop_due(UtcMicros now) {
    if (heap_.empty() || heap_.front().due > now) return nullptr;
    T* const entry = heap_.front().entry;
    remove(*entry);
    return entry;
  }

 private:
  struct Node {
    UtcMicros due;
    T* entry;
  };

  void put(std::size_t place, Node node) {
    heap_[place] = node;
    node.entry->due_place = place;
  }
  void rise(std::size_t place) {
    Node const node = heap_[place];
    while (place > 0) {
      auto const parent = (place - 1) / 2;
      if (heap_[parent].due <= node.due) break;
      put(place, heap_[parent]);
      place = parent;
    }
    put(place, node);
  }
  void sink(std::size_t place) {
    Node const node = heap_[place];
    for (;;) {
      auto child = 2 * place + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1].due < heap_[child].due) ++child;
      if (node.due <= heap_[child].due) break;
      put(place, heap_[child]);
      place = child;
    }
    put(place, node);
  }

  std::vector<Node> heap_;
};

}  // namespace newsfold::schedule
