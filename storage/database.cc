#include "storage/database.h"

#include "storage/keys.h"
#include "storage/posting_list.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

namespace newsfold::storage {

std::array<std::string, families> const family_names{
    "articles", "versions", "stories", "changes", "identities", "sightings", "fingerprints",
    "sketches", "feeds",    "blocks",  "cursors", "meta",       "aside"};

namespace {

constexpr double filter_bits_per_key = 14;     // one false positive in 600, each of them a block to read
constexpr double memtable_filter_ratio = 0.1;  // of the write buffer
// Open files keep theirs in memory; four times as long, text is 1 % smaller.
constexpr std::uint32_t dictionary_bytes = 16 * 1024;
constexpr std::uint32_t dictionary_samples = 16;  // times the dictionary's size is read to make it
// What is kept of a file in memory until its dictionary is made; without a bound, all of it.
constexpr std::uint64_t dictionary_buffer_bytes = std::uint64_t{4} << 20;
constexpr int zstd_level = 1;  // level 3 compresses no better on articles, at 1.4 times the cost

// After a failed write RocksDB would try again by itself every five seconds, and call our own try "busy"
// meanwhile. The daemon knows better when there is room: it asks for it (Store::resume).
class NoRecoveryUnasked final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

// RocksDB's own log would be a file beside the data. Once a line of it met a full disk, the next one ends the
// program (an assertion of WritableFileWriter's, which Debian builds in).
class EngineLog final : public rocksdb::Logger {
 public:
  explicit EngineLog(std::function<void(std::string_view)> sink)
      : Logger(rocksdb::WARN_LEVEL), sink_(std::move(sink)) {}
  void Logv(char const* format, va_list arguments) override {
    if (!sink_) return;
    std::array<char, 2048> line;
    auto const size = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (size > 0) sink_({line.data(), std::min(std::size_t(size), line.size() - 1)});
  }
  using Logger::Logv;
  void LogHeader(char const*, va_list) override {}  // all options, at every start

 private:
  std::function<void(std::string_view)> sink_;
};

// How a family is used decides its options.
enum class Use : std::uint8_t {
  text,    // written once in the order of its keys, large rows that compress well
  probe,   // asked above all for keys that are not there
  record,  // small rows
  sketch,  // small rows of noise, read one here and one there
};

Use use_of(Family family) noexcept {
  switch (family) {
    case Family::versions:
    case Family::changes: return Use::text;
    case Family::identities:
    case Family::fingerprints: return Use::probe;
    case Family::sketches: return Use::sketch;
    case Family::articles:
    case Family::stories:
    case Family::sightings:
    case Family::feeds:
    case Family::blocks:
    case Family::cursors:
    case Family::meta:
    case Family::aside: return Use::record;
  }
  return Use::record;
}

// A family's part of the memory for what is not on the disk yet. As memtables do not fill at the same time,
// they stay below seven eighths of it together: from there on RocksDB writes down whichever is oldest, those
// of small rows at a tenth of their size, and the smaller a file is, the more often all that lies below is
// written again for it. Files of text stay as small as they are written down.
std::size_t memtable_bytes(Family family, std::size_t all) {
  switch (use_of(family)) {
    case Use::text: return all / 6;
    case Use::probe: return family == Family::fingerprints ? all / 4 : all / 8;
    case Use::record:
    case Use::sketch: return all / 16;
  }
  return all / 16;
}

rocksdb::ColumnFamilyOptions family_options(Family family, StoreOptions const& options,
                                            std::shared_ptr<rocksdb::Cache> const& cache,
                                            std::shared_ptr<WindowCutoff const> const& cutoff) {
  rocksdb::ColumnFamilyOptions made;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  // Debian's RocksDB is built without the processor's CRC32; a table of the program's takes a tenth of a
  // look-up.
  table.checksum = rocksdb::kXXH3;
  // Filters live outside the block cache: one that is larger than a shard of the cache is never kept in it,
  // and lookups of absent keys become 300 times slower.
  table.cache_index_and_filter_blocks = false;
  made.level_compaction_dynamic_level_bytes = true;
  made.write_buffer_size = memtable_bytes(family, options.write_buffer_bytes);
  made.max_write_buffer_number = 4;  // writing goes on while others are on their way to a slow disk
  switch (use_of(family)) {
    case Use::text:
      // Files of keys that only grow do not overlap: a read asks one of them, however many wait to be moved
      // down.
      made.level0_slowdown_writes_trigger = 100;
      made.level0_stop_writes_trigger = 200;
      table.block_size = 32 * 1024;
      made.compression = rocksdb::kZSTD;
      made.compression_opts.level = zstd_level;
      made.compression_opts.max_dict_bytes = dictionary_bytes;
      made.compression_opts.zstd_max_train_bytes = dictionary_bytes * dictionary_samples;
      made.compression_opts.max_dict_buffer_bytes = dictionary_buffer_bytes;
      made.compression_opts.use_zstd_dict_trainer = false;
      break;
    case Use::probe:
      table.block_size = 4 * 1024;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_per_key));
      made.memtable_whole_key_filtering = true;
      made.memtable_prefix_bloom_size_ratio = memtable_filter_ratio;
      // Hashes: LZ4 takes an eighth off, and a look-up pays for it.
      made.compression = rocksdb::kNoCompression;
      break;
    case Use::record:
      table.block_size = 8 * 1024;
      made.compression = rocksdb::kZSTD;
      made.compression_opts.level = zstd_level;
      break;
    case Use::sketch:
      table.block_size = 4 * 1024;
      made.compression = rocksdb::kNoCompression;
      break;
  }
  if (use_of(family) == Use::record || family == Family::identities) {
    // Below the usual 256 MB there would be one level, all of which is written again for the few megabytes
    // that come on top.
    made.max_bytes_for_level_base = 8 * made.write_buffer_size;
    made.max_bytes_for_level_multiplier = 5;
  }
  if (family == Family::fingerprints) {
    made.merge_operator = make_posting_merge();
    made.compaction_filter_factory = make_window_filter(cutoff);
  }
  made.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return made;
}

