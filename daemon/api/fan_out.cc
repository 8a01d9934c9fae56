#include "daemon/api/fan_out.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace newsfold::api {

namespace asio = boost::asio;
using boost::system::error_code;
using Time = std::chrono::steady_clock;

namespace {

constexpr std::size_t chatter_bytes_max = 16 * 1024;  // of a client that talks while it should listen

using Bytes = std::shared_ptr<std::string const>;

struct Group;

struct Peer {
  explicit Peer(FanOut::Member m) : member(std::move(m)) {}
  FanOut::Member member;  // its filter stands in the group
  Group* group = nullptr;
  std::size_t index = 0;  // in the group
  Bytes rest;             // being written: the socket is full
  std::size_t written = 0;
  Time::time_point progress_at;  // where rest is set
  std::size_t chatter_bytes = 0;
  bool gone = false;
};
using PeerPtr = std::shared_ptr<Peer>;

struct Group {
  notify::Filter filter;
  StreamFormat format = StreamFormat::ndjson;
  Sequence cursor{};
  Sequence previous{};
  Time::time_point sent_at;
  std::vector<PeerPtr> peers;
};

// A batch on its way to a group.
struct Shared {
  Bytes bytes;  // null: nothing to send, only the cursor moves
  std::size_t events = 0;
  Sequence from{};
  Sequence to{};
  Sequence previous{};  // after it
  bool lost = false;    // memory has moved on beyond the group: all of it reads the disk
};

void prepare(FanOut::Socket& socket, std::chrono::milliseconds write_timeout) {
  error_code ignored;
  socket.native_non_blocking(true, ignored);
  auto const fd = socket.native_handle();
  int const size = FanOut::send_buffer_bytes;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  int const on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a Unix socket, which has no delay
  auto const patience = static_cast<unsigned>(2 * write_timeout.count());
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
}

}  // namespace

struct FanOut::State : std::enable_shared_from_this<FanOut::State> {
  State(notify::ChangeFeed& f, Epoch e, FanOutOptions o, Behind b)
      : feed(f),
        epoch(e),
        options(o),
        behind(std::move(b)),
        pass_timer(feed.executor()),
        bookmark_timer(feed.executor()),
        stuck_timer(feed.executor()) {}

  notify::ChangeFeed& feed;
  Epoch epoch;
  FanOutOptions options;
  Behind behind;
  FanOutCounters counters;
  std::map<std::string, Group> groups;
  std::size_t size = 0;
  std::unordered_set<PeerPtr> blocked;
  bool closed = false;
  notify::ChangeFeed::Listening listening;

  asio::steady_timer pass_timer;
  asio::steady_timer bookmark_timer;
  asio::steady_timer stuck_timer;
  bool bookmark_timer_runs = false;
  bool stuck_timer_runs = false;

  // The pass under way: which group, what it gets, how many of its peers (from the end) are yet to be served.
  bool passing = false;
  bool scheduled = false;
  bool again = false;  // something came meanwhile
  Time::time_point pass_began;
  std::map<std::string, Group>::iterator at;
  std::optional<Shared> sending;
  std::size_t left = 0;

  // Whether what follows `cursor` is in memory, or is yet to come.
  bool reachable(Sequence cursor) const {
    return number(cursor) >= number(feed.last()) || feed.find(Sequence{number(cursor) + 1}) != nullptr;
  }
  Bytes render(notify::Filter const& filter, StreamFormat format, Sequence& cursor, Sequence& previous,
               std::size_t& events);
  Shared next_for(Group& group);
  void schedule();
  void begin_pass();
  void slice();
  void serve(PeerPtr const& peer, Shared const& batch);
  bool send(PeerPtr const& peer, Bytes const& bytes, std::size_t events);
  void block(PeerPtr const& peer, Bytes const& bytes, std::size_t written);
  void wait_writable(PeerPtr const& peer);
  void on_writable(PeerPtr const& peer);
  void catch_up(PeerPtr const& peer);
  void listen_to(PeerPtr const& peer);
  void on_readable(PeerPtr const& peer);
  void leave(PeerPtr const& peer);
  void drop(PeerPtr const& peer);
  void hand_back(PeerPtr const& peer);
  void run_bookmark_timer();
  void run_stuck_timer();
};

