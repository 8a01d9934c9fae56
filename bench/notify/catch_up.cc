#include "bench/notify/catch_up.h"

#include "bench/notify/servers.h"
#include "storage/store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <rocksdb/db.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

namespace newsfold::bench {
namespace {

double seconds_since(std::uint64_t begin) { return static_cast<double>(now_ns() - begin) / 1e9; }

void fill(std::string const& directory, std::size_t events) {
  storage::StoreOptions options;
  options.sync = storage::SyncMode::os;
  options.fresh_epoch = Epoch{1};
  auto store = storage::Store::open(directory + "/store", options);
  if (!store) throw std::runtime_error(store.error().message);
  constexpr std::size_t group = 2000;
  for (std::size_t done = 0; done < events; done += group) {
    storage::FeedChange change;
    change.feed = FeedId{1};
    change.feed_name = "bench";
    for (std::size_t i = 0; i < group; ++i) {
      // Not the same words over and over: those would compress to nothing.
      std::string message;
      while (message.size() < 200)
        message += std::to_string((done + i) * 2654435761U + message.size() * 40503U);
      change.notices.push_back({EventType::feed_failing, std::move(message), {}, {}});
    }
    auto const report =
        (*store)->commit(std::span(&change, 1), UtcMicros{std::chrono::seconds(1'800'000'000)});
    if (!report) throw std::runtime_error(report.error().message);
  }
}

double iterate_raw(std::string const& directory) {
  rocksdb::Options options;
  std::vector<std::string> names;
  rocksdb::DB::ListColumnFamilies(options, directory + "/store", &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (auto const& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  auto const status =
      rocksdb::DB::OpenForReadOnly(options, directory + "/store", families, &handles, &opened);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  std::unique_ptr<rocksdb::DB> const db(opened);
  double rate = 0;
  for (auto* const handle : handles) {
    if (handle->GetName() != "changes") continue;
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    read.adaptive_readahead = true;
    auto const begin = now_ns();
    std::size_t rows = 0;
    std::size_t bytes = 0;
    std::unique_ptr<rocksdb::Iterator> const all(db->NewIterator(read, handle));
    for (all->SeekToFirst(); all->Valid(); all->Next()) {
      ++rows;
      bytes += all->value().size();
    }
    rate = static_cast<double>(rows) / seconds_since(begin);
    if (bytes == 0) throw std::runtime_error("the log is empty");
  }
  for (auto* const handle : handles) db->DestroyColumnFamilyHandle(handle);
  return rate;
}

// Reads all of it over HTTP and counts the lines.
double read_served(std::uint16_t port, std::size_t events) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("connect");
  std::string const request =
      "GET /v1/changes?since=0 HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n";
  auto const begin = now_ns();
  if (::send(fd, request.data(), request.size(), 0) < 0) throw std::runtime_error("send");
  std::vector<char> buffer(1 << 20);
  std::size_t lines = 0;
  while (lines < events) {
    auto const got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) throw std::runtime_error("the stream ended early");
    // An event's line is "...}\n", a chunk's is "\r\n".
    auto const* at = buffer.data();
    auto const* const end = at + got;
    while ((at = static_cast<char const*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) !=
           nullptr) {
      if (at == buffer.data() || at[-1] != '\r') ++lines;
      if (++at == end) break;
    }
  }
  auto const rate = static_cast<double>(events) / seconds_since(begin);
  ::close(fd);
  return rate;
}

}  // namespace

CatchUp measure_catch_up(std::string const& directory, std::size_t events) {
  CatchUp out;
  out.events = events;
  fill(directory, events);
  auto* const shared = static_cast<Shared*>(
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  // In turns, so that a change of the machine's speed meets both.
  for (int round = 0; round < 3; ++round) {
    out.raw_per_second = std::max(out.raw_per_second, iterate_raw(directory));
    auto const server = start_newsfold(*shared, directory);
    out.served_per_second = std::max(out.served_per_second, read_served(server->port(), events));
  }
  ::munmap(shared, sizeof(Shared));
  return out;
}

}  // namespace newsfold::bench
