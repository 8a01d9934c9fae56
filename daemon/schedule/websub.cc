#include "daemon/schedule/websub.h"

#include "feeds/text/ascii.h"
#include "feeds/text/url.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <random>

namespace newsfold::schedule {

namespace {

constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t links_max = 64;  // of one Link line
constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_web_url(std::string_view url) {
  return url.size() <= url_bytes_max && (url.starts_with("https://") || url.starts_with("http://"));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Up to the next `end` outside of quotes; what follows it is left in `rest`.
std::string_view take_until(std::string_view& rest, std::string_view ends) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (rest[at] == '"') quoted = !quoted;
    if (quoted && rest[at] == '\\') ++at;
    if (!quoted && ends.find(rest[at]) != ends.npos) break;
  }
  auto const part = rest.substr(0, at);
  rest.remove_prefix(std::min(at, rest.size()));
  return part;
}

bool has_relation(std::string_view relations, std::string_view wanted) {
  while (!relations.empty()) {
    auto const space = relations.find(' ');
    if (text::equals_ignoring_case(relations.substr(0, space), wanted)) return true;
    relations = space == relations.npos ? std::string_view{} : relations.substr(space + 1);
  }
  return false;
}

// RFC 8288: <url>; rel="hub self", <url>; rel=self
void read_link_line(std::string_view line, std::string const& base, HubOffer& offer) {
  for (std::size_t n = 0; n < links_max; ++n) {
    auto const open = line.find('<');
    auto const close = open == line.npos ? line.npos : line.find('>', open);
    if (close == line.npos) return;
    auto const target = line.substr(open + 1, close - open - 1);
    line.remove_prefix(close + 1);
    std::string_view relations;
    while (!line.empty() && line.front() != ',') {
      line.remove_prefix(line.front() == ';' ? 1 : 0);
      auto const parameter = trimmed(take_until(line, ";,"));
      auto const equals = parameter.find('=');
      if (equals == parameter.npos ||
          !text::equals_ignoring_case(trimmed(parameter.substr(0, equals)), "rel"))
        continue;
      relations = trimmed(parameter.substr(equals + 1));
      if (relations.size() >= 2 && relations.front() == '"' && relations.back() == '"')
        relations = relations.substr(1, relations.size() - 2);
    }
    bool const is_hub = has_relation(relations, "hub"), is_self = has_relation(relations, "self");
    if (!is_hub && !is_self) continue;
    auto const url = text::resolve_url(target, base);
    if (!is_web_url(url)) continue;
    if (is_hub && offer.hub.empty()) offer.hub = url;
    if (is_self && offer.topic.empty()) offer.topic = url;
  }
}

std::string form_encoded(std::string_view text) {
  std::string out;
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    }
  }
  return out;
}

EVP_MD const* digest_named(std::string_view name) {
  if (name == "sha1") return EVP_sha1();
  if (name == "sha256") return EVP_sha256();
  if (name == "sha384") return EVP_sha384();
  if (name == "sha512") return EVP_sha512();
  return nullptr;
}

std::string hex(unsigned char const* bytes, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += hex_digits[bytes[i] >> 4];
    out += hex_digits[bytes[i] & 15];
  }
  return out;
}

}  // namespace

std::optional<HubOffer> offered_hub(std::vector<std::string> const& link_lines,
                                    DocumentReport const* document, std::string const& final_url) {
  HubOffer offer;
  for (auto const& line : link_lines) read_link_line(line, final_url, offer);
  if (offer.hub.empty() && document) {
    auto const hub = std::ranges::find_if(document->hubs, [](Hub const& one) {
      return (one.type.empty() || text::equals_ignoring_case(one.type, "WebSub")) && is_web_url(one.url);
    });
    if (hub != document->hubs.end()) offer.hub = hub->url;
  }
  if (offer.topic.empty() && document && is_web_url(document->self_url)) offer.topic = document->self_url;
  if (offer.hub.empty()) return std::nullopt;
  if (offer.topic.empty()) offer.topic = final_url;
  return offer;
}

std::string callback_of(PushState const& push, PushOptions const& options) {
  auto url = options.callback_url;
  if (!url.ends_with('/')) url += '/';
  return url + push.callback_id;
}

std::string subscription_form(PushMode mode, PushState const& push, PushOptions const& options) {
  std::string form = "hub.callback=" + form_encoded(callback_of(push, options)) +
                     "&hub.mode=" + (mode == PushMode::subscribe ? "subscribe" : "unsubscribe") +
                     "&hub.topic=" + form_encoded(push.topic);
  if (mode == PushMode::subscribe)
    form += "&hub.lease_seconds=" + std::to_string(options.lease_wanted.count()) +
            "&hub.secret=" + form_encoded(push.secret);
  return form;
}

bool signature_fits(std::string_view signature, std::string_view secret, std::string_view body) {
  auto const equals = signature.find('=');
  if (equals == signature.npos) return false;
  auto const* const digest = digest_named(signature.substr(0, equals));
  if (!digest) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (!HMAC(digest, secret.data(), static_cast<int>(secret.size()),
            reinterpret_cast<unsigned char const*>(body.data()), body.size(), mac.data(), &size))
    return false;
  auto const expected = hex(mac.data(), size);
  std::string given(signature.substr(equals + 1));
  for (char& c : given) c = text::to_lower(c);
  return given.size() == expected.size() &&
         CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

std::string random_token() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    std::random_device device;
    for (auto& byte : bytes) byte = static_cast<unsigned char>(device());
  }
  return hex(bytes.data(), bytes.size());
}

std::uint64_t callback_key(PushOptions const& options) {
  return std::max<std::uint64_t>(1, XXH3_64bits(options.callback_url.data(), options.callback_url.size()));
}

bool push_holds(PushState const* push, UtcMicros now) {
  return push && push->phase == PushState::Phase::active && push->lease_until > now;
}

void confirm_push(PushState& push, std::chrono::seconds lease, UtcMicros now) {
  if (push.active_since == UtcMicros{}) push.active_since = now;
  bool const caught = push.phase == PushState::Phase::distrusted || push.distrusted_at != UtcMicros{};
  bool const trusted = !caught || push.last_push > push.distrusted_at;
  push.phase = trusted ? PushState::Phase::active : PushState::Phase::distrusted;
  if (trusted) push.misses = 0;
  push.requested_at = {};  // answered
  push.lease_until = now + lease;
  push.renew_at = now + lease / 2;
}

bool confirmed_lately(PushState const& push, UtcMicros now) {
  // confirm_push placed the renewal at half of the lease.
  auto const confirmed_at = push.renew_at - (push.lease_until - push.renew_at);
  return push.phase != PushState::Phase::refused && push.requested_at == UtcMicros{} &&
         push.lease_until != UtcMicros{} && now - confirmed_at < std::chrono::minutes(10);
}

void judge_push(PushState& push, DocumentReport const& report, PushOptions const& options, UtcMicros since,
                UtcMicros now) {
  bool missed = false, dated = false;
  for (auto const& item : report.dated) {
    if (item.novelty != DocumentReport::DatedItem::Novelty::fresh) continue;
    dated = true;
    // What was published before we subscribed is not the hub's fault.
    missed |= item.published > push.active_since && now - item.published > options.late;
  }
  // Without dates the hub's silence from one poll to the next speaks.
  if (!dated) missed = report.new_items > 0 && push.active_since < since && push.last_push < since;
  push.misses = missed ? push.misses + 1 : 0;
  if (push.misses < options.misses_max) return;
  push.phase = PushState::Phase::distrusted;
  push.distrusted_at = now;
}

}  // namespace newsfold::schedule