// What follows `cursor` in memory, up to a batch; null where nothing passes the filter. Both numbers move.
Bytes FanOut::State::render(notify::Filter const& filter, StreamFormat format, Sequence& cursor,
                            Sequence& previous, std::size_t& events) {
  std::string bytes;
  events = 0;
  while (events < batch_events_max && bytes.size() < batch_bytes_max) {
    auto* const entry = feed.find(Sequence{number(cursor) + 1});
    if (entry == nullptr) break;
    cursor = entry->view.sequence;
    if (!filter.matches(entry->view, entry->text)) continue;
    append_event(bytes, format, entry->view, previous);
    previous = cursor;
    ++events;
  }
  if (events == 0) return nullptr;
  return std::make_shared<std::string const>(chunk(bytes));
}

void FanOut::State::schedule() {
  again = true;
  if (scheduled || passing || closed) return;
  scheduled = true;
  auto const now = Time::now();
  if (now - pass_began >= pass_gap) {
    asio::post(feed.executor(), [self = shared_from_this()] { self->begin_pass(); });
    return;
  }
  pass_timer.expires_at(pass_began + pass_gap);
  pass_timer.async_wait([self = shared_from_this()](error_code cancelled) {
    if (!cancelled) self->begin_pass();
  });
}

void FanOut::State::begin_pass() {
  scheduled = false;
  if (closed) return;
  passing = true;
  again = false;
  pass_began = Time::now();
  // Groups that nobody is in any more leave between two passes.
  std::erase_if(groups, [](auto const& entry) { return entry.second.peers.empty(); });
  at = groups.begin();
  sending.reset();
  slice();
}

Shared FanOut::State::next_for(Group& group) {
  Shared batch;
  batch.from = group.cursor;
  batch.lost = !reachable(group.cursor);
  batch.bytes = render(group.filter, group.format, group.cursor, group.previous, batch.events);
  batch.to = group.cursor;
  batch.previous = group.previous;
  auto const now = Time::now();
  if (batch.bytes) {
    group.sent_at = now;
  } else if (!batch.lost && now - group.sent_at >= bookmark_after(options.bookmark_interval)) {
    batch.bytes =
        std::make_shared<std::string const>(chunk(bookmark_bytes(group.format, group.cursor, epoch)));
    group.sent_at = now;
  }
  return batch;
}

void FanOut::State::slice() {
  if (closed) return;
  for (std::size_t budget = slice_writes; budget > 0;) {
    if (!sending) {
      if (at == groups.end()) break;
      sending = next_for(at->second);
      left = at->second.peers.size();
      --budget;
      if (!sending->bytes && !sending->lost && number(sending->from) == number(sending->to)) left = 0;
    }
    auto& peers = at->second.peers;
    // From the end, so that a peer that leaves, whose place the last one takes, lets nobody be passed over.
    left = std::min(left, peers.size());
    for (; left > 0 && budget > 0; --budget) {
      --left;
      auto const peer = peers[left];
      serve(peer, *sending);
      left = std::min(left, peers.size());
    }
    if (left > 0) break;
    if (number(at->second.cursor) < number(feed.last()) && reachable(at->second.cursor)) again = true;
    sending.reset();
    ++at;
  }
  if (sending || at != groups.end()) {
    asio::post(feed.executor(), [self = shared_from_this()] { self->slice(); });
    return;
  }
  passing = false;
  if (again) schedule();
}

void FanOut::State::serve(PeerPtr const& peer, Shared const& batch) {
  auto& member = peer->member;
  if (peer->rest) return;  // it reads on by itself when its socket takes bytes again
  if (batch.lost) {
    // Also one that is further: its group would stand here for as long as it is in it.
    hand_back(peer);
    return;
  }
  if (number(member.cursor) != number(batch.from)) {
    if (number(member.cursor) < number(batch.to)) catch_up(peer);
    return;
  }
  member.cursor = batch.to;
  member.previous = batch.previous;
  if (batch.bytes) send(peer, batch.bytes, batch.events);
}

