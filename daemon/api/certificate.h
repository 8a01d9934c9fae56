#pragma once
// What the API's TLS shows to its clients: a chain of certificates and the key to the first of them.

#include "feeds/model/error.h"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace newsfold::api {

// Shared: a handshake under way keeps the one that it began with.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Reads two files (PEM), on the calling thread. Fails with `unreadable`, naming option and file, where one
// cannot be read or is none, and where the key is not the certificate's.
Result<TlsContext> read_certificate(std::string const& cert_file, std::string const& key_file);

}  // namespace newsfold::api
