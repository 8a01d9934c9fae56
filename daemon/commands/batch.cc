#include "daemon/commands/batch.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <system_error>
#include <thread>
#include <vector>

namespace newsfold {

namespace json = boost::json;

namespace {

constexpr std::size_t manifest_line_bytes_max = 64 * 1024 * 1024;

json::object error_object(Error const& error) {
  return {{"code", to_string(error.code)}, {"message", error.message}};
}

Result<json::object> parse_line(std::string const& text) {
  if (text.size() > manifest_line_bytes_max)
    return Error{ErrorCode::too_large, "manifest line of " + std::to_string(text.size()) +
                                           " bytes; the bound is " + std::to_string(manifest_line_bytes_max)};
  boost::system::error_code failure;
  auto value = json::parse(text, failure);
  if (failure) return Error{ErrorCode::malformed, "manifest line is not JSON: " + failure.message()};
  if (!value.is_object()) return Error{ErrorCode::malformed, "manifest line is not a JSON object"};
  return std::move(value.get_object());
}

// A line that was read and whose stage is still to be run or finished.
struct Job {
  json::object named;  // what names the line in its answer
  BatchRest rest;
};

json::object name_of(json::object const& line) {
  json::object named;
  for (char const* key : {"path", "id"})
    if (auto const* value = line.if_contains(key)) named[key] = *value;
  return named;
}

Job prepare_line(std::string const& text, BatchPrepare const& prepare) {
  auto const line = parse_line(text);
  if (!line) {
    auto fail = [error = line.error()]() -> Result<json::object> { return error; };
    return {{}, std::move(fail)};
  }
  return {name_of(*line), prepare(*line)};
}

// One answer: what names the line, then its result or error.
json::object answer(Job job, bool& failed) {
  auto out = std::move(job.named);
  if (auto result = job.rest()) {
    for (auto& [key, value] : *result) out[key] = std::move(value);
    failed |= out.contains("error");  // a stage with more to say about it than an Error holds
  } else {
    failed = true;
    out["error"] = error_object(result.error());
  }
  return out;
}

// Standard input for "-"; nullptr, with a word to the user, where the file cannot be read.
std::istream* open_manifest(std::string const& manifest, std::ifstream& file) {
  if (manifest == "-") return &std::cin;
  file.open(manifest, std::ios::binary);
  if (file) return &file;
  std::cerr << "newsfold: cannot read manifest " << manifest << ": " << std::strerror(errno) << '\n';
  return nullptr;
}

bool next_line(std::istream& in, std::string& text) {
  while (std::getline(in, text))
    if (text.find_first_not_of(" \t\r") != std::string::npos) return true;
  return false;
}

// Lines are handed to other threads in blocks of about these bytes, so that handing over costs little.
constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::size_t blocks_ahead_per_thread = 2;

std::vector<std::string> next_block(std::istream& in) {
  std::vector<std::string> block;
  std::size_t bytes = 0;
  for (std::string text; bytes < block_bytes && next_line(in, text);) {
    bytes += text.size();
    block.push_back(std::move(text));
  }
  return block;
}

}  // namespace

int run_batch(std::string const& manifest, std::ostream& out, BatchStage const& stage) {
  std::ifstream file;
  std::istream* const in = open_manifest(manifest, file);
  if (!in) return batch_bad_usage;
  bool failed = false;
  auto const at_once = [&](json::object const& line) -> BatchRest { return [&] { return stage(line); }; };
  for (std::string text; next_line(*in, text);) {
    auto const line = parse_line(text);
    auto job = line ? Job{name_of(*line), at_once(*line)} : prepare_line(text, at_once);
    out << json::serialize(answer(std::move(job), failed)) << '\n';
  }
  out.flush();
  return failed ? batch_some_failed : batch_all_good;
}

int run_batch_in_order(std::string const& manifest, std::ostream& out, BatchPrepare const& prepare) {
  std::ifstream file;
  std::istream* const in = open_manifest(manifest, file);
  if (!in) return batch_bad_usage;
  auto const ahead_max = blocks_ahead_per_thread * std::max(1u, std::thread::hardware_concurrency());
  std::deque<std::future<std::vector<Job>>> ahead;
  bool failed = false;
  for (bool more = true; more || !ahead.empty();) {
    while (more && ahead.size() < ahead_max) {
      auto block = next_block(*in);
      more = !block.empty();
      if (!more) break;
      ahead.push_back(std::async(std::launch::async, [&prepare, lines = std::move(block)] {
        std::vector<Job> jobs;
        for (auto const& text : lines) jobs.push_back(prepare_line(text, prepare));
        return jobs;
      }));
    }
    if (ahead.empty()) break;
    auto jobs = ahead.front().get();
    ahead.pop_front();
    for (auto& job : jobs) out << json::serialize(answer(std::move(job), failed)) << '\n';
  }
  out.flush();
  return failed ? batch_some_failed : batch_all_good;
}

Result<std::string> read_file(std::string const& path, std::size_t bytes_max) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return Error{ErrorCode::unreadable, "cannot read " + path + ": " + std::strerror(errno)};
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string bytes;
  // Files have a size, pipes have none; a file that grows is read to its end all the same.
  std::error_code none;
  if (auto const size = path == "-" ? 0 : std::filesystem::file_size(path, none); !none && size <= bytes_max)
    bytes.reserve(size);
  char buffer[64 * 1024];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    bytes.append(buffer, std::size_t(in.gcount()));
    if (bytes.size() > bytes_max)
      return Error{ErrorCode::too_large, path + " is larger than " + std::to_string(bytes_max) + " bytes"};
  }
  if (in.bad()) return Error{ErrorCode::unreadable, "cannot read " + path + ": " + std::strerror(errno)};
  return bytes;
}

}  // namespace newsfold
