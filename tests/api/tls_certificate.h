#pragma once
// A server that speaks TLS, and a client that trusts it.

#include "tests/api/api_world.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace newsfold::api {

// A certificate that vouches for itself, made anew for each run.
struct Certificate {
  storage::TempDirectory directory;
  std::string cert = (directory / "cert.pem").string();
  std::string key = (directory / "key.pem").string();
  Certificate() {
    auto const command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
        key + " -out " + cert + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl is not there");
  }
};

inline ApiWorld::Settings with(Certificate const& certificate,
                               ApiWorld::Settings settings = ApiWorld::quick()) {
  settings.api.tls_cert_file = certificate.cert;
  settings.api.tls_key_file = certificate.key;
  return settings;
}

inline ApiClient tls_client(ApiWorld const& world, Certificate const& certificate) {
  ApiAddress address;
  address.url = "https://localhost:" + std::to_string(world.port());
  address.ca_file = certificate.cert;
  return ApiClient(address);
}

}  // namespace newsfold::api
