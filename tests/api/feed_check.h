#pragma once
// What the specifications want of a feed, asked of the bytes as any reader gets them and not through our own
// reader, which forgives: JSON Feed 1.1 and Atom (RFC 4287), as far as we write them. Each returns what is
// wrong, a sentence a line; empty: nothing.

#include <string>

namespace newsfold::api {

std::string wrong_with_json_feed(std::string const& body);
std::string wrong_with_atom_feed(std::string const& body);

}  // namespace newsfold::api
