// Any bytes as a text, as a stored sketch and as an item. The first byte says as what.

#include "feeds/dedup/fold.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/memory_index.h"
#include "feeds/dedup/version.h"

#include <cstdlib>
#include <string_view>

namespace {

using namespace newsfold;

void require(bool holds) {
  if (!holds) std::abort();
}

// What was made can be kept and read again, and is found as an exact copy of itself or not at all.
void as_text(std::string_view bytes) {
  auto const half = bytes.size() / 2;
  auto const a = dedup::make_signature(bytes.substr(0, bytes.size() / 8), bytes);
  auto const b = dedup::make_signature({}, bytes.substr(half), "de");
  require(a.fingerprints.size() <= dedup::fingerprints_max);
  auto const again = dedup::Sketch::decode(a.sketch.encode());
  require(again && *again == a.sketch && dedup::fingerprints_of(*again) == a.fingerprints);
  dedup::ShingleCensus census(64);
  require(dedup::compare(a.sketch, b.sketch, census).probability ==
          dedup::compare(b.sketch, a.sketch, census).probability);
  dedup::MemoryIndex index(census);
  index.add(ArticleId(1), StoryId(1), a);
  census.note(a.sketch, StoryId(1));
  auto const decision = dedup::decide(a, index);
  require(decision.kind == dedup::MatchKind::new_story || decision.kind == dedup::MatchKind::exact);
  dedup::decide(b, index);
}

void as_stored(std::string_view bytes) {
  auto const sketch = dedup::Sketch::decode(bytes);
  if (sketch) require(sketch->encode() == bytes);
}

void as_item(std::string_view bytes) {
  auto const at = [&](std::size_t part) { return bytes.substr(bytes.size() * part / 4, bytes.size() / 4); };
  auto const url = dedup::identity_url(at(1));
  dedup::names_one_page(url);
  auto const traits = dedup::make_traits({at(0), at(1), at(2), at(3), {}});
  require(dedup::identity_keys(traits).size() <= 4);
}

void as_versions(std::string_view bytes) {
  auto const half = bytes.size() / 2;
  dedup::VersionText const before{bytes.substr(0, half / 8), bytes.substr(0, half)};
  dedup::VersionText const after{bytes.substr(half, half / 8), bytes.substr(half)};
  auto const edit = dedup::compare_versions(before, after);
  bool const same =
      dedup::version_hash(before.title, before.text) == dedup::version_hash(after.title, after.text);
  require(same == (edit.kind == dedup::EditClass::none));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view const bytes(reinterpret_cast<char const*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: as_text(bytes); break;
    case 1: as_stored(bytes); break;
    case 2: as_item(bytes); break;
    default: as_versions(bytes); break;
  }
  return 0;
}
