#pragma once
// What a person names on the command line: a file, standard input or an address.

#include "daemon/commands/command_line.h"
#include "feeds/fetch/client.h"
#include "feeds/model/error.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace newsfold {

struct Document {
  std::string bytes;
  std::string url;           // where it came from; empty for files
  std::string content_type;  // as the server said
};

struct DocumentOptions {
  std::size_t bytes_max = 64UL * 1024 * 1024;
  fetch::Accept accept = fetch::Accept::any;
  std::vector<std::string> resolve{};        // as fetch.resolve of the configuration
  std::vector<std::string> allow_private{};  // as fetch.allow_private
};

// `name` is a path, "-", or an http(s) address, which is fetched once, redirects followed; an answer other
// than 200 fails with `unreachable` or `gone`.
Result<Document> load_document(std::string const& name, DocumentOptions const& options);

// Makes a fetcher with the options and runs `work` to its end, on this thread. Fails where there is no
// fetcher.
Result<void> run_with_fetcher(DocumentOptions const& options,
                              std::function<boost::asio::awaitable<void>(fetch::Client&)> const& work);

// --resolve, --allow-private.
void add_document_options(Command command, DocumentOptions& options);

}  // namespace newsfold
