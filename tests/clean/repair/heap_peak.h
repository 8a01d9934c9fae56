#pragma once
// How much more memory was taken from operator new at a time than when this was made. Counts what all threads
// take: for tests with one.

#include <cstddef>

namespace newsfold::clean {

class HeapPeak {
 public:
  HeapPeak() noexcept;
  std::size_t bytes() const noexcept;

 private:
  std::size_t before_;
};

}  // namespace newsfold::clean
