#include "daemon/api/certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>

namespace newsfold::api {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Result<TlsContext> read_certificate(std::string const& cert_file, std::string const& key_file) {
  auto tls = std::make_shared<ssl::context>(ssl::context::tls_server);
  error_code failure;
  auto const unreadable = [&failure](std::string const& what, std::string const& file) {
    return Error{ErrorCode::unreadable, what + " " + file + ": " + failure.message()};
  };
  tls->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                   failure);
  tls->use_certificate_chain_file(cert_file, failure);
  if (failure) return unreadable("http.tls_cert_file", cert_file);
  tls->use_private_key_file(key_file, ssl::context::pem, failure);
  if (failure) return unreadable("http.tls_key_file", key_file);
  // A key of another kind than the certificate's is taken without a word and fails each handshake.
  if (SSL_CTX_check_private_key(tls->native_handle()) != 1) {
    ERR_clear_error();
    return Error{ErrorCode::unreadable,
                 "http.tls_key_file " + key_file + " is not the key of http.tls_cert_file " + cert_file};
  }
  return tls;
}

}  // namespace newsfold::api
