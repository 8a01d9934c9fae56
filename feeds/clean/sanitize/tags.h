#pragma once
// What HTML may pass: the elements and attributes that a reader needs and that cannot act. The tables
// stand in tags.cc; a name that is not there is not known and does not pass.

#include <cstdint>
#include <string_view>

namespace newsfold::clean {

enum class TagRule : std::uint8_t {
  keep,
  unwrap,        // the tag goes, what is inside stays
  drop_content,  // the tag goes with all that is inside
  embed,         // kept where its src is a player of a known host, else dropped with its content
};

enum class TagShape : std::uint8_t {
  inline_,  // flows in a line
  block,    // starts a new paragraph
  line,     // starts a new line: br, li, tr, dt
  empty,    // has no content and no end tag: img, wbr
};

struct Tag {
  std::string_view name;  // lower case
  TagRule rule{};
  TagShape shape{};
  bool is_void = false;      // never has an end tag
  bool closes_same = false;  // a second one directly inside closes the first: p, li, td, option
  bool raw_text = false;     // HTML reads no tags inside: script, style, iframe, textarea
  std::uint8_t id = 0;       // its place in the table
};

constexpr std::size_t tags_max = 160;  // more than there are rows: sizes for arrays indexed by Tag::id

// "p" of "x:p".
constexpr std::string_view without_prefix(std::string_view name) noexcept {
  return name.substr(name.rfind(':') + 1);
}

// Case does not matter. Nothing for a name that HTML does not know.
Tag const* find_tag(std::string_view name) noexcept;

enum class AttributeRule : std::uint8_t {
  drop,
  text,    // copied
  number,  // copied where it is a number, maybe with px or %
  link,    // resolved; dropped with a scheme that acts
  media,   // resolved; dropped unless it can be loaded
  srcset,  // a list of media
};

// The rule for an attribute, whatever its element; event handlers, style, id and class never pass.
AttributeRule attribute_rule(std::string_view name) noexcept;

// Hosts whose players may stand in an <iframe>: video and audio that is part of an article.
bool is_embed_host(std::string_view host) noexcept;

}  // namespace newsfold::clean
