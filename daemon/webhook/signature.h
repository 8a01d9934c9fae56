#pragma once
// Signatures of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and
// body, with a key that receiver and sender share. While a key is replaced, both sign.
//
// No network, no clock. Reads key files, and writes them at a rotation; the text of a key never stands in a
// message.

#include "feeds/model/error.h"
#include "feeds/model/secret.h"
#include "feeds/model/time.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::webhook {

inline constexpr std::size_t key_bytes_min = 24;  // the specification's bounds
inline constexpr std::size_t key_bytes_max = 64;
inline constexpr std::size_t keys_max = 8;
inline constexpr std::size_t key_file_bytes_max = std::size_t{64} << 10;

// The bytes of a key, decoded.
class SigningKey {
 public:
  // "whsec_" and base64. Fails with `invalid`.
  static Result<SigningKey> parse(std::string_view text);
  std::string const& bytes() const noexcept { return bytes_.reveal(); }

 private:
  Secret bytes_;
};

// One key a line, the newest first; empty lines and those that begin with # are passed over. Fails with
// `unreadable` or `invalid`; the message names the file and the line.
Result<std::vector<SigningKey>> read_signing_keys(std::string const& path);

// For the header webhook-signature: "v1,BASE64", one for each key, parted by blanks.
std::string sign(std::vector<SigningKey> const& keys, std::string_view id, UtcMicros time,
                 std::string_view body);
// For the header webhook-timestamp: whole seconds since 1970.
std::string timestamp(UtcMicros time);

// A fresh key in the form that stands in files and goes to the receiver. Fails with `unreadable` where the
// system has no randomness to give.
Result<Secret> make_signing_key();

// Puts `fresh` in front of the keys of the file and keeps the newest of those that were there beside it,
// so that both sign. The file is replaced in one step and keeps its mode and owner.
Result<void> rotate_key_file(std::string const& path, Secret const& fresh);
// Ends a rotation: keeps the newest key only. Returns how many went.
Result<std::size_t> finish_rotation(std::string const& path);

}  // namespace newsfold::webhook
