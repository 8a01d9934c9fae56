#pragma once
// What the daemon tells its operator, one line an event: a fixed name for what happened, then fields.
//
//     log::info("poll", {{"feed", name}, {"status", 304}, {"took", 12ms}});
//
//     under systemd      <6>poll feed=ars-technica status=304 took=12ms
//     on a terminal      12:04:31 info  poll  feed=ars-technica status=304 took=12ms       (colours)
//     anywhere else      2026-11-24T12:04:31.120Z info poll feed=ars-technica status=304 took=12ms
//
// Lines go to standard error. Fields are logfmt: a value with spaces, quotes or control characters is
// quoted and escaped, so a hostile headline cannot forge a line. Event names are few and stable (operators
// grep for them); what varies stands in fields. A `Secret` prints as ***.
//
// Where one event floods, `lines_per_window` of it are written in each `flood_window` and the rest are
// counted; the next line of that event that is written says how many are missing: suppressed=N.
//
// All functions may be called from any thread, also before `configure` (info and above, style by what
// standard error is). They never throw and never block on anything but standard error itself.

#include "feeds/model/error.h"
#include "feeds/model/secret.h"
#include "feeds/model/time.h"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace newsfold::log {

enum class Level : std::uint8_t { debug, info, warning, error };

std::string_view to_string(Level level) noexcept;
std::optional<Level> parse_level(std::string_view text) noexcept;

// How lines look. `automatic`: journal when JOURNAL_STREAM is set, terminal when standard error is one,
// else plain.
enum class Style : std::uint8_t { automatic, journal, terminal, plain };

inline constexpr std::uint64_t lines_per_window = 100;
inline constexpr std::chrono::seconds flood_window{10};
inline constexpr std::size_t value_bytes_max = 2048;  // of one field; the rest is cut and marked by "…"

// One name and one value. Text is borrowed until the call returns.
class Field {
 public:
  Field(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  Field(std::string_view field_key, char const* text) : key(field_key), value(std::string_view(text)) {}
  Field(std::string_view field_key, std::string const& text)
      : key(field_key), value(std::string_view(text)) {}
  Field(std::string_view field_key, bool truth) : key(field_key), value(truth) {}
  Field(std::string_view field_key, double number) : key(field_key), value(number) {}
  Field(std::string_view field_key, UtcMicros time) : key(field_key), value(time) {}
  Field(std::string_view field_key, ErrorCode code) : key(field_key), value(to_string(code)) {}
  Field(std::string_view field_key, Secret const&) : key(field_key), value(secret_mask) {}
  template <std::signed_integral Number>
  Field(std::string_view field_key, Number number) : key(field_key), value(std::int64_t{number}) {}
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) Field(std::string_view field_key, Number number)
      : key(field_key), value(std::uint64_t{number}) {}
  // Ids: FeedId, ArticleId, Sequence print as their number.
  template <class Id>
  requires std::is_enum_v<Id> && std::same_as<std::underlying_type_t<Id>, std::uint64_t> Field(
      std::string_view field_key, Id id)
      : key(field_key), value(static_cast<std::uint64_t>(id)) {}
  // A span of time, written in the unit that reads best: 850us, 12ms, 3.5s, 15m, 36h.
  template <class Rep, class Period>
  Field(std::string_view field_key, std::chrono::duration<Rep, Period> span)
      : key(field_key), value(std::chrono::duration_cast<std::chrono::microseconds>(span)) {}

  std::string_view key;
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double, std::chrono::microseconds,
               UtcMicros>
      value;
};

using Fields = std::initializer_list<Field>;

// Sets level and style; may be called again at any time (a reload).
void configure(Level level, Style style);
void set_level(Level level) noexcept;
Level level() noexcept;

// Whether a line of this level would be written: to spare the work of building costly fields.
bool enabled(Level level) noexcept;

void write(Level level, std::string_view event, Fields fields);

inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warning(std::string_view event, Fields fields = {}) { write(Level::warning, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }

// Writes out what is buffered; called once before exit.
void flush() noexcept;

}  // namespace newsfold::log