// False where the socket did not take it all.
bool FanOut::State::send(PeerPtr const& peer, Bytes const& bytes, std::size_t events) {
  counters.events_sent += events;
  ++counters.writes;
  auto const sent =
      ::send(peer->member.socket.native_handle(), bytes->data(), bytes->size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes->size())) return true;
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    drop(peer);
    return false;
  }
  block(peer, bytes, sent < 0 ? 0 : static_cast<std::size_t>(sent));
  return false;
}

void FanOut::State::block(PeerPtr const& peer, Bytes const& bytes, std::size_t written) {
  peer->rest = bytes;
  peer->written = written;
  peer->progress_at = Time::now();
  blocked.insert(peer);
  wait_writable(peer);
  run_stuck_timer();
}

void FanOut::State::wait_writable(PeerPtr const& peer) {
  peer->member.socket.async_wait(Socket::wait_write, [self = shared_from_this(), peer](error_code failure) {
    if (self->closed || peer->gone) return;
    if (failure) {
      self->drop(peer);
    } else if (peer->rest) {
      self->on_writable(peer);
    } else {
      self->catch_up(peer);
    }
  });
}

void FanOut::State::on_writable(PeerPtr const& peer) {
  auto const& bytes = *peer->rest;
  auto const sent = ::send(peer->member.socket.native_handle(), bytes.data() + peer->written,
                           bytes.size() - peer->written, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    drop(peer);
    return;
  }
  if (sent > 0) {
    peer->written += static_cast<std::size_t>(sent);
    peer->progress_at = Time::now();
  }
  if (peer->written < bytes.size()) {
    wait_writable(peer);
    return;
  }
  peer->rest.reset();
  blocked.erase(peer);
  catch_up(peer);
}

// For one that is not in step with its group: what it lacks of what the group had, a batch at a time.
void FanOut::State::catch_up(PeerPtr const& peer) {
  auto& member = peer->member;
  auto const& group = *peer->group;
  if (number(member.cursor) >= number(group.cursor)) return;
  if (feed.find(Sequence{number(member.cursor) + 1}) == nullptr) {
    hand_back(peer);
    return;
  }
  std::size_t events = 0;
  auto const bytes = render(group.filter, group.format, member.cursor, member.previous, events);
  if (bytes && !send(peer, bytes, events)) return;
  // Others come first.
  if (number(member.cursor) < number(group.cursor)) wait_writable(peer);
}

// A subscriber has nothing to say; what can be read tells that it left.
void FanOut::State::listen_to(PeerPtr const& peer) {
  peer->member.socket.async_wait(Socket::wait_read, [self = shared_from_this(), peer](error_code failure) {
    if (self->closed || peer->gone) return;
    if (failure)
      self->drop(peer);
    else
      self->on_readable(peer);
  });
}

void FanOut::State::on_readable(PeerPtr const& peer) {
  char scratch[1024];
  auto const got = ::recv(peer->member.socket.native_handle(), scratch, sizeof scratch, MSG_DONTWAIT);
  bool const nothing = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (got > 0) peer->chatter_bytes += static_cast<std::size_t>(got);
  if ((got <= 0 && !nothing) || peer->chatter_bytes > chatter_bytes_max)
    drop(peer);
  else
    listen_to(peer);
}

void FanOut::State::leave(PeerPtr const& peer) {
  peer->gone = true;
  auto& peers = peer->group->peers;
  std::swap(peers[peer->index], peers.back());
  peers[peer->index]->index = peer->index;
  peers.pop_back();
  --size;
  if (peer->rest) {
    peer->rest.reset();
    blocked.erase(peer);
  }
}

void FanOut::State::drop(PeerPtr const& peer) {
  if (peer->gone) return;
  leave(peer);
  // The descriptor and the counts go now; handlers under way keep only the empty peer.
  [[maybe_unused]] auto const ended = std::move(peer->member);
}

void FanOut::State::hand_back(PeerPtr const& peer) {
  auto const filter = peer->group->filter;
  auto const format = peer->group->format;
  leave(peer);
  ++counters.fell_behind;
  error_code ignored;
  peer->member.socket.cancel(ignored);
  auto member = std::make_shared<Member>(std::move(peer->member));
  member->filter = filter;
  member->format = format;
  asio::post(feed.executor(), [self = shared_from_this(), member] {
    if (!self->closed) self->behind(std::move(*member));
  });
}

