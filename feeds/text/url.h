#pragma once
// URLs as publishers write them: with blanks, line breaks, backslashes and letters of every alphabet.
// Nothing here fails; a reference that cannot be read comes back as it is, and `is_allowed_url` has the
// last word before it reaches anybody.

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::text {

// "https" of "HTTPS://x" in lower case is the caller's business: this is the scheme as written, without
// its colon; "" for a relative reference.
std::string_view scheme_of(std::string_view url) noexcept;

// The host as written, without user, port and brackets; "" where there is none.
std::string_view host_of(std::string_view url) noexcept;

// RFC 3986 section 5.2, made robust: white space around it and line breaks inside are dropped, blanks and
// other characters that no URL has are escaped, a base that is no absolute URL counts as none. Without a
// base the cleaned reference; a base of more than base_bytes_max loses its query, and counts as none where
// that is not enough, or each short link of a page would be as long as its base. Never adds or removes
// anything else: an absolute URL keeps its spelling.
constexpr std::size_t base_bytes_max = 512;
std::string resolve_url(std::string_view reference, std::string_view base);

enum class UrlUse : unsigned char {
  link,   // may be followed by a person: http, https, mailto, tel and the like
  media,  // is loaded: http, https, ftp, and data: of raster images
};

// False for active and local schemes (javascript, vbscript, data:text, file, about, ...) and for those we
// do not know. Relative references are allowed. Looks through controls and blanks, as browsers do.
bool is_allowed_url(std::string_view url, UrlUse use) noexcept;

// True for http:// and https:// with a host.
bool is_web_url(std::string_view url) noexcept;

}  // namespace newsfold::text
