#pragma once
// Words of our data files, numbered, and found by a hash that grows byte by byte: that of a word's beginning
// or end costs nothing beside the word's own. Internal to feeds/clean/repair.
//
// Filled once, then read by any thread. A look-up that finds nothing mostly reads one cache line. What a
// table holds is our data, so no text can make it slow.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfold::clean {

using WordHash = std::uint64_t;

// A polynomial over the bytes: hash("abc") is hash("a") * base^2 + hash("bc").
inline constexpr WordHash word_hash_base = 0x9E3779B97F4A7C15;
constexpr WordHash hash_word(std::string_view word, WordHash begun = 0) noexcept {
  for (char const c : word) begun = begun * word_hash_base + static_cast<unsigned char>(c);
  return begun;
}

class WordTable {
 public:
  // The word's number, from 1 in the order in which they come; the same for one that is there. Its bytes must
  // outlive the table.
  std::uint32_t add(std::string_view word);

  // 0: it is not there. `hash` is hash_word(word).
  std::uint32_t number_of(std::string_view word, WordHash hash) const noexcept;
  std::uint32_t number_of(std::string_view word) const noexcept { return number_of(word, hash_word(word)); }

  std::uint32_t size() const noexcept { return std::uint32_t(words_.size()); }
  // Bytes of the longest word.
  std::size_t longest() const noexcept { return longest_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;     // of the hash: most words that differ differ here
    std::uint32_t number = 0;  // 0: free
  };
  void place(std::uint32_t number) noexcept;
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two, at most half of them taken
  std::vector<std::string_view> words_;
  std::size_t longest_ = 0;
};

}  // namespace newsfold::clean
