#include "tests/storage/store_world.h"

#include "storage/database.h"
#include "storage/keys.h"
#include "storage/posting_list.h"

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include <stdlib.h>

#include <fstream>
#include <functional>
#include <random>

namespace newsfold::storage {

TempDirectory::TempDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "newsfold_store_XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string prose(int number) {
  constexpr std::string_view consonants = "bcdfghklmnprstvz";
  constexpr std::string_view vowels = "aeiou";
  std::mt19937 random(static_cast<std::uint32_t>(number) * 7919u + 17u);
  std::string text;
  for (int word = 0; word < 120; ++word) {
    if (word % 12 == 11) {
      text += word % 24 == 23 ? ".\n\n" : ". ";
    } else if (word > 0) {
      text += ' ';
    }
    for (int syllable = 0; syllable < 3; ++syllable) {
      text += consonants[random() % consonants.size()];
      text += vowels[random() % vowels.size()];
    }
  }
  return text;
}

Doc doc(int number) {
  return {"guid-" + std::to_string(number), "Headline number " + std::to_string(number), prose(number), {}};
}

std::string feed_name(FeedId feed) { return "feed-" + std::to_string(number(feed)); }

UtcMicros at(int minutes) {
  return UtcMicros{std::chrono::seconds{1'793'000'000}} + std::chrono::minutes{minutes};
}

StoreOptions options() {
  StoreOptions made;
  made.sync = SyncMode::os;
  made.block_cache_bytes = std::size_t{8} << 20;
  made.write_buffer_bytes = std::size_t{8} << 20;
  made.fold.census_cells = std::size_t{1} << 14;
  made.fresh_epoch = Epoch{0xe1};
  return made;
}

std::unique_ptr<Store> open(std::filesystem::path const& path, StoreOptions const& with) {
  auto opened = Store::open(path, with);
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    return nullptr;
  }
  return std::move(*opened);
}

IngestItem prepare(View const& view, FeedId feed, Doc const& from) {
  IngestItem item;
  auto const hash = [](std::string const& text) {
    return text.empty() ? 0 : std::hash<std::string>{}(text) | 1;
  };
  item.traits.guid = hash(from.guid);
  item.traits.title = hash(from.title);
  item.traits.text = hash(from.text);
  dedup::FeedHabits habits;
  if (auto const row = view.feed(feed)) habits = row->habits;
  item.identity = dedup::identify(feed, item.traits, habits, view);
  item.seen = view.newest_article();
  item.article.title = from.title;
  item.article.content_text = from.text;
  item.article.content_html = "<p>" + from.text + "</p>";
  item.article.url = "https://" + feed_name(feed) + ".example/" + from.guid;
  item.article.language = "en";
  item.extras.guid = from.guid;
  item.extras.tags = from.tags;
  item.item_hash = hash(from.title + from.text);
  item.version_hash = hash(from.title + "|" + from.text);
  item.source_hash = item.item_hash;
  item.cleaner_revision = 1;
  item.signature =
      std::make_shared<dedup::Signature const>(dedup::make_signature(from.title, from.text, "en"));
  if (item.identity.reason == dedup::IdentityReason::new_item)
    item.fold = dedup::decide(*item.signature, *view.candidates(feed, from.tags));
  return item;
}

FeedChange change(View const& view, FeedId feed, std::vector<Doc> const& docs) {
  FeedChange made;
  made.feed = feed;
  made.feed_name = feed_name(feed);
  for (auto const& each : docs) made.items.push_back(prepare(view, feed, each));
  return made;
}

CommitReport ingest(Store& store, FeedId feed, std::vector<Doc> const& docs, int minutes) {
  auto const view = store.view();
  std::vector<FeedChange> const group{change(view, feed, docs)};
  auto report = store.commit(group, at(minutes));
  if (!report) {
    ADD_FAILURE() << report.error().message;
    return {};
  }
  return std::move(*report);
}

std::vector<Told> told(Store const& store, Sequence after) {
  std::vector<Told> events;
  auto reader = store.changes(after);
  if (!reader) {
    ADD_FAILURE() << reader.error().message;
    return events;
  }
  while (true) {
    auto const next = reader->next();
    if (!next) {
      ADD_FAILURE() << next.error().message;
      return events;
    }
    if (!*next) return events;
    auto const& view = **next;
    events.push_back(
        {view.sequence, view.type, view.article, view.version, view.story, std::string(view.title_json)});
  }
}

void damage_event(std::filesystem::path const& store, Sequence sequence) {
  auto const database = Database::open(store, options(), std::make_shared<WindowCutoff>()).value();
  auto const key = ChangeKey{sequence}.encode();
  rocksdb::WriteBatch batch;
  batch.Put(database->handle(Family::changes), slice(view_of(key)), "damaged");
  ASSERT_TRUE(database->write(batch, SyncMode::os));
}

void damage_log(std::filesystem::path const& store) { damage_files(store, "changes"); }

void damage_files(std::filesystem::path const& store, std::string const& family) {
  std::vector<rocksdb::LiveFileMetaData> files;
  Database::open(store, options(), std::make_shared<WindowCutoff>())
      .value()
      ->db()
      .GetLiveFilesMetaData(&files);
  std::size_t damaged = 0;
  for (auto const& file : files) {
    if (file.column_family_name != family) continue;
    std::fstream bytes(file.directory + "/" + file.relative_filename);
    bytes.seekp(64);
    bytes << "a sector that the disk did not write";
    ++damaged;
  }
  ASSERT_GT(damaged, 0u);
}

}  // namespace newsfold::storage
