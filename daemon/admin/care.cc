#include "daemon/admin/care.h"

#include "feeds/model/event.h"

#include <boost/json/array.hpp>

#include <chrono>

namespace newsfold::admin {

namespace json = boost::json;

namespace {

constexpr std::uint32_t backups_kept = 3;

class Busy {
 public:
  explicit Busy(std::atomic<bool>& flag) : flag_(flag), taken_(!flag.exchange(true)) {}
  ~Busy() {
    if (taken_) flag_.store(false);
  }
  Busy(Busy const&) = delete;
  Busy& operator=(Busy const&) = delete;
  bool taken() const noexcept { return taken_; }

 private:
  std::atomic<bool>& flag_;
  bool taken_;
};

Error under_way() {
  return {ErrorCode::conflict,
          "a backup, verification or compaction is under way; ask again when it is done"};
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<json::object> Care::backup(std::string const& directory) {
  Busy const busy(busy_);
  if (!busy.taken()) return under_way();
  if (!directory.starts_with('/'))
    return Error{ErrorCode::invalid,
                 "the directory of a backup is an absolute path, not \"" + directory + "\""};
  Stopwatch const watch;
  auto const last = store_.last_sequence();
  if (auto done = store_.backup(directory, backups_kept, stop_.get_token()); !done) return done.error();
  return json::object{
      {"directory", directory}, {"last", format_sequence(last)}, {"seconds", watch.seconds()}};
}

Result<json::object> Care::verify(storage::Repair repair) {
  Busy const busy(busy_);
  if (!busy.taken()) return under_way();
  Stopwatch const watch;
  auto const report = store_.verify(repair, stop_.get_token());
  if (!report) return report.error();
  json::array findings;
  for (auto const& finding : report->findings) findings.emplace_back(finding);
  return json::object{
      {"rows", report->rows},         {"corrupt", report->corrupt}, {"unreadable", report->unreadable},
      {"dangling", report->dangling}, {"mended", report->mended},   {"findings", std::move(findings)},
      {"seconds", watch.seconds()}};
}

Result<json::object> Care::compact() {
  Busy const busy(busy_);
  if (!busy.taken()) return under_way();
  Stopwatch const watch;
  auto const before = store_.metrics().disk_bytes;
  if (auto done = store_.compact(stop_.get_token()); !done) return done.error();
  return json::object{
      {"bytes_before", before}, {"bytes_after", store_.metrics().disk_bytes}, {"seconds", watch.seconds()}};
}

}  // namespace newsfold::admin
