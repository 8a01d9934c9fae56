#pragma once
// A certificate that vouches for itself, for "localhost", made anew for each run.

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace newsfold::api {

inline constexpr char const* elliptic = "ec -pkeyopt ec_paramgen_curve:prime256v1";

// Writes, or overwrites, cert.pem and key.pem in `folder`.
inline void write_certificate(std::string const& folder, std::string const& kind = elliptic) {
  auto const command = "openssl req -x509 -newkey " + kind +
                       " -nodes -days 2 -subj /CN=localhost "
                       "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
                       folder + "/key.pem -out " + folder + "/cert.pem 2>/dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl is not there");
}

}  // namespace newsfold::api
