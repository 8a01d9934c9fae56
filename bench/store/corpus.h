#pragma once
// News that nobody wrote: texts of about 290 words drawn from a vocabulary in which few words are frequent
// and many are rare, as in any language, so that they compress and index like real ones.

#include "storage/store.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace newsfold::bench {

class Corpus {
 public:
  explicit Corpus(std::uint32_t seed);
  // Items the way that the pool hands them over: new, no copies. `seen` is left for the caller.
  std::vector<storage::IngestItem> items(std::size_t count);

 private:
  std::string words(std::size_t count);
  std::mt19937_64 random_;
  std::vector<std::string> vocabulary_;
  std::uint64_t next_ = 1;
};

}  // namespace newsfold::bench
