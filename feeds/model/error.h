#pragma once
// How Newsfold says that something did not work: a value that tells the caller what to do next.
// `Result` crosses module borders; codes and exceptions of libraries do not.

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold {

// What the caller should do next. Where and why it happened is the message's business. The names are
// printed by the commands and the API: a name is never given a second meaning.
enum class ErrorCode : std::uint8_t {
  unreachable,  // ask again later: DNS, TLS, timeout, 429, 5xx
  gone,         // stop asking: 410, or 404 for long
  refused,      // a rule forbids it: private address, robots.txt, scheme
  malformed,    // asking again brings the same bytes
  not_a_feed,   // readable, but no feed of any format that we know
  too_large,    // a limit of ours; the message names its key in config.toml
  unreadable,   // a file or directory of this machine cannot be read or written
  not_found,    // no such article, feed, subscription
  invalid,      // the request, argument or configuration is wrong; the message says how
  conflict,     // another holder, another epoch
  expired,      // a cursor older than what is retained
  corrupt,      // a row of ours does not decode: set it aside, never guess
  no_space,     // the disk is full: pause, say so, go on when there is room
  cancelled,    // the daemon is stopping
};

std::string_view to_string(ErrorCode code) noexcept;

struct Error {
  ErrorCode code{};
  std::string message;  // for a person: what was tried, on what, what came back
};

// boost::system::result wants to know how an unchecked value() fails: by an exception, because reading
// a value that is not there is a bug of ours.
[[noreturn]] void throw_exception_from_error(Error const& error, boost::source_location const& where);

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace newsfold