rocksdb::DBOptions database_options(StoreOptions const& options,
                                    std::shared_ptr<rocksdb::Statistics> const& statistics) {
  rocksdb::DBOptions made;
  made.create_if_missing = true;
  made.create_missing_column_families = true;
  made.max_background_jobs = std::max(options.background_jobs, 2);
  made.db_write_buffer_size = options.write_buffer_bytes;
  made.max_total_wal_size = 4 * options.write_buffer_bytes;
  made.bytes_per_sync = 1 << 20;
  made.allow_concurrent_memtable_write = false;  // there is one writer
  made.db_host_id = "";                          // every file would name the machine that it was made on
  made.info_log = std::make_shared<EngineLog>(options.on_engine_warning);
  made.statistics = statistics;
  made.listeners = {std::make_shared<NoRecoveryUnasked>()};
  return made;
}

Result<std::uint32_t> read_schema(std::string_view text) {
  std::uint32_t schema = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), schema);
  if (error != std::errc{} || end != text.data() + text.size() || schema == 0)
    return Error{ErrorCode::corrupt, "the store does not say its schema"};
  return schema;
}

Error newer_schema(std::filesystem::path const& path, std::uint32_t schema) {
  return {ErrorCode::invalid, path.string() + " was written by a newer Newsfold (schema " +
                                  std::to_string(schema) + "; this one knows up to " +
                                  std::to_string(schema_version) +
                                  "); install that one again, or restore a backup"};
}

// Looks before anything is opened for writing. 0: there is no store yet.
Result<std::uint32_t> stored_schema(std::filesystem::path const& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path / "CURRENT", ignored)) return 0u;
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DBOptions options;
  options.info_log = std::make_shared<EngineLog>(nullptr);
  auto const status = rocksdb::DB::OpenForReadOnly(
      options, path.string(),
      {{rocksdb::kDefaultColumnFamilyName, {}}, {family_names[std::size_t(Family::meta)], {}}}, &handles,
      &raw);
  // A store that died while it was being made has no families yet: it is made anew.
  if (status.IsInvalidArgument()) return 0u;
  if (!status.ok()) return error_of(status, "open the store in " + path.string());
  std::unique_ptr<rocksdb::DB> const db(raw);
  std::string value;
  auto const got = db->Get({}, handles[1], slice(meta_schema), &value);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  if (got.IsNotFound()) return 0u;
  if (!got.ok()) return error_of(got, "read the schema of " + path.string());
  return read_schema(value);
}

}  // namespace

Error error_of(rocksdb::Status const& status, std::string_view doing) {
  auto code = ErrorCode::unreadable;
  if (status.IsNoSpace()) {
    code = ErrorCode::no_space;
  } else if (status.IsCorruption()) {
    code = ErrorCode::corrupt;
  } else if (status.IsNotFound()) {
    code = ErrorCode::not_found;
  } else if (status.IsShutdownInProgress()) {
    code = ErrorCode::cancelled;
  } else if (status.IsNotSupported()) {
    code = ErrorCode::refused;
  } else if (status.IsInvalidArgument()) {
    code = ErrorCode::invalid;
  }
  return {code, "could not " + std::string(doing) + ": " + status.ToString()};
}

