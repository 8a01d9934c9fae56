// Opening: schema, epoch, the state in memory that is rebuilt from rows.

#include "storage/fold_index.h"
#include "storage/keys.h"
#include "storage/record_codec.h"
#include "storage/state.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace newsfold::storage {
namespace {

// Enough for what is boilerplate today to be known as such again, in some tenths of a second.
constexpr std::size_t census_refill_max = 20'000;

// A store that was made a moment ago: everything that every store has.
Result<void> found(StoreState& state) {
  if (state.options.fresh_epoch == Epoch{0}) return Error{ErrorCode::invalid, "a new store needs an epoch"};
  proto::HeadRecord head;
  head.set_oldest_sequence(1);
  head.set_bytes_counted(true);
  rocksdb::WriteBatch batch;
  auto* const meta = state.database->handle(Family::meta);
  batch.Put(meta, slice(meta_schema), std::to_string(schema_version));
  batch.Put(meta, slice(meta_epoch), format_epoch(state.options.fresh_epoch));
  batch.Put(meta, slice(meta_head), head.SerializeAsString());
  return state.database->write(batch, SyncMode::group);
}

Result<Epoch> read_epoch(Database const& database) {
  auto const row = database.get(Family::meta, meta_epoch);
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::not_found, "the store has no epoch yet"};
  auto const epoch = parse_epoch(**row);
  if (!epoch) return Error{ErrorCode::corrupt, "the store's epoch does not decode"};
  return *epoch;
}

void refill_census(StoreState& state) {
  auto const rows = state.database->iterate(Family::sketches, nullptr);
  struct Noted {
    dedup::Sketch sketch;
    StoryId story{};
    std::vector<std::uint64_t> parts;
  };
  std::vector<Noted> newest;
  for (rows->SeekToLast(); rows->Valid() && newest.size() < census_refill_max; rows->Prev()) {
    auto const record = parse_record<proto::SketchRecord>(view_of(rows->value()), "sketches");
    if (!record) continue;
    auto sketch = dedup::Sketch::decode(record->sketch());
    if (!sketch) continue;
    ScopeFilter const scope{
        state.options.fold.scope, FeedId{record->feed()}, {record->tags().begin(), record->tags().end()}};
    newest.push_back({std::move(*sketch), StoryId{record->story()}, scope.parts()});
  }
  std::reverse(newest.begin(), newest.end());
  for (auto const& [sketch, story, parts] : newest)
    for (auto const part : parts) state.census.note(sketch, story, part);
}

// As the newest article left it: the store knows no other time.
void restore_window(StoreState& state) {
  auto const key = ArticleKey{ArticleId{state.head.last_article()}}.encode();
  auto const row = state.database->get(Family::articles, view_of(key));
  if (!row || !*row) return;
  if (auto const record = parse_record<proto::ArticleRecord>(**row, "articles"))
    state.move_window(from_micros(record->stored_at()));
}

}  // namespace

StoreState::StoreState(StoreOptions const& from)
    : options(from),
      cutoff(std::make_shared<WindowCutoff>()),
      census(from.fold.census_cells),
      recent(census) {}

Result<proto::HeadRecord> read_head(Database const& database, rocksdb::Snapshot const* snapshot) {
  auto const row = database.get(Family::meta, meta_head, snapshot);
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::corrupt, "the store has lost its head"};
  return parse_record<proto::HeadRecord>(**row, "meta");
}

Result<std::unique_ptr<Store>> Store::open(std::filesystem::path const& path, StoreOptions const& options) {
  auto state = std::make_unique<StoreState>(options);
  auto database = Database::open(path, options, state->cutoff);
  if (!database) return database.error();
  state->database = std::move(*database);
  auto epoch = read_epoch(*state->database);
  if (!epoch && epoch.error().code == ErrorCode::not_found && options.mode == OpenMode::read_write) {
    if (auto made = found(*state); !made) return made.error();
    epoch = read_epoch(*state->database);
  }
  if (!epoch) return epoch.error();
  state->epoch = *epoch;
  auto const head = read_head(*state->database, nullptr);
  if (!head) return head.error();
  state->publish_head(*head);
  state->recent.reset(ArticleId{head->last_article()});
  restore_window(*state);
  refill_census(*state);
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

}  // namespace newsfold::storage
