#include "feeds/dedup/signature.h"

#include "feeds/dedup/census.h"
#include "feeds/dedup/words.h"
#include "feeds/text/little_endian.h"

#include <algorithm>
#include <array>
#include <span>

namespace newsfold::dedup {

namespace {

constexpr std::size_t title_text_words_max = 256;

// Copies cut to length keep a prefix: fingerprints are drawn from nested ones, so that a teaser and the
// whole article meet in the short prefixes, and from the whole for what was put before or cut in the middle.
constexpr std::array<std::size_t, 6> prefixes = {24, 48, 96, 192, 384, 768};
constexpr std::size_t of_prefix = 5;
constexpr std::size_t of_whole = 12;
static_assert(of_prefix <= of_whole);

// The smallest distinct shingles of those added so far, in order.
class Smallest {
 public:
  void add(std::uint64_t shingle) {
    if (count_ == kept_.size() && shingle >= kept_.back()) return;
    auto* const end = kept_.data() + count_;
    auto* const place = std::lower_bound(kept_.data(), end, shingle);
    if (place != end && *place == shingle) return;
    if (count_ < kept_.size()) ++count_;
    std::move_backward(place, kept_.data() + count_ - 1, kept_.data() + count_);
    *place = shingle;
  }
  std::span<std::uint64_t const> first(std::size_t count) const {
    return {kept_.data(), std::min(count, count_)};
  }

 private:
  std::array<std::uint64_t, of_whole> kept_{};
  std::size_t count_ = 0;
};

// The layout of a stored sketch, little-endian:
//
//   0      layout, 1
//   1..8   text_hash
//   9,10   number of words n
//   11     number of title words t
//   ...    n + t hashes of 2 bytes, those of the text first
//   ...    n + t kinds of 2 bits, four to a byte, the first lowest; unused bits are 0
constexpr char layout = 1;
constexpr std::size_t head_bytes = 12;

constexpr std::size_t encoded_bytes(std::size_t words) noexcept {
  return head_bytes + 2 * words + (words + 3) / 4;
}

Error corrupt(char const* what) { return {ErrorCode::corrupt, std::string("sketch: ") + what}; }

}  // namespace

std::vector<std::uint64_t> fingerprints_of(Sketch const& sketch) {
  std::vector<std::uint64_t> found;
  auto const& words = sketch.words;
  if (words.size() < 3) return found;
  auto const shingles = words.size() - 2;
  Smallest smallest;
  auto const draw = [&](std::size_t count) {
    auto const drawn = smallest.first(count);
    found.insert(found.end(), drawn.begin(), drawn.end());
  };
  std::size_t read = 0;
  for (auto const length : prefixes) {
    if (length >= shingles) break;
    while (read < length) smallest.add(shingle_at(words, read++));
    draw(of_prefix);
  }
  while (read < shingles) smallest.add(shingle_at(words, read++));
  draw(of_whole);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

namespace {

void add_content_words(std::vector<Word> const& words, std::size_t count_max, std::vector<SketchWord>& out) {
  for (auto const& word : words) {
    if (word.frequent || word.foreign) continue;
    if (out.size() == count_max) break;
    out.emplace_back(std::uint16_t(word.hash >> 48), word.kind);
  }
}

void put_kinds(std::string& out, std::vector<SketchWord> const& all) {
  for (std::size_t i = 0; i < all.size(); i += 4) {
    unsigned kinds = 0;
    for (std::size_t j = i; j < std::min(i + 4, all.size()); ++j)
      kinds |= unsigned(all[j].kind()) << (2 * (j - i));
    out += char(kinds);
  }
}

}  // namespace

Signature make_signature(std::string_view title, std::string_view text, std::string_view language) {
  Signature made;
  auto const words = words_of(text, language);
  made.sketch.text_hash = hash_of(words);
  made.text_words = words.size();
  add_content_words(words, Sketch::words_max, made.sketch.words);
  add_content_words(words_of(title, language, title_text_words_max), Sketch::title_words_max,
                    made.sketch.title);
  made.fingerprints = fingerprints_of(made.sketch);
  return made;
}

std::string Sketch::encode() const {
  auto all = words;
  all.resize(std::min(all.size(), words_max));
  auto const of_text = all.size();
  auto const of_title = std::min(title.size(), title_words_max);
  all.insert(all.end(), title.begin(), title.begin() + std::ptrdiff_t(of_title));
  std::string out;
  out.reserve(encoded_bytes(all.size()));
  out += layout;
  text::append_little_endian(out, text_hash);
  text::append_little_endian(out, std::uint16_t(of_text));
  text::append_little_endian(out, std::uint8_t(of_title));
  for (auto const& word : all) text::append_little_endian(out, word.hash());
  put_kinds(out, all);
  return out;
}

Result<Sketch> Sketch::decode(std::string_view bytes) {
  if (bytes.size() < head_bytes) return corrupt("cut short");
  if (bytes[0] != layout) return corrupt("of a layout that we do not know");
  Sketch made;
  made.text_hash = text::little_endian_at<std::uint64_t>(bytes, 1);
  auto const of_text = std::size_t{text::little_endian_at<std::uint16_t>(bytes, 9)};
  auto const of_title = std::size_t{text::little_endian_at<std::uint8_t>(bytes, 11)};
  auto const count = of_text + of_title;
  if (of_text > words_max || of_title > title_words_max || bytes.size() != encoded_bytes(count))
    return corrupt("of the wrong length");
  auto const kinds_at = head_bytes + 2 * count;
  made.words.reserve(of_text);
  made.title.reserve(of_title);
  for (std::size_t i = 0; i < count; ++i) {
    auto const kind = unsigned(std::uint8_t(bytes[kinds_at + i / 4])) >> (2 * (i % 4)) & 3u;
    auto& side = i < of_text ? made.words : made.title;
    side.emplace_back(text::little_endian_at<std::uint16_t>(bytes, head_bytes + 2 * i), WordKind(kind));
  }
  if (count % 4 != 0 && unsigned(std::uint8_t(bytes.back())) >> (2 * (count % 4)) != 0)
    return corrupt("with stray bits");
  return made;
}

}  // namespace newsfold::dedup
