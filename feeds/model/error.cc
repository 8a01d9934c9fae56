#include "feeds/model/error.h"

#include <stdexcept>

namespace newsfold {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::unreachable: return "unreachable";
    case ErrorCode::gone: return "gone";
    case ErrorCode::refused: return "refused";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::not_a_feed: return "not_a_feed";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::unreadable: return "unreadable";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::expired: return "expired";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::no_space: return "no_space";
    case ErrorCode::cancelled: return "cancelled";
  }
  return "unknown";
}

void throw_exception_from_error(Error const& error, boost::source_location const&) {
  throw std::logic_error("value() of a failed Result: " + error.message);
}

}  // namespace newsfold
