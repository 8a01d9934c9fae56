#pragma once
// What the scheduler asks of the rest of the daemon: make sense of a document, and keep things. The
// pipeline implements it; tests and simulations have small ones of their own.

#include "daemon/schedule/feed_spec.h"
#include "feeds/fetch/client.h"
#include "feeds/model/error.h"
#include "feeds/model/feed.h"
#include "feeds/model/time.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::schedule {

// What a document brought: the numbers that the next poll depends on.
struct DocumentReport {
  std::uint32_t items = 0;      // in the document
  std::uint32_t new_items = 0;  // never seen before, of any date
  // Of the items that carry a date, new ones marked: they teach when this feed publishes.
  struct DatedItem {
    UtcMicros published{};
    enum class Novelty : std::uint8_t { known, fresh } novelty = Novelty::known;
  };
  std::vector<DatedItem> dated;
  // What the document says about itself (feeds/model/feed.h has the meaning).
  std::optional<std::int64_t> ttl_minutes;
  std::vector<int> skip_hours;
  std::vector<std::string> skip_days;
  std::string update_period;
  std::optional<std::int64_t> update_frequency;
  std::vector<Hub> hubs;
  std::string self_url;  // the topic for WebSub
  std::string next_url;  // RFC 5005: the older page
  // A sitemap index has no items of its own: these sitemaps hold them, the likeliest first.
  std::vector<std::string> follow;
};

// An entry of a sitemap that is older than this against the newest of its feed is no news.
inline constexpr auto sitemap_age_max = std::chrono::days(3);

// Fills the part of a report that the document itself says.
DocumentReport report_of(Feed const& feed);

// What was read but is not kept yet. The sink derives its own from it.
class PendingItems {
 public:
  virtual ~PendingItems() = default;
};

struct Digest {
  // Or why the bytes are no feed (`not_a_feed`, `malformed`, `too_large`): the poll counts as failed. Any
  // other error is none of the document's: nothing of the poll is kept, and it comes again.
  Result<DocumentReport> report = DocumentReport{};
  std::unique_ptr<PendingItems> pending;

  bool unread() const {
    if (report) return false;
    auto const code = report.error().code;
    return code != ErrorCode::not_a_feed && code != ErrorCode::malformed && code != ErrorCode::too_large;
  }
};

enum class NoticeKind : std::uint8_t { failing, recovered, moved, gone, gap };

// Something that subscribers are told about the feed.
struct FeedNotice {
  NoticeKind kind{};
  std::string message;  // for a person: the cause, the estimate
  std::string url;      // moved: where to
  std::optional<UtcMicros> since;
};

class PollSink {
 public:
  virtual ~PollSink() = default;

  // A poll begins: what the sink is to read its documents by, whatever is configured meanwhile. Stands in
  // FeedSpec::reading of the calls below.
  virtual std::shared_ptr<void const> begin(FeedSpec const&) { return nullptr; }

  // The newest date of the entries in a document that an index lists; UtcMicros{}: they say none.
  virtual boost::asio::awaitable<UtcMicros> newest_entry(FeedSpec const&, fetch::Response const&) {
    co_return UtcMicros{};
  }

  // Reads a full answer (status 200): parse, fetch pages, clean, look up. Keeps nothing yet.
  virtual boost::asio::awaitable<Digest> digest(FeedSpec const& feed, fetch::Response response) = 0;

  // Makes one poll durable in one step: what was digested (null: nothing, e.g. after a 304 or an error), the
  // scheduler's record (opaque, below a kilobyte or two; empty: the record stays as it is) and the notices.
  // After a failure the scheduler keeps the old validators, so that the items come again.
  virtual boost::asio::awaitable<Result<void>> commit(FeedSpec const& feed,
                                                      std::unique_ptr<PendingItems> pending,
                                                      std::string state, std::vector<FeedNotice> notices) = 0;
};

}  // namespace newsfold::schedule
