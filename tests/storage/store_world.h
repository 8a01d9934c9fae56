#pragma once
// A small news world for the store's tests: documents by number, the way that the pipeline takes them to
// the store, and a directory that goes when the test ends.

#include "feeds/dedup/fold.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/signature.h"
#include "storage/store.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::storage {

class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(TempDirectory const&) = delete;
  TempDirectory& operator=(TempDirectory const&) = delete;
  std::filesystem::path path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// An item as a feed shows it.
struct Doc {
  std::string guid;
  std::string title;
  std::string text;
  std::vector<std::string> tags;
};

// The words of article `number`: 120 of them, different from those of any other number.
std::string prose(int number);
Doc doc(int number);

inline constexpr FeedId harbour{0x1001};
inline constexpr FeedId valley{0x2002};
std::string feed_name(FeedId feed);

// Point in time for commits: the given minutes after a fixed moment.
UtcMicros at(int minutes);

StoreOptions options();
std::unique_ptr<Store> open(std::filesystem::path const& path, StoreOptions const& with = options());

// What the pool makes of an item, looking at `view`.
IngestItem prepare(View const& view, FeedId feed, Doc const& from);
FeedChange change(View const& view, FeedId feed, std::vector<Doc> const& docs);
// One poll of one feed, committed; fails the test where the commit does.
CommitReport ingest(Store& store, FeedId feed, std::vector<Doc> const& docs, int minutes = 0);

// An event, copied out of the log.
struct Told {
  Sequence sequence{};
  EventType type{};
  ArticleId article{};
  std::uint32_t version = 0;
  StoryId story{};
  std::string title_json;
  bool operator==(Told const&) const = default;
};
std::vector<Told> told(Store const& store, Sequence after = Sequence{0});

// What a bad disk does to a store that is closed: the row of an event decodes no more ...
void damage_event(std::filesystem::path const& store, Sequence sequence);
// ... or a block of the log, or of each file of a kind of rows, fails its checksum.
void damage_log(std::filesystem::path const& store);
void damage_files(std::filesystem::path const& store, std::string const& family);

}  // namespace newsfold::storage
