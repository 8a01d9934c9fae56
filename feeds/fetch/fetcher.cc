#include "feeds/fetch/fetcher.h"

#include "feeds/fetch/address_cache.h"
#include "feeds/fetch/address_guard.h"
#include "feeds/fetch/curl_loop.h"
#include "feeds/fetch/header_lines.h"
#include "feeds/fetch/resolve_rules.h"
#include "feeds/fetch/server_verification.h"
#include "feeds/fetch/slots.h"
#include "feeds/fetch/target.h"
#include "feeds/fetch/tls_sessions.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace newsfold::fetch {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr long stall_bytes_per_second = 10;
constexpr long upload_buffer_bytes =
    16 * 1024;  // libcurl's least; its 64 KB default costs that per TLS transfer

char const* accept_line(Accept accept) {
  switch (accept) {
    case Accept::feed:
      return "Accept: application/atom+xml, application/rss+xml, application/feed+json, "
             "application/rdf+xml;q=0.9, "
             "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1";
    case Accept::page: return "Accept: text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1";
    case Accept::robots: return "Accept: text/plain, */*;q=0.1";
    case Accept::any: return "Accept: */*";
  }
  return "Accept: */*";
}

class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(HeaderList const&) = delete;
  HeaderList& operator=(HeaderList const&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(char const* line) { list_ = curl_slist_append(list_, line); }
  void add(std::string const& line) { add(line.c_str()); }
  curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::optional<asio::ip::address> address_of(curl_sockaddr const& to) {
  if (to.family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &to.addr, sizeof in);
    return asio::ip::address_v4(ntohl(in.sin_addr.s_addr));
  }
  if (to.family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &to.addr, sizeof in);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return asio::ip::address_v6(bytes);
  }
  return std::nullopt;
}

// What a host stands for wherever it is resolved; none where only DNS knows.
std::optional<asio::ip::address> address_in_name(Target const& target) {
  std::string_view name = target.host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name == "localhost" || name.ends_with(".localhost")) return asio::ip::address_v4::loopback();
  if (!target.host_is_address()) return std::nullopt;
  if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
  boost::system::error_code error;
  auto address = asio::ip::make_address(std::string(name), error);
  if (error) return std::nullopt;
  return address;
}

std::string peer_of(Target const& target) { return target.host + ':' + std::to_string(target.port); }

// Whole milliseconds, at least one: libcurl takes 0 for "no limit".
long at_least_one(milliseconds time) {
  return static_cast<long>(std::max<milliseconds::rep>(1, time.count()));
}

}  // namespace

struct Fetcher::State {
  State(asio::any_io_executor e, FetchOptions o, AddressGuard g, ResolveRules r)
      : executor(e),
        options(std::move(o)),
        guard(std::move(g)),
        rules(std::move(r)),
        addresses(options.address_ttl, options.addresses_max),
        verification(options.ca_file),
        sessions(options.tls_sessions_max),
        slots(e, options.transfers_max),
        loop(e, static_cast<long>(options.idle_connections_max)) {}
  ~State() {
    assert(counters.in_flight == 0 && "cancel and await every fetch before the fetcher goes");
    for (CURL* easy : idle) curl_easy_cleanup(easy);
  }

  struct Exchange;  // one hop of one fetch, while libcurl works on it

  asio::awaitable<Result<Response>> run(Request request);
  asio::awaitable<CURLcode> perform(Exchange& exchange);
  void prepare(Exchange& exchange);
  Error explain(Exchange const& exchange, CURLcode code) const;
  CURL* take_handle();

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* exchange);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* exchange);
  static curl_socket_t on_open_socket(void* exchange, curlsocktype purpose, curl_sockaddr* to);
  static int on_close_socket(void* state, curl_socket_t socket);
  static CURLcode on_tls_context(CURL* easy, void* context, void* exchange);

  asio::any_io_executor executor;
  FetchOptions options;
  AddressGuard guard;
  ResolveRules rules;
  AddressCache addresses;
  ServerVerification verification;
  TlsSessions sessions;
  FetchCounters counters;
  Slots slots;
  struct OpenConnection {
    AddressCache::Host* host = nullptr;
    bool by_address = false;
  };
  // What a socket is from now on; answers what it was.
  OpenConnection remember(curl_socket_t socket, OpenConnection connection);
  std::vector<OpenConnection> open;  // by descriptor: these are small numbers
  std::vector<CURL*> idle;
  CurlLoop loop;  // last: closing its connections calls on_close_socket
};

