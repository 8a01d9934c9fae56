#include "feeds/clean/sanitize/tags.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace newsfold::clean {

namespace {

using enum TagRule;
using enum TagShape;

constexpr bool void_ = true;
constexpr bool closes = true;
constexpr bool raw = true;

// name, rule, shape, is_void, closes_same, raw_text
constexpr Tag tag_rows[] = {
    {"a", keep, inline_},
    {"abbr", keep, inline_},
    {"acronym", keep, inline_},
    {"address", keep, block},
    {"applet", unwrap, inline_},
    {"area", keep, empty, void_},
    {"article", keep, block},
    {"aside", keep, block},
    {"audio", keep, block},
    {"b", keep, inline_},
    {"base", unwrap, empty, void_},
    {"basefont", unwrap, empty, void_},
    {"bdi", keep, inline_},
    {"bdo", keep, inline_},
    {"bgsound", unwrap, empty, void_},
    {"big", keep, inline_},
    {"blink", unwrap, inline_},
    {"blockquote", keep, block},
    {"body", unwrap, block},
    {"br", keep, line, void_},
    {"button", unwrap, inline_},
    {"canvas", unwrap, inline_},
    {"caption", keep, block},
    {"center", keep, block},
    {"cite", keep, inline_},
    {"code", keep, inline_},
    {"col", keep, empty, void_},
    {"colgroup", keep, block},
    {"data", keep, inline_},
    {"datalist", unwrap, inline_},
    {"dd", keep, line, false, closes},
    {"del", keep, inline_},
    {"details", keep, block},
    {"dfn", keep, inline_},
    {"dialog", unwrap, block},
    {"dir", keep, block},
    {"div", keep, block},
    {"dl", keep, block},
    {"dt", keep, line, false, closes},
    {"em", keep, inline_},
    {"embed", unwrap, empty, void_},
    {"fieldset", unwrap, block},
    {"figcaption", keep, block},
    {"figure", keep, block},
    {"font", unwrap, inline_},
    {"footer", keep, block},
    {"form", unwrap, block},
    {"frame", unwrap, empty, void_},
    {"frameset", unwrap, block},
    {"h1", keep, block},
    {"h2", keep, block},
    {"h3", keep, block},
    {"h4", keep, block},
    {"h5", keep, block},
    {"h6", keep, block},
    {"head", unwrap, block},
    {"header", keep, block},
    {"hgroup", keep, block},
    {"hr", keep, block, void_},
    {"html", unwrap, block},
    {"i", keep, inline_},
    {"iframe", embed, block, false, false, raw},
    {"image", unwrap, empty, void_},
    {"img", keep, empty, void_},
    {"input", unwrap, empty, void_},
    {"ins", keep, inline_},
    {"isindex", unwrap, empty, void_},
    {"kbd", keep, inline_},
    {"keygen", unwrap, empty, void_},
    {"label", unwrap, inline_},
    {"legend", unwrap, block},
    {"li", keep, line, false, closes},
    {"link", unwrap, empty, void_},
    {"main", keep, block},
    {"map", keep, inline_},
    {"mark", keep, inline_},
    {"marquee", unwrap, block},
    {"math", unwrap, inline_},
    {"menu", keep, block},
    {"meta", unwrap, empty, void_},
    {"meter", keep, inline_},
    {"nav", keep, block},
    {"nobr", unwrap, inline_},
    {"noembed", drop_content, inline_, false, false, raw},
    {"noframes", drop_content, inline_, false, false, raw},
    {"noscript", unwrap, inline_},
    {"object", unwrap, inline_},
    {"ol", keep, block},
    {"optgroup", unwrap, inline_},
    {"option", unwrap, line},
    {"output", unwrap, inline_},
    {"p", keep, block, false, closes},
    {"param", unwrap, empty, void_},
    {"picture", keep, inline_},
    {"plaintext", unwrap, block},
    {"pre", keep, block},
    {"progress", keep, inline_},
    {"q", keep, inline_},
    {"rb", keep, inline_},
    {"rp", keep, inline_},
    {"rt", keep, inline_},
    {"rtc", keep, inline_},
    {"ruby", keep, inline_},
    {"s", keep, inline_},
    {"samp", keep, inline_},
    {"script", drop_content, inline_, false, false, raw},
    {"section", keep, block},
    {"select", unwrap, inline_},
    {"small", keep, inline_},
    {"source", keep, empty, void_},
    {"span", keep, inline_},
    {"strike", keep, inline_},
    {"strong", keep, inline_},
    {"style", drop_content, inline_, false, false, raw},
    {"sub", keep, inline_},
    {"summary", keep, block},
    {"sup", keep, inline_},
    {"svg", unwrap, inline_},
    {"table", keep, block},
    {"tbody", keep, block},
    {"td", keep, block, false, closes},
    {"template", drop_content, inline_},
    {"textarea", unwrap, inline_},
    {"tfoot", keep, block},
    {"th", keep, block, false, closes},
    {"thead", keep, block},
    {"time", keep, inline_},
    {"title", unwrap, inline_},
    {"tr", keep, line, false, closes},
    {"track", keep, empty, void_},
    {"tt", keep, inline_},
    {"u", keep, inline_},
    {"ul", keep, block},
    {"var", keep, inline_},
    {"video", keep, block},
    {"wbr", keep, empty, void_},
    {"xmp", unwrap, block},
};
static_assert(std::size(tag_rows) < tags_max);

struct AttributeRow {
  std::string_view name;
  AttributeRule rule;
};
constexpr AttributeRow attribute_rows[] = {
    {"abbr", AttributeRule::text},     {"align", AttributeRule::text},     {"alt", AttributeRule::text},
    {"cite", AttributeRule::link},     {"colspan", AttributeRule::number}, {"controls", AttributeRule::text},
    {"coords", AttributeRule::text},   {"datetime", AttributeRule::text},  {"dir", AttributeRule::text},
    {"headers", AttributeRule::text},  {"height", AttributeRule::number},  {"href", AttributeRule::link},
    {"hreflang", AttributeRule::text}, {"kind", AttributeRule::text},      {"label", AttributeRule::text},
    {"lang", AttributeRule::text},     {"max", AttributeRule::number},     {"media", AttributeRule::text},
    {"min", AttributeRule::number},    {"open", AttributeRule::text},      {"poster", AttributeRule::media},
    {"reversed", AttributeRule::text}, {"rowspan", AttributeRule::number}, {"scope", AttributeRule::text},
    {"shape", AttributeRule::text},    {"sizes", AttributeRule::text},     {"span", AttributeRule::number},
    {"src", AttributeRule::media},     {"srclang", AttributeRule::text},   {"srcset", AttributeRule::srcset},
    {"start", AttributeRule::number},  {"title", AttributeRule::text},     {"type", AttributeRule::text},
    {"valign", AttributeRule::text},   {"value", AttributeRule::text},     {"width", AttributeRule::number},
};

constexpr std::string_view embed_hosts[] = {
    "bandcamp.com",
    "clips.twitch.tv",
    "dai.ly",
    "dailymotion.com",
    "embed.podcasts.apple.com",
    "open.spotify.com",
    "player.bilibili.com",
    "player.twitch.tv",
    "player.vimeo.com",
    "rumble.com",
    "soundcloud.com",
    "ted.com",
    "vimeo.com",
    "vk.com",
    "youtu.be",
    "youtube-nocookie.com",
    "youtube.com",
};

// Names are short: eight letters and the length tell nearly all apart, and make a key in a register.
constexpr std::size_t name_bytes_max = 10;
constexpr std::uint64_t key_of(std::string_view name) noexcept {
  std::uint64_t key = name.size();
  for (char const c : name) key = key << 5 ^ key >> 59 ^ static_cast<unsigned char>(text::to_lower(c));
  return key;
}
constexpr std::size_t slot_bits = 9;
constexpr std::size_t slots = 1U << slot_bits;
constexpr std::size_t slot_of(std::uint64_t key) noexcept {
  return std::size_t(key * 0x9E3779B97F4A7C15ULL >> (64 - slot_bits));
}

// Open addressing, filled at compile time; a slot holds the row + 1.
template <std::size_t N>
constexpr auto index_of(auto const (&rows)[N]) {
  std::array<std::uint8_t, slots> index{};
  for (std::size_t i = 0; i < N; ++i) {
    auto slot = slot_of(key_of(rows[i].name));
    while (index[slot] != 0) slot = (slot + 1) % slots;
    index[slot] = std::uint8_t(i + 1);
  }
  return index;
}
template <std::size_t N>
constexpr auto numbered(Tag const (&rows)[N]) {
  std::array<Tag, N> out{};
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = rows[i];
    out[i].id = std::uint8_t(i);
  }
  return out;
}
constexpr auto tag_table = numbered(tag_rows);
constexpr auto tag_index = index_of(tag_rows);
constexpr auto attribute_index = index_of(attribute_rows);

