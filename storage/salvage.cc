// A store whose files do not read back everywhere: what can be read is copied into a new one.
//
// RocksDB has no way around a damaged block of its own: whoever runs over it stops there, and compactions of
// its file fail for good. An iterator that is set down behind the block reads on; where that is, is found by
// trying: keys are numbers, so ever larger steps ahead, then halving.

#include "storage/keys.h"
#include "storage/state.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <string>
#include <utility>

namespace newsfold::storage {
namespace {

constexpr std::size_t copied_bytes_max = std::size_t{4} << 20;  // in one batch
constexpr std::size_t number_bytes = 16;                        // of a key: the rest does not matter

__extension__ using Number = unsigned __int128;

Number number_of_key(std::string_view key) {
  Number number = 0;
  for (std::size_t i = 0; i < number_bytes; ++i)
    number = number << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  return number;
}

// The first key of this number: without the zeros at its end, which a shorter key does not have.
std::string key_of_number(Number number) {
  std::string key(number_bytes, '\0');
  for (std::size_t i = number_bytes; i-- > 0; number >>= 8) key[i] = static_cast<char>(number & 0xff);
  key.erase(key.find_last_not_of('\0') + 1);
  return key;
}

class Salvage {
 public:
  Salvage(Database const& from, Database& to) : from_(from), to_(to) {}

  Result<SalvageReport> run() {
    for (std::size_t i = 0; i < families; ++i)
      if (auto copied = copy(static_cast<Family>(i)); !copied) return copied.error();
    if (auto written = write(); !written) return written.error();
    return std::move(report_);
  }

 private:
  Result<void> copy(Family family) {
    std::string at;
    for (;;) {
      auto const rows = from_.iterate(family, nullptr);
      std::string last = at;
      for (rows->Seek(slice(at)); rows->Valid(); rows->Next()) {
        last.assign(rows->key().data(), rows->key().size());
        batch_.Put(to_.handle(family), rows->key(), rows->value());
        ++report_.rows;
        if (batch_.GetDataSize() < copied_bytes_max) continue;
        if (auto written = write(); !written) return written;
      }
      if (rows->status().ok()) return {};
      ++report_.holes;
      report_.findings.push_back(family_names[static_cast<std::size_t>(family)] + ": " +
                                 rows->status().ToString());
      auto const next = next_readable(family, number_of_key(last));
      if (!next) return {};
      at = key_of_number(*next);
    }
  }

  bool is_readable(Family family, Number number) const {
    auto const rows = from_.iterate(family, nullptr);
    rows->Seek(slice(key_of_number(number)));
    return rows->status().ok();
  }

  // Behind `bad`. Of several damaged blocks close to one another, sound rows between them may be passed over.
  std::optional<Number> next_readable(Family family, Number bad) const {
    constexpr Number last = ~Number{0};
    Number good = bad;
    for (Number step = 1;; step <<= 1) {
      good = step == 0 || last - bad < step ? last : bad + step;
      if (is_readable(family, good)) break;
      if (good == last) return std::nullopt;
      bad = good;
    }
    while (good - bad > 1) {
      auto const middle = bad + (good - bad) / 2;
      (is_readable(family, middle) ? good : bad) = middle;
    }
    return good;
  }

  Result<void> write() {
    if (batch_.Count() == 0) return {};
    auto written = to_.write(batch_, SyncMode::os);
    batch_.Clear();
    return written;
  }

  Database const& from_;
  Database& to_;
  rocksdb::WriteBatch batch_;
  SalvageReport report_;
};

std::filesystem::path free_name(std::filesystem::path const& path) {
  std::error_code ignored;
  for (int n = 1;; ++n) {
    auto name = path;
    name += ".damaged-" + std::to_string(n);
    if (!std::filesystem::exists(name, ignored)) return name;
  }
}

}  // namespace

Result<SalvageReport> Store::salvage(std::filesystem::path const& path, StoreOptions const& options) {
  auto const lock = DirectoryLock::take(path);
  if (!lock) return lock.error();
  auto making = path;
  making += ".salvaging";
  std::error_code error;
  std::filesystem::remove_all(making, error);
  auto const copy = [&]() -> Result<SalvageReport> {
    auto reading = options;
    reading.mode = OpenMode::read_only;
    auto const cutoff = std::make_shared<WindowCutoff>();
    auto from = Database::open(path, reading, cutoff);
    if (!from) return from.error();
    // Numbers of events must not come twice: without the head nobody knows the last.
    if (auto const head = read_head(**from, nullptr); !head) return head.error();
    auto to = Database::open(making, options, cutoff);
    if (!to) return to.error();
    auto report = Salvage(**from, **to).run();
    (*to)->flush();
    return report;
  };
  auto report = copy();
  if (!report) {
    std::filesystem::remove_all(making, error);
    return report;
  }
  report->aside = free_name(path);
  std::filesystem::rename(path, report->aside, error);
  if (!error) std::filesystem::rename(making, path, error);
  if (error)
    return Error{ErrorCode::unreadable,
                 "could not rename " + making.string() + " to " + path.string() + ": " + error.message()};
  return report;
}

}  // namespace newsfold::storage