struct Fetcher::State::Exchange {
  State& state;
  Request const& request;
  Target const& target;
  bool send_validators = false;
  bool send_credentials = false;
  SteadyClock::time_point deadline;

  CURL* easy = nullptr;
  HeaderList header_list;
  std::unique_ptr<curl_slist, FreeList> connect_to;
  AddressCache::Use host{};  // null: a rule, a proxy or a literal says where to connect
  bool by_address = false;
  char detail[CURL_ERROR_SIZE] = {};

  HeaderLines lines;
  std::string body;
  std::size_t header_bytes = 0;
  enum class Broken : std::uint8_t { none, header_limit, body_limit, refused_address } broken = Broken::none;
  std::string refused_address;

  bool connects = false;  // to an address that is not refused: what comes of that is the answer

  void refuse(std::string address) {
    ++state.counters.refused;
    if (connects) return;
    broken = Broken::refused_address;
    refused_address = std::move(address);
  }
};

std::size_t Fetcher::State::on_header(char* bytes, std::size_t size, std::size_t count, void* pointer) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  std::size_t const length = size * count;
  exchange.header_bytes += length;
  if (exchange.header_bytes > exchange.request.limits.header_bytes_max) {
    exchange.broken = Exchange::Broken::header_limit;
    return 0;
  }
  exchange.lines.add({bytes, length});
  return length;
}

std::size_t Fetcher::State::on_body(char* bytes, std::size_t size, std::size_t count, void* pointer) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  std::size_t const length = size * count;
  std::size_t const room = exchange.request.limits.body_bytes_max - exchange.body.size();
  if (length > room) {
    exchange.broken = Exchange::Broken::body_limit;
    if (exchange.request.cuts_body) exchange.body.append(bytes, room);
    return 0;
  }
  exchange.body.append(bytes, length);
  return length;
}

Fetcher::State::OpenConnection Fetcher::State::remember(curl_socket_t socket, OpenConnection connection) {
  auto const at = static_cast<std::size_t>(socket);
  if (at >= open.size()) open.resize(at + 1);
  return std::exchange(open[at], connection);
}

// Asked with the very address that is about to be connected to: rebinding a name changes nothing.
curl_socket_t Fetcher::State::on_open_socket(void* pointer, curlsocktype, curl_sockaddr* to) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  State& state = exchange.state;
  // A proxy is the operator's choice, and who connects to the feed is then the proxy.
  if (state.options.proxy.empty()) {
    auto const address = address_of(*to);
    if (!address || !state.guard.allows(*address)) {
      exchange.refuse(address ? address->to_string() : "an unknown address family");
      return CURL_SOCKET_BAD;
    }
  }
  curl_socket_t const socket =
      ::socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
  if (socket == CURL_SOCKET_BAD) return socket;
  // We speak first, and at once: the handshake's last acknowledgement travels with the request instead of
  // ahead of it (tcp(7)). Where that fails, it is a packet of its own again.
  int const off = 0;
  setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
  ++state.counters.connections;
  exchange.connects = true;
  if (exchange.broken == Exchange::Broken::refused_address) exchange.broken = Exchange::Broken::none;
  state.remember(socket, {exchange.host.get(), exchange.by_address});
  state.loop.adopt(socket);
  if (exchange.host) ++(exchange.by_address ? exchange.host->open_by_address : exchange.host->open_by_name);
  return socket;
}

int Fetcher::State::on_close_socket(void* pointer, curl_socket_t socket) {
  auto& state = *static_cast<State*>(pointer);
  auto const [host, by_address] = state.remember(socket, {});
  if (host) --(by_address ? host->open_by_address : host->open_by_name);
  state.loop.forget(socket);
  return ::close(socket);
}

CURLcode Fetcher::State::on_tls_context(CURL*, void* context, void* pointer) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  auto* const tls = static_cast<SSL_CTX*>(context);
  switch (exchange.state.verification.prepare(tls, exchange.target.host)) {
    case ServerVerification::Prepared::yes: break;
    case ServerVerification::Prepared::no_authorities: return CURLE_SSL_CACERT_BADFILE;
    case ServerVerification::Prepared::no_host: return CURLE_PEER_FAILED_VERIFICATION;
  }
  exchange.state.sessions.attach(tls, peer_of(exchange.target));
  return CURLE_OK;
}

