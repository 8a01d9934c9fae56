#pragma once
// Lists of feeds that live on the web ([[opml]]): polled like a feed, by the same scheduler and rules. Stands
// between scheduler and pipeline, takes the documents of lists for itself and passes all else on.
//
// The last good copy of each list is kept in a file of its own: a 304 brings none, and a restart must not
// lose the feeds. A list that breaks (an error, a web page in its place, no feed left in it) changes nothing.
//
// Not thread-safe: one executor. Parsing and files are for `cpu`.

#include "daemon/schedule/poll_sink.h"
#include "feeds/model/ids.h"
#include "feeds/parse/opml.h"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::sources {

inline constexpr std::size_t living_list_feeds_max = 10'000;  // of one list
inline constexpr std::size_t living_list_bytes_max = std::size_t{8} << 20;

using Subscriptions = std::vector<parse::Subscription>;

// Where the copies stand that belong to a store.
std::filesystem::path lists_beside(std::filesystem::path const& store);

// The kept copy of a list; nothing where there is none, or none that can be read. Also for those who only
// look: a daemon writes copies whole.
std::optional<Subscriptions> read_kept(std::filesystem::path const& directory, FeedId list);

class LivingLists final : public schedule::PollSink {
 public:
  // Called after a list has changed and its new copy is durable. May call find().
  using OnChange = std::function<void(std::string const& list)>;

  // `inner` outlives this. Copies stand in `directory`, which is made when the first is written.
  LivingLists(schedule::PollSink& inner, boost::asio::any_io_executor cpu, std::filesystem::path directory,
              OnChange on_change);

  // What the list held when it was last read; reads the kept copy where it is not in memory yet. Null where
  // there is none: then the list must be asked for without validators.
  Subscriptions const* find(FeedId list);

  // The change of `list` could not be applied: the next poll of any list tells it again, also one that finds
  // nothing new.
  void tell_again(std::string list) { unapplied_ = std::move(list); }

  std::shared_ptr<void const> begin(schedule::FeedSpec const& feed) override;
  boost::asio::awaitable<UtcMicros> newest_entry(schedule::FeedSpec const& feed,
                                                 fetch::Response const& response) override {
    return inner_.newest_entry(feed, response);
  }
  boost::asio::awaitable<schedule::Digest> digest(schedule::FeedSpec const& feed,
                                                  fetch::Response response) override;
  boost::asio::awaitable<Result<void>> commit(schedule::FeedSpec const& feed,
                                              std::unique_ptr<schedule::PendingItems> pending,
                                              std::string state,
                                              std::vector<schedule::FeedNotice> notices) override;

 private:
  struct Pending;

  schedule::PollSink& inner_;
  boost::asio::any_io_executor cpu_;
  std::filesystem::path directory_;
  OnChange on_change_;
  std::map<FeedId, Subscriptions> lists_;
  std::string unapplied_;  // a list whose change is to be told again
};

}  // namespace newsfold::sources
