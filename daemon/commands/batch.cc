#include "daemon/commands/batch.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

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

// One answer: what names the line, then its result or error.
json::object answer(std::string const& text, BatchStage const& stage, bool& failed) {
  json::object out;
  auto const line = parse_line(text);
  if (!line) {
    failed = true;
    out["error"] = error_object(line.error());
    return out;
  }
  for (char const* key : {"path", "id"})
    if (auto const* value = line->if_contains(key)) out[key] = *value;
  if (auto result = stage(*line)) {
    for (auto& [key, value] : *result) out[key] = std::move(value);
  } else {
    failed = true;
    out["error"] = error_object(result.error());
  }
  return out;
}

}  // namespace

int run_batch(std::string const& manifest, std::ostream& out, BatchStage const& stage) {
  std::ifstream file;
  if (manifest != "-") {
    file.open(manifest, std::ios::binary);
    if (!file) {
      std::cerr << "newsfold: cannot read manifest " << manifest << ": " << std::strerror(errno) << '\n';
      return batch_bad_usage;
    }
  }
  std::istream& in = manifest == "-" ? std::cin : file;
  bool failed = false;
  for (std::string text; std::getline(in, text);) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    out << json::serialize(answer(text, stage, failed)) << '\n';
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
  char buffer[64 * 1024];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    bytes.append(buffer, std::size_t(in.gcount()));
    if (bytes.size() > bytes_max)
      return Error{ErrorCode::too_large, path + " is larger than " + std::to_string(bytes_max) + " bytes"};
  }
  if (in.bad()) return Error{ErrorCode::unreadable, "cannot read " + path + ": " + std::strerror(errno)};
  return bytes;
}

std::string_view string_at(json::object const& line, std::string_view key) {
  auto const* value = line.if_contains(key);
  if (!value || !value->is_string()) return {};
  return value->get_string();
}

}  // namespace newsfold
