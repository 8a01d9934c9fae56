#pragma once
// A server that speaks TLS, and a client that trusts it.

#include "tests/api/api_world.h"
#include "tests/api/certificate_files.h"

#include <string>

namespace newsfold::api {

struct Certificate {
  storage::TempDirectory directory;
  std::string cert = (directory / "cert.pem").string();
  std::string key = (directory / "key.pem").string();
  explicit Certificate(std::string const& kind = elliptic) {
    write_certificate(directory.path().string(), kind);
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
