#include "daemon/sources/living_lists.h"

#include "daemon/log/log.h"
#include "daemon/runtime/run_on.h"
#include "daemon/sources/source_list.h"
#include "feeds/parse/prepare.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace newsfold::sources {

namespace asio = boost::asio;

struct LivingLists::Pending final : schedule::PendingItems {
  std::string bytes;
  Subscriptions list;
};

namespace {

enum class CutOff : std::uint8_t { allowed, refused };

Result<Subscriptions> parse_list(std::string_view bytes, CutOff cut_off) {
  parse::OpmlLimits limits;
  limits.cut_off_allowed = cut_off == CutOff::allowed;
  limits.bytes_max = living_list_bytes_max;
  limits.subscriptions_max = living_list_feeds_max;
  return parse::parse_opml(bytes, {}, limits);
}

// As UTF-8: the kept copy has no header beside it that would name the charset.
Result<std::string> readable(std::string_view bytes, std::string_view content_type) {
  if (bytes.size() > living_list_bytes_max) return std::string(bytes);  // which parse_list refuses
  parse::Limits limits;
  limits.bytes_max = living_list_bytes_max;
  parse::PreparedText prepared;
  parse::Hints const hints{{}, content_type};
  if (auto ready = parse::prepare(prepared, bytes, hints, limits); !ready) return ready.error();
  if (!prepared.whole)
    return Error{ErrorCode::malformed, "the list is cut off: its compressed body has no end"};
  return std::string(prepared.text);
}

Error cannot_keep(std::filesystem::path const& path) {
  return {ErrorCode::no_space, "cannot keep the list in " + path.string() + ": " + std::strerror(errno)};
}

// All of it or nothing, also after a power cut: written beside, synced, renamed.
Result<void> write_whole(std::filesystem::path const& path, std::string const& bytes) {
  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);
  auto const beside = path.string() + ".new";
  int const file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (file < 0) return cannot_keep(beside);
  std::size_t written = 0;
  while (written < bytes.size()) {
    auto const n = ::write(file, bytes.data() + written, bytes.size() - written);
    if (n <= 0) {
      auto const error = cannot_keep(beside);
      ::close(file);
      return error;
    }
    written += static_cast<std::size_t>(n);
  }
  bool const synced = ::fsync(file) == 0;
  ::close(file);
  if (!synced || std::rename(beside.c_str(), path.c_str()) != 0) return cannot_keep(path);
  return {};
}

bool same(Subscriptions const& a, Subscriptions const& b) {
  return std::ranges::equal(a, b, [](auto const& x, auto const& y) {
    return x.title == y.title && x.feed_url == y.feed_url && x.folders == y.folders &&
           x.categories == y.categories;
  });
}

bool names_feeds(Subscriptions const& list) {
  return std::ranges::any_of(list, [](auto const& one) { return usable_url(one.feed_url).has_value(); });
}

std::filesystem::path file_of(std::filesystem::path const& directory, FeedId list) {
  char name[24];
  std::snprintf(name, sizeof name, "%016llx.opml", static_cast<unsigned long long>(number(list)));
  return directory / name;
}

}  // namespace

std::filesystem::path lists_beside(std::filesystem::path const& store) {
  return store.parent_path() / "lists";
}

std::optional<Subscriptions> read_kept(std::filesystem::path const& directory, FeedId list) {
  auto const path = file_of(directory, list);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  auto parsed = parse_list(bytes.str(), CutOff::allowed);  // it was taken for good once
  if (!parsed) {
    log::warning("list_copy_unreadable", {{"file", path.string()}, {"reason", parsed.error().message}});
    return std::nullopt;
  }
  return std::move(*parsed);
}

LivingLists::LivingLists(schedule::PollSink& inner, asio::any_io_executor cpu,
                         std::filesystem::path directory, OnChange on_change)
    : inner_(inner),
      cpu_(std::move(cpu)),
      directory_(std::move(directory)),
      on_change_(std::move(on_change)) {}

Subscriptions const* LivingLists::find(FeedId list) {
  if (auto const known = lists_.find(list); known != lists_.end()) return &known->second;
  auto kept = read_kept(directory_, list);
  return kept ? &lists_.emplace(list, std::move(*kept)).first->second : nullptr;
}

std::shared_ptr<void const> LivingLists::begin(schedule::FeedSpec const& feed) { return inner_.begin(feed); }

asio::awaitable<schedule::Digest> LivingLists::digest(schedule::FeedSpec const& feed,
                                                      fetch::Response response) {
  if (feed.kind != schedule::SourceKind::opml) co_return co_await inner_.digest(feed, std::move(response));
  auto const* const held = find(feed.id);
  auto const feeds_held = held && names_feeds(*held) ? held->size() : 0;
  auto job = [bytes = std::move(response.body), content_type = std::move(response.headers.content_type),
              feeds_held]() mutable -> Result<std::unique_ptr<Pending>> {
    auto text = readable(bytes, content_type);
    if (!text) return text.error();
    auto list = parse_list(*text, CutOff::refused);
    if (!list) return list.error();
    // Sooner an export that failed than an owner who reads nothing any more: who does takes the list out.
    if (feeds_held > 0 && !names_feeds(*list))
      return Error{ErrorCode::not_a_feed, "the list names no feed any more; those that it named stay (" +
                                              std::to_string(feeds_held) +
                                              "); to drop them, take the list out of the configuration"};
    auto pending = std::make_unique<Pending>();
    pending->bytes = std::move(*text);
    pending->list = std::move(*list);
    return pending;
  };
  auto read = co_await run_on(cpu_, std::move(job));
  schedule::Digest digest;
  if (!read) {
    digest.report = read.error();
    co_return digest;
  }
  digest.pending = std::move(*read);
  co_return digest;
}

asio::awaitable<Result<void>> LivingLists::commit(schedule::FeedSpec const& feed,
                                                  std::unique_ptr<schedule::PendingItems> pending,
                                                  std::string state,
                                                  std::vector<schedule::FeedNotice> notices) {
  if (feed.kind != schedule::SourceKind::opml)
    co_return co_await inner_.commit(feed, std::move(pending), std::move(state), std::move(notices));
  auto* const ours = static_cast<Pending*>(pending.get());
  if (ours) {
    // Before the validators that stand for it: what comes after a crash in between is asked for again.
    auto job = [path = file_of(directory_, feed.id), &bytes = ours->bytes] {
      return write_whole(path, bytes);
    };
    auto const kept = co_await run_on(cpu_, std::move(job));
    if (!kept) co_return kept.error();
  }
  auto const done = co_await inner_.commit(feed, nullptr, std::move(state), std::move(notices));
  if (!done) co_return done;
  if (ours) {
    auto& list = lists_[feed.id];
    if (!same(list, ours->list)) unapplied_ = feed.name;
    list = std::move(ours->list);
  }
  if (auto const changed = std::exchange(unapplied_, {}); !changed.empty()) on_change_(changed);
  co_return done;
}

}  // namespace newsfold::sources
