#include "bench/store/sqlite_store.h"

#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace newsfold::bench {
namespace {

// Statements in the order in which they are prepared.
enum Statement : std::size_t { article, version, change, place, sighting, sketch, identity, ask, posting };

void check(sqlite3* db, bool good, char const* doing) {
  if (good) return;
  std::fprintf(stderr, "sqlite: %s: %s\n", doing, sqlite3_errmsg(db));
  std::exit(1);
}

}  // namespace

SqliteStore::SqliteStore(std::filesystem::path const& file) {
  check(db_, sqlite3_open(file.c_str(), &db_) == SQLITE_OK, "open");
  run("pragma journal_mode=wal");
  run("pragma synchronous=full");
  run("pragma cache_size=-65536");
  for (auto const* table : {"articles", "versions", "changes", "stories", "sightings", "sketches"})
    run("create table " + std::string(table) + "(id integer primary key, row blob)");
  run("create table identities(key blob primary key, article integer) without rowid");
  run("create table fingerprints(key integer, article integer, primary key(key, article)) without rowid");
  for (auto const* table : {"articles", "versions", "changes", "stories", "sightings", "sketches"})
    prepare("insert into " + std::string(table) + " values(?,?)");
  prepare("insert into identities values(?,?)");
  prepare("select article from identities where key=?");
  prepare("insert into fingerprints values(?,?)");
}

SqliteStore::~SqliteStore() {
  for (auto* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void SqliteStore::run(std::string const& sql) {
  check(db_, sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sql.c_str());
}

sqlite3_stmt* SqliteStore::prepare(std::string const& sql) {
  sqlite3_stmt* made = nullptr;
  check(db_, sqlite3_prepare_v2(db_, sql.c_str(), -1, &made, nullptr) == SQLITE_OK, sql.c_str());
  return statements_.emplace_back(made);
}

void SqliteStore::commit(std::span<RawRows const> rows) {
  auto const bind = [](sqlite3_stmt* to, int at, std::string const& bytes) {
    sqlite3_bind_blob(to, at, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
  };
  auto const step = [&](sqlite3_stmt* statement, int expected) {
    check(db_, sqlite3_step(statement) == expected, "step");
    sqlite3_reset(statement);
  };
  run("begin");
  for (auto const& row : rows) {
    ++last_;
    for (auto const& key : row.identity_keys) {
      bind(statements_[ask], 1, key);
      step(statements_[ask], SQLITE_DONE);
      bind(statements_[identity], 1, key);
      sqlite3_bind_int64(statements_[identity], 2, last_);
      step(statements_[identity], SQLITE_DONE);
    }
    std::array<std::string const*, 6> const values{&row.article, &row.version,  &row.change,
                                                   &row.place,   &row.sighting, &row.sketch};
    for (std::size_t i = 0; i < values.size(); ++i) {
      sqlite3_bind_int64(statements_[i], 1, last_);
      bind(statements_[i], 2, *values[i]);
      step(statements_[i], SQLITE_DONE);
    }
    for (auto const fingerprint : row.fingerprints) {
      sqlite3_bind_int64(statements_[posting], 1, static_cast<std::int64_t>(fingerprint));
      sqlite3_bind_int64(statements_[posting], 2, last_);
      step(statements_[posting], SQLITE_DONE);
    }
  }
  run("commit");
}

}  // namespace newsfold::bench