// A handle with everything set that is the same for all requests.
CURL* Fetcher::State::take_handle() {
  if (!idle.empty()) {
    CURL* const easy = idle.back();
    idle.pop_back();
    return easy;
  }
  CURL* const easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, br, zstd");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  // "": not even the environment's. NO_PROXY of the environment would go past ours and the guard.
  curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  // on_tls_context has servers verified in the handshake. libcurl, asked to do it, wants to see a certificate
  // on resumption as well, and reads a bundle itself.
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  for (auto const path : {CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH})
    curl_easy_setopt(easy, path, nullptr);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);  // ours instead
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);  // ours instead
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);         // never wait for a resolver's thread
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, static_cast<long>(options.idle_connection_max.count()));
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, upload_buffer_bytes);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, stall_bytes_per_second);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  return easy;
}

void Fetcher::State::prepare(Exchange& exchange) {
  auto const& request = exchange.request;
  auto const now = SteadyClock::now();
  CURL* const easy = exchange.easy = take_handle();
  curl_easy_setopt(easy, CURLOPT_URL, exchange.target.url.c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange.detail);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &exchange);

  auto const left = std::chrono::ceil<milliseconds>(exchange.deadline - now);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, at_least_one(left));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, at_least_one(request.limits.connect_max));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.limits.stall_max.count()));

  auto& list = exchange.header_list;
  list.add(accept_line(request.accept));
  if (exchange.send_validators) {
    if (!request.etag.empty()) list.add("If-None-Match: " + request.etag);
    if (!request.last_modified.empty()) list.add("If-Modified-Since: " + request.last_modified);
  }
  curl_easy_setopt(easy, CURLOPT_USERNAME, nullptr);
  curl_easy_setopt(easy, CURLOPT_PASSWORD, nullptr);
  if (exchange.send_credentials) {
    auto const& credentials = request.credentials;
    if (!credentials.user.empty() || !credentials.password.empty()) {
      curl_easy_setopt(easy, CURLOPT_USERNAME, credentials.user.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, credentials.password.c_str());
    }
    if (!credentials.bearer.empty()) list.add("Authorization: Bearer " + credentials.bearer);
    for (auto const& [name, value] : credentials.headers) list.add(name + ": " + value);
  }
  if (request.method == Method::post) {
    list.add("Content-Type: " + request.body_content_type);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  } else {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);  // libcurl takes even this for the wish to POST
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list.get());

  std::string connect_to(rules.find(exchange.target.host, exchange.target.port));
  if (connect_to.empty() && options.proxy.empty() && !exchange.target.host_is_address()) {
    exchange.host = addresses.host(peer_of(exchange.target));
    if (auto const address = AddressCache::address_for(*exchange.host, now); !address.empty()) {
      exchange.by_address = true;
      bool const v6 = address.find(':') != std::string_view::npos;
      connect_to = "::" + (v6 ? '[' + std::string(address) + ']' : std::string(address)) + ":";
    }
  }
  exchange.connect_to.reset(connect_to.empty() ? nullptr : curl_slist_append(nullptr, connect_to.c_str()));
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, exchange.connect_to.get());
}

namespace {

// Gives the handle back whatever happens, a cancellation included.
struct HandleReturn {
  std::vector<CURL*>& idle;
  CURL*& easy;
  std::size_t kept_max;
  ~HandleReturn() {
    if (!easy) return;
    // Nothing may point to what dies with the exchange.
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, nullptr);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);
    if (idle.size() < kept_max)
      idle.push_back(easy);
    else
      curl_easy_cleanup(easy);
  }
};
constexpr std::size_t idle_handles_max = 64;

struct InFlight {
  std::size_t& count;
  explicit InFlight(std::size_t& c) : count(c) { ++count; }
  ~InFlight() { --count; }
};

template <class Long>
Long info(CURL* easy, CURLINFO what) {
  Long value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

}  // namespace

