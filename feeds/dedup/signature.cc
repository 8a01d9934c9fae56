#include "feeds/dedup/signature.h"

#include "feeds/dedup/census.h"
#include "feeds/dedup/words.h"

#include <algorithm>
#include <array>

namespace newsfold::dedup {

namespace {

constexpr std::size_t title_words_max = 256;

// Copies cut to length keep a prefix: fingerprints are drawn from nested ones, so that a teaser and the
// whole article meet in the short prefixes, and from the whole for what was put before or cut in the middle.
constexpr std::array<std::size_t, 6> prefixes = {24, 48, 96, 192, 384, 768};
constexpr std::size_t of_prefix = 5;
constexpr std::size_t of_whole = 12;

void add_smallest(std::vector<std::uint64_t>& shingles, std::size_t count, std::size_t take,
                  std::vector<std::uint64_t>& out) {
  std::vector<std::uint64_t> prefix(shingles.begin(), shingles.begin() + std::ptrdiff_t(count));
  std::sort(prefix.begin(), prefix.end());
  prefix.erase(std::unique(prefix.begin(), prefix.end()), prefix.end());
  out.insert(out.end(), prefix.begin(), prefix.begin() + std::ptrdiff_t(std::min(take, prefix.size())));
}

// The layout of a stored sketch, little-endian:
//
//   0      layout, 1
//   1..8   text_hash
//   9..16  title_hash
//   17,18  number of words n
//   ...    n hashes of 2 bytes
//   ...    n kinds of 2 bits, four to a byte, the first lowest; unused bits are 0
constexpr char layout = 1;
constexpr std::size_t head_bytes = 19;

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += char(value >> (8 * i) & 0xFF);
}

std::uint64_t get(std::string_view bytes, std::size_t at, std::size_t count) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t(std::uint8_t(bytes[at + i])) << (8 * i);
  return value;
}

constexpr std::size_t encoded_bytes(std::size_t words) noexcept {
  return head_bytes + 2 * words + (words + 3) / 4;
}

Error corrupt(char const* what) { return {ErrorCode::corrupt, std::string("sketch: ") + what}; }

}  // namespace

std::vector<std::uint64_t> fingerprints_of(Sketch const& sketch) {
  std::vector<std::uint64_t> found;
  auto const& words = sketch.words;
  if (words.size() < 3) return found;
  std::vector<std::uint64_t> shingles(words.size() - 2);
  for (std::size_t i = 0; i < shingles.size(); ++i) shingles[i] = shingle_at(words, i);
  for (auto const length : prefixes) {
    if (length >= shingles.size()) break;
    add_smallest(shingles, length, of_prefix, found);
  }
  add_smallest(shingles, shingles.size(), of_whole, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Signature make_signature(std::string_view title, std::string_view text, std::string_view language) {
  Signature made;
  auto const words = words_of(text, language);
  for (auto const& word : words) {
    if (word.frequent || word.foreign) continue;
    if (made.sketch.words.size() == Sketch::words_max) break;
    made.sketch.words.emplace_back(std::uint16_t(word.hash >> 48), word.kind);
  }
  made.sketch.text_hash = hash_of(words);
  made.sketch.title_hash = hash_of(words_of(title, language, title_words_max));
  made.fingerprints = fingerprints_of(made.sketch);
  return made;
}

std::string Sketch::encode() const {
  std::string out;
  auto const count = std::min(words.size(), words_max);
  out.reserve(encoded_bytes(count));
  out += layout;
  put(out, text_hash, 8);
  put(out, title_hash, 8);
  put(out, count, 2);
  for (std::size_t i = 0; i < count; ++i) put(out, words[i].hash(), 2);
  for (std::size_t i = 0; i < count; i += 4) {
    unsigned kinds = 0;
    for (std::size_t j = i; j < std::min(i + 4, count); ++j)
      kinds |= unsigned(words[j].kind()) << (2 * (j - i));
    out += char(kinds);
  }
  return out;
}

Result<Sketch> Sketch::decode(std::string_view bytes) {
  if (bytes.size() < head_bytes) return corrupt("cut short");
  if (bytes[0] != layout) return corrupt("of a layout that we do not know");
  Sketch made;
  made.text_hash = get(bytes, 1, 8);
  made.title_hash = get(bytes, 9, 8);
  auto const count = std::size_t(get(bytes, 17, 2));
  if (count > words_max || bytes.size() != encoded_bytes(count)) return corrupt("of the wrong length");
  auto const kinds_at = head_bytes + 2 * count;
  made.words.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto const kind = unsigned(std::uint8_t(bytes[kinds_at + i / 4])) >> (2 * (i % 4)) & 3u;
    if (kind > unsigned(WordKind::number)) return corrupt("with a kind of word that we do not know");
    made.words.emplace_back(std::uint16_t(get(bytes, head_bytes + 2 * i, 2)), WordKind(kind));
  }
  if (count % 4 != 0 && unsigned(std::uint8_t(bytes.back())) >> (2 * (count % 4)) != 0)
    return corrupt("with stray bits");
  return made;
}

}  // namespace newsfold::dedup