void FanOut::State::run_bookmark_timer() {
  if (bookmark_timer_runs || closed || size == 0) return;
  bookmark_timer_runs = true;
  auto due = Time::now() + bookmark_after(options.bookmark_interval);
  for (auto const& [key, group] : groups)
    if (!group.peers.empty()) due = std::min(due, group.sent_at + bookmark_after(options.bookmark_interval));
  bookmark_timer.expires_at(std::max(due, Time::now() + std::chrono::milliseconds(1)));
  bookmark_timer.async_wait([self = shared_from_this()](error_code cancelled) {
    self->bookmark_timer_runs = false;
    if (cancelled || self->closed) return;
    self->schedule();
    self->run_bookmark_timer();
  });
}

void FanOut::State::run_stuck_timer() {
  if (stuck_timer_runs || closed || blocked.empty()) return;
  stuck_timer_runs = true;
  stuck_timer.expires_after(
      std::max<std::chrono::milliseconds>(options.write_timeout / 8, std::chrono::milliseconds(1)));
  stuck_timer.async_wait([self = shared_from_this()](error_code cancelled) {
    self->stuck_timer_runs = false;
    if (cancelled || self->closed) return;
    auto const limit = Time::now() - self->options.write_timeout;
    auto const looked_at = self->blocked;
    for (auto const& peer : looked_at) {
      if (peer->gone || peer->progress_at > limit) continue;
      ++self->counters.stuck_dropped;
      self->drop(peer);
    }
    self->run_stuck_timer();
  });
}

FanOut::FanOut(notify::ChangeFeed& feed, Epoch epoch, FanOutOptions options, Behind behind)
    : state_(std::make_shared<State>(feed, epoch, options, std::move(behind))) {
  state_->listening = feed.listen([state = state_.get()] { state->schedule(); });
}

FanOut::~FanOut() { close(); }

void FanOut::join(Member member) {
  auto& state = *state_;
  if (state.closed) return;
  prepare(member.socket, state.options.write_timeout);
  auto const key = std::to_string(static_cast<int>(member.format)) + member.filter.key();
  auto [found, is_new] = state.groups.try_emplace(key);
  auto& group = found->second;
  // One that was left by all, or by memory, stands nowhere.
  if (is_new || group.peers.empty() || !state.reachable(group.cursor)) {
    group.filter = member.filter;
    group.format = member.format;
    group.cursor = member.cursor;
    group.previous = member.previous;
    group.sent_at = Time::now();
  }
  member.filter = {};
  auto const peer = std::make_shared<Peer>(std::move(member));
  peer->group = &group;
  peer->index = group.peers.size();
  group.peers.push_back(peer);
  ++state.size;
  state.listen_to(peer);
  if (number(peer->member.cursor) < number(group.cursor)) state.wait_writable(peer);
  if (number(group.cursor) < number(state.feed.last())) state.schedule();
  state.run_bookmark_timer();
}

void FanOut::close() {
  auto& state = *state_;
  if (state.closed) return;
  state.closed = true;
  state.listening = {};
  state.pass_timer.cancel();
  state.bookmark_timer.cancel();
  state.stuck_timer.cancel();
  auto const end = std::make_shared<std::string const>(last_chunk);
  for (auto& [key, group] : state.groups) {
    for (auto const& peer : group.peers) {
      auto& member = peer->member;
      auto const write = [&](Bytes const& bytes) {
        return ::send(member.socket.native_handle(), bytes->data(), bytes->size(),
                      MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes->size());
      };
      bool in_step = !peer->rest;
      while (in_step && state.feed.find(Sequence{number(member.cursor) + 1}) != nullptr) {
        std::size_t events = 0;
        auto const bytes = state.render(group.filter, group.format, member.cursor, member.previous, events);
        if (bytes) in_step = write(bytes);
      }
      if (in_step) write(end);
      peer->gone = true;
      [[maybe_unused]] auto const ended = std::move(member);
    }
  }
  state.groups.clear();
  state.blocked.clear();
  state.size = 0;
}

FanOutCounters const& FanOut::counters() const noexcept { return state_->counters; }
std::size_t FanOut::size() const noexcept { return state_->size; }

}  // namespace newsfold::api
