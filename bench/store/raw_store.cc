#include "bench/store/raw_store.h"

#include "storage/keys.h"

#include <rocksdb/write_batch.h>

#include <cstdio>
#include <cstdlib>

namespace newsfold::bench {

using storage::Family;

RawRows::RawRows(storage::IngestItem const& item, std::uint64_t id) {
  auto const& text = item.article.content_text;
  auto const& html = item.article.content_html;
  article = item.article.title + item.article.url + item.article.byline + item.extras.summary +
            std::string(90, 'h');
  version = item.article.title + html + text + item.extras.guid + item.extras.item_url + item.extras.summary +
            std::string(80, 'h');
  change = std::string(76, 'h') + item.article.title + html + text + item.extras.guid + item.extras.summary +
           std::string(700, 'j');
  place = std::string(30, 'p');
  sighting = std::string(56, 's');
  for (auto& c : sighting) c = static_cast<char>(std::rand());
  sketch = item.signature->sketch.encode() + std::string(20, 's');
  storage::append_posting(posting, {ArticleId{id}, StoryId{id}});
  for (auto const key : dedup::identity_keys(item.traits)) {
    auto const bytes = storage::IdentityRowKey::of(FeedId{1}, key).encode();
    identity_keys.emplace_back(storage::view_of(bytes));
  }
  fingerprints = item.signature->fingerprints;
}

RawStore::RawStore(std::filesystem::path const& path, storage::StoreOptions const& options) {
  auto opened = storage::Database::open(path, options, std::make_shared<storage::WindowCutoff>());
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    std::exit(1);
  }
  database_ = std::move(*opened);
}

void RawStore::commit(std::span<RawRows const> rows, storage::SyncMode sync) {
  rocksdb::WriteBatch batch;
  auto& db = database_->db();
  std::string found;
  for (auto const& row : rows) {
    ++last_;
    for (auto const& key : row.identity_keys) {
      if (db.Get({}, database_->handle(Family::identities), key, &found).ok()) std::exit(2);
      batch.Put(database_->handle(Family::identities), key, std::string(24, 'i'));
    }
    auto const id = storage::ArticleKey{ArticleId{last_}}.encode();
    auto const id_slice = storage::slice(storage::view_of(id));
    auto const version = storage::VersionKey{ArticleId{last_}, 1}.encode();
    auto const copy = storage::CopyKey{StoryId{last_}, ArticleId{last_}}.encode();
    auto const seen = storage::SightingKey{FeedId{1}, ArticleId{last_}}.encode();
    batch.Put(database_->handle(Family::articles), id_slice, row.article);
    batch.Put(database_->handle(Family::versions), storage::slice(storage::view_of(version)), row.version);
    batch.Put(database_->handle(Family::changes), id_slice, row.change);
    batch.Put(database_->handle(Family::stories), storage::slice(storage::view_of(copy)), row.place);
    batch.Put(database_->handle(Family::sightings), storage::slice(storage::view_of(seen)), row.sighting);
    batch.Put(database_->handle(Family::sketches), id_slice, row.sketch);
    for (auto const fingerprint : row.fingerprints) {
      auto const key = storage::FingerprintKey{fingerprint}.encode();
      batch.Merge(database_->handle(Family::fingerprints), storage::slice(storage::view_of(key)),
                  row.posting);
    }
  }
  batch.Put(database_->handle(Family::meta), "head", std::string(40, 'm'));
  if (!database_->write(batch, sync)) std::exit(3);
}

std::uint64_t RawStore::absent(std::span<std::uint64_t const> fingerprints) const {
  std::uint64_t missing = 0;
  std::string found;
  for (auto const fingerprint : fingerprints) {
    auto const key = storage::FingerprintKey{fingerprint}.encode();
    missing +=
        database_->db()
            .Get({}, database_->handle(Family::fingerprints), storage::slice(storage::view_of(key)), &found)
            .IsNotFound();
  }
  return missing;
}

}  // namespace newsfold::bench
