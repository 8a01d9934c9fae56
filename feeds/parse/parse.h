#pragma once
// Feed bytes in, a Feed value out: RSS 0.90 to 2.0, RDF, Atom, JSON Feed, RSS-in-JSON, CDF and sitemaps,
// told apart by what stands in the document, never by its label. No I/O, no clock, no logging: the same
// bytes always give the same Feed, which lets the tests, the fuzzers and `newsfold parse` share this one
// entry with the daemon. Callable from any thread; calls share nothing.
//
// Links of the Feed are absolute where a base was known; HTML is sanitized; dates that cannot be are
// absent. Memory is bounded by memory_per_byte_max and memory_per_item_max, whatever stands in the document;
// ordinary feeds take four times their size.

#include "feeds/model/error.h"
#include "feeds/model/feed.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::parse {

constexpr std::size_t memory_per_byte_max = 64;    // of the document, unpacked
constexpr std::size_t memory_per_item_max = 1024;  // of its items, beyond that

struct Hints {
  std::string_view url;           // base for relative links; empty: links stay as they are
  std::string_view content_type;  // the HTTP header as it came; empty: none came
};

struct Limits {
  std::size_t bytes_max = 512UL * 1024 * 1024;       // the document, after a gzip or zlib layer is taken off
  std::size_t depth_max = 256;                       // elements open at once where we rebuild the markup
  std::size_t items_max = 250'000;                   // beyond these, items are counted, not kept
  std::size_t field_bytes_max = 16UL * 1024 * 1024;  // one field, decoded; longer ones are cut
  std::size_t entity_bytes_max = 64UL * 1024;        // what entities of the document's own DTD may grow to
};

// What becomes of HTML in the document.
enum class Bodies : unsigned char {
  sanitize,
  keep,  // as the publisher wrote it: for measuring, never for showing
};

// `bytes` is borrowed for the call. A broken document that could be mended is a success with feed.bozo set
// and the problems beside it. Fails with `not_a_feed` where the document is something else (a web page, an
// OPML list, an error message), with `malformed` where it is nothing at all, with `too_large` where a
// limit was met; `failure`, where given, then says what was expected and where, for programs.
Result<Feed> parse_feed(std::string_view bytes, Hints const& hints, Limits const& limits = {},
                        Bodies bodies = Bodies::sanitize, Problem* failure = nullptr);

// The first `bytes_max` bytes of a document after a gzip or zlib layer is taken off: enough to see what its
// root is, without the cost of all of it. "" where the layer is broken.
std::string document_head(std::string_view bytes, std::size_t bytes_max);

}  // namespace newsfold::parse
