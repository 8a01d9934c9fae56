#pragma once
// Who wrote it first? What an article itself says about that: an agency's credit in the byline, in the
// dateline ("LONDON, May 3 (Reuters) -") or at the end ("dpa/bsj", "© AFP"). Pure; any thread.

#include "feeds/model/time.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace newsfold::dedup {

// The agency's usual name ("Reuters", "dpa", "AFP", "Xinhua"); "" where none is credited. A text that only
// writes about an agency, or quotes it in a sentence, credits none.
std::string_view credited_agency(std::string_view byline, std::string_view text) noexcept;

// By what sign an article is taken for the one that the copies of a story were made from; the strongest
// first.
enum class OriginalSign : std::uint8_t {
  canonical,  // copies name its address as their original
  agency,     // it comes from the agency that copies credit
  time,       // it was published first
  weight,     // its feed weighs most (a source's `weight` in config.toml)
  arrival,    // nothing tells; it came first
};
std::string_view to_string(OriginalSign sign) noexcept;

// What a copy tells. Views are borrowed for the call.
struct CopyClues {
  std::string_view url;              // its own address, in identity form (identity.h)
  std::string_view names_canonical;  // the address on another site that it names, in the same form
  std::string_view credits_agency;   // of credited_agency()
  std::string_view site;             // name and host of its publisher, as they come
  std::optional<UtcMicros> published;
  double feed_weight = 1;
  bool mirror = false;  // words were substituted by a keyword: never an original
};

// Times nearer to each other than this say nothing: clocks differ, and feeds round.
inline constexpr std::chrono::minutes published_apart_min{2};

struct Original {
  std::size_t index = 0;  // of `copies`
  OriginalSign sign = OriginalSign::arrival;

  bool operator==(Original const&) const = default;
};

// `copies` in the order in which they came; not empty. Where all copies are mirrors, the first.
Original original_among(std::span<CopyClues const> copies) noexcept;

}  // namespace newsfold::dedup