Error Fetcher::State::explain(Exchange const& exchange, CURLcode code) const {
  std::string const& host = exchange.target.host;
  auto const& limits = exchange.request.limits;
  auto const said = [&](std::string_view what) {
    std::string text = host + ": " + std::string(what);
    if (exchange.detail[0]) text += std::string(" (") + exchange.detail + ')';
    return text;
  };
  switch (exchange.broken) {
    case Exchange::Broken::none: break;
    case Exchange::Broken::header_limit:
      return {ErrorCode::too_large, host + ": more than " + std::to_string(limits.header_bytes_max) +
                                        " bytes of header lines (fetch.header_max)"};
    case Exchange::Broken::body_limit:
      return {ErrorCode::too_large, host + ": the body decodes to more than " +
                                        std::to_string(limits.body_bytes_max) + " bytes (fetch.body_max)"};
    case Exchange::Broken::refused_address:
      return {ErrorCode::refused, host + " is at " + exchange.refused_address +
                                      ", which is not a public address (fetch.allow_private)"};
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return {ErrorCode::unreachable, host + ": the name does not resolve"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {ErrorCode::unreachable, "the name of fetch.proxy does not resolve"};
    case CURLE_COULDNT_CONNECT: return {ErrorCode::unreachable, said("no connection")};
    case CURLE_OPERATION_TIMEDOUT: return {ErrorCode::unreachable, said("too slow")};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER: return {ErrorCode::unreachable, said("TLS failed")};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::unreadable, "the certificates of fetch.ca_file cannot be read: " + options.ca_file};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return {ErrorCode::unreachable, said("the connection broke")};
    case CURLE_BAD_CONTENT_ENCODING: return {ErrorCode::malformed, said("the body does not decompress")};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: return {ErrorCode::malformed, said("the answer is not HTTP")};
    case CURLE_URL_MALFORMAT: return {ErrorCode::malformed, said("not a usable URL")};
    default:  // libcurl's codes are not ours to enumerate
      return {ErrorCode::unreachable, said(curl_easy_strerror(code))};
  }
}