auto const* find_row(auto const& rows, std::array<std::uint8_t, slots> const& index,
                     std::string_view name) noexcept {
  using Row = std::remove_reference_t<decltype(rows[0])>;
  if (name.empty() || name.size() > name_bytes_max) return static_cast<Row*>(nullptr);
  for (auto slot = slot_of(key_of(name)); index[slot] != 0; slot = (slot + 1) % slots) {
    auto const& row = rows[index[slot] - 1U];
    if (text::equals_ignoring_case(row.name, name)) return &row;
  }
  return static_cast<Row*>(nullptr);
}

}  // namespace

Tag const* find_tag(std::string_view name) noexcept { return find_row(tag_table, tag_index, name); }

AttributeRule attribute_rule(std::string_view name) noexcept {
  auto const* row = find_row(attribute_rows, attribute_index, name);
  return row ? row->rule : AttributeRule::drop;
}

bool is_embed_host(std::string_view host) noexcept {
  return std::any_of(std::begin(embed_hosts), std::end(embed_hosts), [&](std::string_view known) {
    if (host.size() == known.size()) return text::equals_ignoring_case(host, known);
    return host.size() > known.size() && host[host.size() - known.size() - 1] == '.' &&
           text::equals_ignoring_case(host.substr(host.size() - known.size()), known);
  });
}

}  // namespace newsfold::clean
