#pragma once
// The HMAC of a receiver that shares no code with us: the openssl program computes it.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <unistd.h>

namespace newsfold::webhook {

inline std::string output_of(std::string const& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> const pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) out += static_cast<char>(c);
  return out;
}

// base64 of HMAC-SHA256 over "id.timestamp.body" with the key "whsec_BASE64".
inline std::string openssl_hmac(std::string_view secret, std::string_view id, std::string_view timestamp,
                                std::string_view body) {
  char path[] = "/tmp/newsfold-hmac.XXXXXX";
  int const file = ::mkstemp(path);
  ::close(file);
  std::ofstream(path, std::ios::binary) << id << '.' << timestamp << '.' << body;
  auto const hex = output_of("printf %s '" + std::string(secret.substr(6)) +
                             "' | base64 -d | od -An -v -tx1 | tr -d ' \\n'");
  auto const mac = output_of("openssl dgst -sha256 -mac HMAC -macopt hexkey:" + hex + " -binary " + path +
                             " | base64 -w0");
  ::unlink(path);
  return mac;
}

}  // namespace newsfold::webhook
