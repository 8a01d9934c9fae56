#include "feeds/model/event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace newsfold {
namespace {

constexpr std::array<std::pair<EventType, std::string_view>, 10> type_names{{
    {EventType::article_created, "article.created"},
    {EventType::article_updated, "article.updated"},
    {EventType::article_copied, "article.copied"},
    {EventType::article_merged, "article.merged"},
    {EventType::article_withdrawn, "article.withdrawn"},
    {EventType::feed_failing, "feed.failing"},
    {EventType::feed_recovered, "feed.recovered"},
    {EventType::feed_moved, "feed.moved"},
    {EventType::feed_gone, "feed.gone"},
    {EventType::feed_gap, "feed.gap"},
}};

constexpr std::array<std::string_view, 8> edit_names{"none",    "headline", "correction", "addition",
                                                     "removal", "rewrite",  "paywall_up", "paywall_down"};

}  // namespace

std::string_view to_string(EventType type) noexcept {
  for (auto const& [known, name] : type_names)
    if (known == type) return name;
  return "unknown";
}

std::optional<EventType> parse_event_type(std::string_view name) noexcept {
  for (auto const& [type, known] : type_names)
    if (known == name) return type;
  return std::nullopt;
}

std::optional<EventType> event_type_of(std::uint8_t number_on_disk) noexcept {
  for (auto const& [type, name] : type_names)
    if (static_cast<std::uint8_t>(type) == number_on_disk) return type;
  return std::nullopt;
}

bool is_article_event(EventType type) noexcept {
  return static_cast<std::uint8_t>(type) < static_cast<std::uint8_t>(EventType::feed_failing);
}

std::string_view to_string(EditClass edit) noexcept {
  auto const at = static_cast<std::size_t>(edit);
  return at < edit_names.size() ? edit_names[at] : "unknown";
}

std::optional<EditClass> edit_class_of(std::uint8_t number_on_disk) noexcept {
  if (number_on_disk >= edit_names.size()) return std::nullopt;
  return static_cast<EditClass>(number_on_disk);
}

void append_sequence(std::string& out, Sequence sequence) {
  constexpr std::size_t digits = 20;
  auto const begin = out.size();
  out.resize(begin + digits, '0');
  auto rest = number(sequence);
  for (auto at = begin + digits; rest != 0; rest /= 10) out[--at] = static_cast<char>('0' + rest % 10);
}

std::string format_sequence(Sequence sequence) {
  std::string out;
  append_sequence(out, sequence);
  return out;
}

std::optional<Sequence> parse_sequence(std::string_view text) noexcept {
  if (text.empty() || text.size() > 20) return std::nullopt;
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Sequence{value};
}

std::string format_epoch(Epoch epoch) {
  std::array<char, 24> digits;
  auto const size =
      std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(number(epoch)));
  return {digits.data(), static_cast<std::size_t>(size)};
}

std::optional<Epoch> parse_epoch(std::string_view text) noexcept {
  if (text.size() != 16) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; })) return std::nullopt;
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Epoch{value};
}

}  // namespace newsfold