Result<DirectoryLock> DirectoryLock::take(std::filesystem::path const& directory) {
  auto const file = directory / "newsfold.lock";
  int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    auto const code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::unreadable;
    return Error{code, "could not open " + file.string() + ": " + std::strerror(errno)};
  }
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::conflict, "the store in " + directory.string() + " is open in another process"};
  return lock;
}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::unique_ptr<Database>> Database::open(std::filesystem::path const& path,
                                                 StoreOptions const& options,
                                                 std::shared_ptr<WindowCutoff const> const& cutoff) {
  std::unique_ptr<Database> made(new Database);
  made->read_only_ = options.mode == OpenMode::read_only;
  if (!made->read_only_) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
      return Error{error == std::errc::no_space_on_device ? ErrorCode::no_space : ErrorCode::unreadable,
                   "could not make the directory " + path.string() + ": " + error.message()};
    auto lock = DirectoryLock::take(path);
    if (!lock) return lock.error();
    made->lock_ = std::move(*lock);
  }
  auto const schema = stored_schema(path);
  if (!schema) return schema.error();
  if (*schema > schema_version) return newer_schema(path, *schema);
  if (*schema == 0 && made->read_only_)
    return Error{ErrorCode::not_found, "there is no store in " + path.string()};

  made->statistics_ = rocksdb::CreateDBStatistics();
  made->statistics_->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  auto const cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{});
  for (std::size_t i = 0; i < families; ++i)
    descriptors.emplace_back(family_names[i], family_options(static_cast<Family>(i), options, cache, cutoff));

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  auto const db_options = database_options(options, made->statistics_);
  auto const status =
      made->read_only_ ? rocksdb::DB::OpenForReadOnly(db_options, path.string(), descriptors, &handles, &raw)
                       : rocksdb::DB::Open(db_options, path.string(), descriptors, &handles, &raw);
  if (!status.ok()) return error_of(status, "open the store in " + path.string());
  made->db_.reset(raw);
  made->default_handle_ = handles[0];
  std::copy(handles.begin() + 1, handles.end(), made->handles_.begin());
  return made;
}

Database::~Database() {
  if (!db_) return;
  for (auto* handle : handles_)
    if (handle) db_->DestroyColumnFamilyHandle(handle);
  if (default_handle_) db_->DestroyColumnFamilyHandle(default_handle_);
}

Result<std::optional<std::string>> Database::get(Family family, std::string_view key,
                                                 rocksdb::Snapshot const* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  auto const status = db_->Get(options, handle(family), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return error_of(status, "read a row of " + family_names[std::size_t(family)]);
  return std::optional<std::string>(std::move(value));
}

std::unique_ptr<rocksdb::Iterator> Database::iterate(Family family, rocksdb::Snapshot const* snapshot,
                                                     rocksdb::Slice const* upper) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_upper_bound = upper;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, handle(family)));
}

Result<void> Database::resume() {
  auto const status = db_->Resume();
  if (!status.ok()) return error_of(status, "write again");
  failed_.store(false, std::memory_order_relaxed);
  return {};
}

Result<void> Database::may_flush() const {
  if (read_only_) return Error{ErrorCode::refused, "the store is open for reading only"};
  // With a failed log in hand RocksDB 7.8 aborts on a flush outside of its recovery.
  if (failed_.load(std::memory_order_relaxed))
    return Error{ErrorCode::no_space, "the store could not be written to; it must be able to again, first"};
  return {};
}

void Database::flush() {
  if (!may_flush()) return;  // what is durable is in the log anyway
  std::vector<rocksdb::ColumnFamilyHandle*> const all(handles_.begin(), handles_.end());
  db_->Flush(rocksdb::FlushOptions{}, all);
}

Result<void> Database::write(rocksdb::WriteBatch& batch, SyncMode sync) {
  if (read_only_) return Error{ErrorCode::refused, "the store is open for reading only"};
  rocksdb::WriteOptions options;
  options.sync = sync == SyncMode::group;
  auto const status = db_->Write(options, &batch);
  failed_.store(!status.ok(), std::memory_order_relaxed);
  if (!status.ok()) return error_of(status, "write to the store");
  return {};
}

}  // namespace newsfold::storage
