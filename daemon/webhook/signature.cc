#include "daemon/webhook/signature.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace newsfold::webhook {

namespace {

constexpr std::string_view key_prefix = "whsec_";
constexpr std::size_t fresh_key_bytes = 32;

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  int const size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// Nothing where it is no base64 with its padding.
std::string from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return {};
  std::string out(text.size() / 4 * 3, '\0');
  int const size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<unsigned char const*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return {};
  std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

Error cannot(std::string const& what, std::string const& path) {
  return {ErrorCode::unreadable, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

struct KeyLine {
  std::size_t number = 0;
  std::string text;
};

Result<std::vector<KeyLine>> key_lines(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return cannot("read", path);
  std::vector<KeyLine> lines;
  std::size_t bytes = 0;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    bytes += line.size() + 1;
    if (bytes > key_file_bytes_max)
      return Error{ErrorCode::invalid, path + " is too large for a file of signing keys"};
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.pop_back();
    if (!line.empty() && line.front() != '#') lines.push_back({number, std::move(line)});
  }
  return lines;
}

// A new file beside it, then one rename: a reader sees the old keys or the new ones, never a half.
Result<void> replace_file(std::string const& path, std::string const& content) {
  struct stat before {};
  if (::stat(path.c_str(), &before) != 0) return cannot("read", path);
  std::string beside = path + ".XXXXXX";
  int const file = ::mkstemp(beside.data());
  if (file < 0) return cannot("write beside", path);
  auto const fail = [&]() -> Result<void> {
    auto const error = cannot("write", beside);
    ::close(file);
    ::unlink(beside.c_str());
    return error;
  };
  if (::fchmod(file, before.st_mode & 07777) != 0) return fail();
  if ((before.st_uid != ::geteuid() || before.st_gid != ::getegid()) &&
      ::fchown(file, before.st_uid, before.st_gid) != 0)
    return fail();
  for (std::size_t at = 0; at < content.size();) {
    auto const written = ::write(file, content.data() + at, content.size() - at);
    if (written <= 0) return fail();
    at += static_cast<std::size_t>(written);
  }
  if (::fsync(file) != 0) return fail();
  ::close(file);
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    auto const error = cannot("replace", path);
    ::unlink(beside.c_str());
    return error;
  }
  return {};
}

}  // namespace

Result<SigningKey> SigningKey::parse(std::string_view text) {
  if (!text.starts_with(key_prefix))
    return Error{ErrorCode::invalid, "a signing key begins with whsec_ (Standard Webhooks)"};
  auto bytes = from_base64(text.substr(key_prefix.size()));
  if (bytes.size() < key_bytes_min || bytes.size() > key_bytes_max)
    return Error{ErrorCode::invalid, "a signing key is whsec_ and " + std::to_string(key_bytes_min) + " to " +
                                         std::to_string(key_bytes_max) + " bytes in base64"};
  SigningKey key;
  key.bytes_ = Secret(std::move(bytes));
  return key;
}

Result<std::vector<SigningKey>> read_signing_keys(std::string const& path) {
  auto const lines = key_lines(path);
  if (!lines) return lines.error();
  std::vector<SigningKey> keys;
  for (auto const& line : *lines) {
    auto key = SigningKey::parse(line.text);
    if (!key)
      return Error{key.error().code, path + ":" + std::to_string(line.number) + ": " + key.error().message};
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return Error{ErrorCode::invalid, path + " holds no signing key"};
  if (keys.size() > keys_max)
    return Error{ErrorCode::invalid, path + " holds more than " + std::to_string(keys_max) + " signing keys"};
  return keys;
}

std::string timestamp(UtcMicros time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

std::string sign(std::vector<SigningKey> const& keys, std::string_view id, UtcMicros time,
                 std::string_view body) {
  std::string content;
  content.reserve(id.size() + body.size() + 16);
  content.append(id).append(1, '.').append(timestamp(time)).append(1, '.').append(body);
  std::string out;
  for (auto const& key : keys) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.bytes().size()),
         reinterpret_cast<unsigned char const*>(content.data()), content.size(), digest.data(), &size);
    if (!out.empty()) out += ' ';
    out += "v1," + base64({reinterpret_cast<char const*>(digest.data()), size});
  }
  return out;
}

Result<Secret> make_signing_key() {
  std::array<unsigned char, fresh_key_bytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return Error{ErrorCode::unreadable, "the system gives no random bytes"};
  return Secret(std::string(key_prefix) +
                base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()}));
}

Result<void> rotate_key_file(std::string const& path, Secret const& fresh) {
  if (auto const checked = read_signing_keys(path); !checked) return checked.error();
  auto const lines = key_lines(path);
  if (!lines) return lines.error();
  return replace_file(path, fresh.reveal() + "\n" + lines->front().text + "\n");
}

Result<std::size_t> finish_rotation(std::string const& path) {
  if (auto const checked = read_signing_keys(path); !checked) return checked.error();
  auto const lines = key_lines(path);
  if (!lines) return lines.error();
  if (lines->size() == 1) return std::size_t{0};
  if (auto const replaced = replace_file(path, lines->front().text + "\n"); !replaced)
    return replaced.error();
  return lines->size() - 1;
}

}  // namespace newsfold::webhook