asio::awaitable<CURLcode> Fetcher::State::perform(Exchange& exchange) {
  prepare(exchange);
  ++counters.requests;
  CURLcode const code = co_await loop.perform(exchange.easy);
  auto const now = SteadyClock::now();
  if (exchange.connects && (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_OPERATION_TIMEDOUT))
    sessions.forget(peer_of(exchange.target));
  if (exchange.host && code == CURLE_OK && !exchange.by_address) {
    char const* address = nullptr;
    if (curl_easy_getinfo(exchange.easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address && *address)
      addresses.learn(*exchange.host, address, now);
  }
  counters.wire_bytes +=
      static_cast<std::uint64_t>(info<curl_off_t>(exchange.easy, CURLINFO_SIZE_DOWNLOAD_T)) +
      static_cast<std::uint64_t>(info<long>(exchange.easy, CURLINFO_HEADER_SIZE));
  co_return code;
}

asio::awaitable<Result<Response>> Fetcher::State::run(Request request) {
  auto first = parse_target(request.url);
  if (!first) co_return first.error();
  if (!is_header_safe(request.etag) || !is_header_safe(request.last_modified))
    co_return Error{ErrorCode::invalid, "a validator holds a line break"};
  // A user in the URL is a credential like any other, but one from the configuration's files wins.
  if (request.credentials.user.empty() && request.credentials.password.empty()) {
    request.credentials.user = first->user;
    request.credentials.password = first->password;
  }
  auto const slot = co_await slots.enter();
  InFlight const counted(counters.in_flight);
  auto const started = SteadyClock::now();
  auto const deadline = started + request.limits.total_max;
  Response response;
  Target target = std::move(*first);
  bool may_authenticate = true;
  std::vector<std::string> visited;

  for (;;) {
    // The first hop may be made twice; every other one is another URL.
    bool const gave_validators =
        request.validators_url.empty() ? visited.empty() : target.url == request.validators_url;
    Exchange exchange{
        .state = *this,
        .request = request,
        .target = target,
        .send_validators = gave_validators && !(request.etag.empty() && request.last_modified.empty()),
        .send_credentials = may_authenticate && !request.credentials.empty(),
        .deadline = deadline,
        .header_list = {},
        .connect_to = {},
        .lines = {},
        .body = {},
        .refused_address = {}};
    if (auto const address = address_in_name(target);
        address && !options.proxy.empty() && !guard.allows(*address)) {
      exchange.refuse(address->to_string());
      co_return explain(exchange, CURLE_OK);
    }
    HandleReturn const handle_return{idle, exchange.easy, idle_handles_max};
    CURLcode const code = co_await perform(exchange);
    if (code == CURLE_COULDNT_CONNECT && exchange.by_address) {
      // The host may have moved: the server has seen nothing of us, so ask DNS and go there.
      exchange.host->address.clear();
      continue;
    }
    response.wire_bytes +=
        static_cast<std::uint64_t>(info<curl_off_t>(exchange.easy, CURLINFO_SIZE_DOWNLOAD_T)) +
        static_cast<std::uint64_t>(info<long>(exchange.easy, CURLINFO_HEADER_SIZE));
    if (request.connected && info<curl_off_t>(exchange.easy, CURLINFO_PRETRANSFER_TIME_T) > 0)
      *request.connected = true;
    bool const cut = exchange.broken == Exchange::Broken::body_limit && request.cuts_body;
    if (code != CURLE_OK && !cut) co_return explain(exchange, code);

    auto const status = static_cast<unsigned>(info<long>(exchange.easy, CURLINFO_RESPONSE_CODE));
    bool const redirects =
        (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
        !exchange.lines.location.empty();
    if (redirects) {
      if (response.redirects.size() >= request.limits.redirects_max)
        co_return Error{ErrorCode::malformed, target.host + ": more than " +
                                                  std::to_string(request.limits.redirects_max) +
                                                  " redirects (fetch.redirects_max)"};
      auto next = follow(target, exchange.lines.location);
      if (!next) co_return next.error();
      visited.push_back(target.url);
      if (std::ranges::find(visited, next->url) != visited.end())
        co_return Error{ErrorCode::malformed, target.host + ": redirects in a circle"};
      response.redirects.push_back({target.url, next->url, status});
      if (!request.stays || request.stays(next->url)) {
        if (!may_keep_credentials(target, *next)) may_authenticate = false;
        if (status == 303 || (request.method == Method::post && status != 307 && status != 308))
          request.method = Method::get;
        target = std::move(*next);
        continue;
      }
    }

    response.status = status == 203 ? 200 : status;  // RFC 9110 15.3.4: a 200 that was transformed on the way
    response.final_url = std::move(target.url);
    response.headers = std::move(exchange.lines.headers);
    response.body = std::move(exchange.body);
    response.conditional = exchange.send_validators;
    char const* address = nullptr;
    if (exchange.host && curl_easy_getinfo(exchange.easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK &&
        address)
      response.address = address;
    response.total_time = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - started);
    co_return response;
  }
}

Fetcher::Fetcher(std::shared_ptr<State> state) : state_(std::move(state)) {}
Fetcher::~Fetcher() = default;

Result<std::unique_ptr<Fetcher>> Fetcher::create(asio::any_io_executor executor, FetchOptions options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  // Whoever else libcurl were built with would not ask on_tls_context, which alone has servers verified.
  auto const* const tls = curl_version_info(CURLVERSION_NOW)->ssl_version;
  if (!tls || !std::string_view(tls).starts_with("OpenSSL/"))
    return Error{ErrorCode::invalid, std::string("a libcurl that does TLS by OpenSSL is needed, not by ") +
                                         (tls ? tls : "nothing")};
  if (options.transfers_max == 0) return Error{ErrorCode::invalid, "fetch.transfers_max: at least 1"};
  if (!is_header_safe(options.user_agent))
    return Error{ErrorCode::invalid, "fetch.user_agent: holds a line break"};
  auto guard = AddressGuard::allowing(options.allow_private);
  if (!guard) return guard.error();
  if (!options.proxy.empty())
    if (auto const usable = check_proxy(options.proxy); !usable) return usable.error();
  auto rules = ResolveRules::parse(options.resolve);
  if (!rules) return rules.error();
  if (!options.ca_file.empty() && ::access(options.ca_file.c_str(), R_OK) != 0)
    return Error{ErrorCode::unreadable,
                 "fetch.ca_file: cannot read " + options.ca_file + ": " + std::strerror(errno)};
  auto state = std::make_shared<State>(executor, std::move(options), std::move(*guard), std::move(*rules));
  return std::unique_ptr<Fetcher>(new Fetcher(std::move(state)));
}

asio::awaitable<Result<Response>> Fetcher::fetch(Request request) { return state_->run(std::move(request)); }

FetchCounters Fetcher::counters() const noexcept {
  FetchCounters now = state_->counters;
  now.tls_resumed = state_->sessions.resumed();
  return now;
}

}  // namespace newsfold::fetch
