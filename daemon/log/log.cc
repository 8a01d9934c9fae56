#include "daemon/log/log.h"

#include "daemon/log/flood_guard.h"
#include "daemon/log/logfmt.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <unistd.h>
#include <atomic>
#include <cstdlib>
#include <memory>

namespace newsfold::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) noexcept {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// sd-daemon(3): a line that begins with <N> carries its syslog priority into the journal.
class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(spdlog::details::log_msg const& message, std::tm const&, spdlog::memory_buf_t& out) override {
    std::string_view const prefix = message.level >= spdlog::level::err     ? "<3>"
                                    : message.level == spdlog::level::warn  ? "<4>"
                                    : message.level == spdlog::level::debug ? "<7>"
                                                                            : "<6>";
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<PriorityFlag>(); }
};

Style resolve(Style style) {
  if (style != Style::automatic) return style;
  if (std::getenv("JOURNAL_STREAM") != nullptr) return Style::journal;
  return isatty(STDERR_FILENO) == 1 ? Style::terminal : Style::plain;
}

std::unique_ptr<spdlog::formatter> make_formatter(Style style) {
  using spdlog::pattern_time_type;
  switch (style) {
    case Style::journal: {
      auto formatter = std::make_unique<spdlog::pattern_formatter>();
      formatter->add_flag<PriorityFlag>('*').set_pattern("%*%v");
      return formatter;
    }
    case Style::terminal:
      return std::make_unique<spdlog::pattern_formatter>("%H:%M:%S %^%-7l%$ %v", pattern_time_type::local);
    case Style::automatic:
    case Style::plain: break;
  }
  return std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", pattern_time_type::utc);
}

// The one logger of the process. Formatters are swapped inside the sink, under its lock: a reload may
// change the style while other threads write.
struct Output {
  std::shared_ptr<spdlog::sinks::ansicolor_stderr_sink_mt> sink =
      std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
  spdlog::logger logger{"newsfold", sink};
  std::atomic<Level> level{Level::info};
  FloodGuard guard{lines_per_window, flood_window};

  Output() {
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::debug);
    set_style(Style::automatic);
  }

  void set_style(Style style) {
    auto const resolved = resolve(style);
    sink->set_color_mode(resolved == Style::terminal ? spdlog::color_mode::automatic
                                                     : spdlog::color_mode::never);
    sink->set_formatter(make_formatter(resolved));
  }
};

// Never destroyed: threads that are still stopping may write while the process exits.
Output& output() {
  static auto* const instance = new Output;
  return *instance;
}

}  // namespace

std::string_view to_string(Level level) noexcept {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "";
}

std::optional<Level> parse_level(std::string_view text) noexcept {
  for (auto const level : {Level::debug, Level::info, Level::warning, Level::error}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

void configure(Level level, Style style) {
  output().set_style(style);
  set_level(level);
}

void set_level(Level level) noexcept { output().level.store(level, std::memory_order_relaxed); }

Level level() noexcept { return output().level.load(std::memory_order_relaxed); }

bool enabled(Level wanted) noexcept { return wanted >= level(); }

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  auto& out = output();
  auto const suppressed = out.guard.admit(event, FloodGuard::Time::clock::now());
  if (!suppressed) return;
  auto const line = format_line(event, fields, *suppressed);
  out.logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void flush() noexcept { output().logger.flush(); }

}  // namespace newsfold::log
