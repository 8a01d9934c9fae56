#include "storage/change_row.h"

#include "feeds/text/little_endian.h"

#include <array>
#include <cstring>
#include <limits>

namespace newsfold::storage {
namespace {

// The row, little-endian (it is read in place on the machines we run on; big-endian ones swap):
//
//   0       u8   layout, 1
//   1       u8   EventType
//   2       u8   EditClass
//   3       u8   size of the language
//   4..7    u32  version of the article
//   8..15   u64  sequence
//   16..23  i64  time, microseconds
//   24..31  u64  feed
//   32..39  u64  article
//   40..47  u64  story
//   48..55  u64  former story
//   56..71  u32  title offset, title size, text offset, text size; within the JSON
//   72..73  u16  size of the feed's name
//   74..75  u16  size of the packed tags: each u8 size, bytes
//   76..    feed name, language, tags, JSON
constexpr std::size_t head_bytes = 76;
constexpr std::uint8_t layout = 1;
constexpr std::size_t tag_bytes_max = 255;    // of one tag here, cut at a character; the JSON has it whole
constexpr std::size_t tags_bytes_max = 4096;  // of all; further ones do not take part in filters
constexpr std::size_t language_bytes_max = 255;
constexpr std::size_t name_bytes_max = std::numeric_limits<std::uint16_t>::max();

// The longest prefix of at most `size` bytes that ends between two characters.
std::string_view cut(std::string_view text, std::size_t size) noexcept {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u) --size;
  return text.substr(0, size);
}

std::string pack_tags(std::vector<std::string> const& tags) {
  std::string packed;
  for (auto const& whole : tags) {
    auto const tag = cut(whole, tag_bytes_max);
    if (tag.empty()) continue;
    if (packed.size() + 1 + tag.size() > tags_bytes_max) break;
    packed += static_cast<char>(tag.size());
    packed += tag;
  }
  return packed;
}

bool tags_are_whole(std::string_view packed) noexcept {
  while (!packed.empty()) {
    auto const size = static_cast<unsigned char>(packed.front());
    if (size == 0 || packed.size() < 1u + size) return false;
    packed.remove_prefix(1u + size);
  }
  return true;
}

Error corrupt(std::string_view why) {
  return {ErrorCode::corrupt, "a row of the change log " + std::string(why)};
}

}  // namespace

TagList::Iterator::Iterator(std::string_view rest) noexcept : rest_(rest) { ++*this; }

TagList::Iterator& TagList::Iterator::operator++() noexcept {
  if (rest_.empty()) {
    tag_ = {};
    return *this;
  }
  auto const size = static_cast<unsigned char>(rest_.front());
  tag_ = rest_.substr(1, size);
  rest_.remove_prefix(1u + size);
  return *this;
}

std::string encode_change_row(Event const& event, EditClass edit, RenderedEvent const& rendered) {
  auto const name = cut(event.feed_name, name_bytes_max);
  auto const language = cut(event.language, language_bytes_max);
  auto const tags = pack_tags(event.tags);
  std::string row;
  row.reserve(head_bytes + name.size() + language.size() + tags.size() + rendered.open_json.size());
  row.resize(head_bytes);
  text::put_little_endian(row, 0, layout);
  text::put_little_endian(row, 1, static_cast<std::uint8_t>(event.type));
  text::put_little_endian(row, 2, static_cast<std::uint8_t>(edit));
  text::put_little_endian(row, 3, static_cast<std::uint8_t>(language.size()));
  text::put_little_endian(row, 4, event.version);
  text::put_little_endian(row, 8, number(event.sequence));
  text::put_little_endian(row, 16, event.time.time_since_epoch().count());
  text::put_little_endian(row, 24, number(event.feed));
  text::put_little_endian(row, 32, number(event.article));
  text::put_little_endian(row, 40, number(event.story));
  text::put_little_endian(row, 48, number(event.former_story));
  text::put_little_endian(row, 56, rendered.title.offset);
  text::put_little_endian(row, 60, rendered.title.size);
  text::put_little_endian(row, 64, rendered.text.offset);
  text::put_little_endian(row, 68, rendered.text.size);
  text::put_little_endian(row, 72, static_cast<std::uint16_t>(name.size()));
  text::put_little_endian(row, 74, static_cast<std::uint16_t>(tags.size()));
  row += name;
  row += language;
  row += tags;
  row += rendered.open_json;
  return row;
}

Result<ChangeView> ChangeView::decode(std::string_view row) {
  if (row.size() < head_bytes) return corrupt("is too short");
  if (text::little_endian_at<std::uint8_t>(row, 0) != layout)
    return corrupt("has a layout that is not known");
  auto const type = event_type_of(text::little_endian_at<std::uint8_t>(row, 1));
  auto const edit = edit_class_of(text::little_endian_at<std::uint8_t>(row, 2));
  if (!type || !edit) return corrupt("has a type that is not known");
  auto const language_size = std::size_t{text::little_endian_at<std::uint8_t>(row, 3)};
  auto const name_size = std::size_t{text::little_endian_at<std::uint16_t>(row, 72)};
  auto const tags_size = std::size_t{text::little_endian_at<std::uint16_t>(row, 74)};
  auto rest = row.substr(head_bytes);
  if (rest.size() < name_size + language_size + tags_size) return corrupt("is cut short");

  ChangeView view;
  view.type = *type;
  view.edit = *edit;
  view.version = text::little_endian_at<std::uint32_t>(row, 4);
  view.sequence = Sequence{text::little_endian_at<std::uint64_t>(row, 8)};
  view.time = UtcMicros{std::chrono::microseconds{text::little_endian_at<std::int64_t>(row, 16)}};
  view.feed = FeedId{text::little_endian_at<std::uint64_t>(row, 24)};
  view.article = ArticleId{text::little_endian_at<std::uint64_t>(row, 32)};
  view.story = StoryId{text::little_endian_at<std::uint64_t>(row, 40)};
  view.former_story = StoryId{text::little_endian_at<std::uint64_t>(row, 48)};
  view.feed_name = rest.substr(0, name_size);
  view.language = rest.substr(name_size, language_size);
  auto const tags = rest.substr(name_size + language_size, tags_size);
  if (!tags_are_whole(tags)) return corrupt("has broken tags");
  view.tags = TagList(tags);
  view.open_json = rest.substr(name_size + language_size + tags_size);
  auto const part = [&](std::size_t at) -> std::optional<std::string_view> {
    auto const offset = std::size_t{text::little_endian_at<std::uint32_t>(row, at)};
    auto const size = std::size_t{text::little_endian_at<std::uint32_t>(row, at + 4)};
    if (offset > view.open_json.size() || size > view.open_json.size() - offset) return std::nullopt;
    return view.open_json.substr(offset, size);
  };
  auto const title = part(56);
  auto const text = part(64);
  if (!title || !text) return corrupt("points outside of itself");
  view.title_json = *title;
  view.text_json = *text;
  return view;
}

}  // namespace newsfold::storage
