#include "daemon/commands/document.h"

#include "daemon/commands/batch.h"
#include "daemon/version.h"
#include "feeds/fetch/fetcher.h"
#include "feeds/text/url.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace newsfold {

namespace {

namespace asio = boost::asio;

asio::awaitable<void> fetch_into(fetch::Client& client, fetch::Request request,
                                 std::optional<Result<fetch::Response>>& out) {
  out = co_await client.fetch(std::move(request));
}

Result<fetch::Response> fetch_once(fetch::Request const& request, DocumentOptions const& options) {
  std::optional<Result<fetch::Response>> response;
  auto const ran =
      run_with_fetcher(options, [&](fetch::Client& client) { return fetch_into(client, request, response); });
  if (!ran) return ran.error();
  if (!response) return Error{ErrorCode::cancelled, request.url + ": the transfer was given up"};
  return std::move(*response);
}

}  // namespace

Result<void> run_with_fetcher(DocumentOptions const& options,
                              std::function<asio::awaitable<void>(fetch::Client&)> const& work) {
  asio::io_context loop;
  fetch::FetchOptions fetching;
  fetching.user_agent = std::string("Newsfold/") + version;
  fetching.resolve = options.resolve;
  fetching.allow_private = options.allow_private;
  auto const fetcher = fetch::Fetcher::create(loop.get_executor(), fetching);
  if (!fetcher) return fetcher.error();
  bool ended = false;
  asio::co_spawn(loop, work(**fetcher), [&ended](std::exception_ptr const&) { ended = true; });
  while (!ended && loop.run_one() > 0) {
  }
  return {};
}

Result<Document> load_document(std::string const& name, DocumentOptions const& options) {
  Document document;
  if (!text::is_web_url(name)) {
    auto bytes = read_file(name, options.bytes_max);
    if (!bytes) return bytes.error();
    document.bytes = std::move(*bytes);
    return document;
  }
  fetch::Request request;
  request.url = name;
  request.accept = options.accept;
  request.limits.body_bytes_max = options.bytes_max;
  auto response = fetch_once(request, options);
  if (!response) return response.error();
  if (response->status != 200) {
    bool const gone = response->status == 404 || response->status == 410;
    return Error{gone ? ErrorCode::gone : ErrorCode::unreachable,
                 response->final_url + " answers " + std::to_string(response->status)};
  }
  document.bytes = std::move(response->body);
  document.url = std::move(response->final_url);
  document.content_type = std::move(response->headers.content_type);
  return document;
}

void add_document_options(Command command, DocumentOptions& options) {
  command.option("--resolve", options.resolve, "HOST:PORT:ADDRESS:PORT: where connections really go");
  command.option("--allow-private", options.allow_private,
                 "A range that may be fetched from, as 127.0.0.0/8");
}

}  // namespace newsfold
