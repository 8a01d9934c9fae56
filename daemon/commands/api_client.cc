#include "daemon/commands/api_client.h"

#include <curl/curl.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace newsfold {
namespace {

constexpr std::size_t line_bytes_max = 64UL << 20;
constexpr long idle_seconds_max = 60;  // a stream has a bookmark every 15 s: silence is a dead connection

struct Free {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

// Where the bytes of an answer go: into `body`, or line by line to `on_line`.
struct Sink {
  CURL* handle = nullptr;
  ApiAnswer answer;
  ApiClient::OnLine const* on_line = nullptr;
  std::string rest;
  bool stopped = false;
};

std::size_t receive(char* data, std::size_t, std::size_t size, void* target) {
  auto& sink = *static_cast<Sink*>(target);
  long status = 0;
  curl_easy_getinfo(sink.handle, CURLINFO_RESPONSE_CODE, &status);
  if (sink.on_line == nullptr || status != 200) {
    if (sink.answer.body.size() + size > line_bytes_max) return 0;
    sink.answer.body.append(data, size);
    return size;
  }
  sink.rest.append(data, size);
  if (sink.rest.size() > line_bytes_max) return 0;
  std::size_t begin = 0;
  for (auto end = sink.rest.find('\n'); end != std::string::npos; end = sink.rest.find('\n', begin)) {
    auto const line = std::string_view(sink.rest).substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && !(*sink.on_line)(line)) {
      sink.stopped = true;
      return 0;
    }
  }
  sink.rest.erase(0, begin);
  return size;
}

std::string first_line(std::string const& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

bool may_not_use(ApiAddress const& address) {
  return address.url.empty() && ::access(address.socket.c_str(), R_OK | W_OK) != 0 && errno == EACCES;
}

enum class Silence : unsigned char { is_death, is_work };

Result<ApiAnswer> perform(ApiAddress const& address, std::string_view method, std::string_view target,
                          std::string_view body, ApiClient::OnLine const* on_line,
                          Silence silence = Silence::is_death) {
  std::unique_ptr<CURL, Free> const handle(curl_easy_init());
  if (!handle) return Error{ErrorCode::unreachable, "no memory for a connection"};
  auto* const curl = handle.get();
  auto const base = address.url.empty() ? std::string("http://localhost") : address.url;
  auto const url = base + std::string(target);
  std::string const verb(method);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (address.url.empty()) curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, address.socket.c_str());
  if (!address.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, address.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
  if (silence == Silence::is_death) {
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, idle_seconds_max);
  }
  if (verb != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, verb.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, long(body.size()));
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, std::string(body).c_str());
  }
  std::unique_ptr<curl_slist, Free> headers;
  auto add = [&headers](std::string const& line) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  };
  if (on_line) add("Accept: application/x-ndjson");
  if (!body.empty()) add("Content-Type: application/json");
  if (!address.token_file.empty()) add("Authorization: Bearer " + first_line(address.token_file));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  Sink sink;
  sink.handle = curl;
  sink.on_line = on_line;
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  auto const outcome = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &sink.answer.status);
  if (outcome != CURLE_OK && !sink.stopped && may_not_use(address))
    return Error{ErrorCode::refused,
                 "this user may not use the daemon's socket " + address.socket +
                     " (permission denied): join the group newsfold (`adduser USER newsfold`, then log in "
                     "anew), or use sudo"};
  if (outcome != CURLE_OK && !sink.stopped)
    return Error{ErrorCode::unreachable,
                 "no daemon answers at " + address.name() + " (" + curl_easy_strerror(outcome) +
                     "); start one with `newsfold run`, or say where with --socket or --url"};
  return std::move(sink.answer);
}

std::string environment(char const* name) {
  auto const* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

ApiAddress ApiAddress::with_defaults(ApiAddress given) {
  if (!given.url.empty()) {
    while (given.url.ends_with('/')) given.url.pop_back();
    return given;
  }
  if (given.socket.empty()) given.socket = environment("NEWSFOLD_SOCKET");
  if (given.socket.empty() && !environment("RUNTIME_DIRECTORY").empty())
    given.socket = environment("RUNTIME_DIRECTORY") + "/newsfold.sock";
  if (given.socket.empty()) given.socket = "/run/newsfold/newsfold.sock";
  return given;
}

std::string ApiAddress::name() const { return url.empty() ? socket : url; }

Result<ApiAnswer> ApiClient::get(std::string_view target) const {
  return perform(address_, "GET", target, {}, nullptr);
}

Result<ApiAnswer> ApiClient::send(std::string_view method, std::string_view target,
                                  std::string_view body) const {
  return perform(address_, method, target, body, nullptr);
}

Result<ApiAnswer> ApiClient::send_and_wait(std::string_view method, std::string_view target,
                                           std::string_view body) const {
  return perform(address_, method, target, body, nullptr, Silence::is_work);
}

Result<ApiAnswer> ApiClient::stream(std::string_view target, OnLine const& on_line) const {
  return perform(address_, "GET", target, {}, &on_line);
}

Error error_of(ApiAnswer const& answer) {
  boost::system::error_code failure;
  auto const body = boost::json::parse(answer.body, failure);
  if (!failure && body.is_object()) {
    auto const* error = body.get_object().if_contains("error");
    if (error && error->is_object())
      if (auto const* message = error->get_object().if_contains("message"); message && message->is_string())
        return {ErrorCode::invalid, std::string(message->get_string())};
  }
  return {ErrorCode::invalid, "the daemon answered " + std::to_string(answer.status)};
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    auto const byte = static_cast<unsigned char>(c);
    if (plain)
      out += c;
    else
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

}  // namespace newsfold
