#pragma once
// The same work in SQLite: tables for what we have families for, one transaction a group, WAL, synced at
// each commit.

#include "bench/store/raw_store.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace newsfold::bench {

class SqliteStore {
 public:
  explicit SqliteStore(std::filesystem::path const& file);
  ~SqliteStore();
  SqliteStore(SqliteStore const&) = delete;
  SqliteStore& operator=(SqliteStore const&) = delete;
  void commit(std::span<RawRows const> rows);

 private:
  void run(std::string const& sql);
  sqlite3_stmt* prepare(std::string const& sql);

  sqlite3* db_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  std::int64_t last_ = 0;
};

}  // namespace newsfold::bench
