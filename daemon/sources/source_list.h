#pragma once
// Subscriptions as sources of the configuration, and sources as TOML and OPML 2.0. Pure; from any thread.

#include "daemon/config/config.h"
#include "feeds/parse/opml.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace newsfold::sources {

// Names that are taken: each new one is cut to what the configuration allows and made to differ.
class Names {
 public:
  // `wanted`, or where it is taken or empty, one with the host or a number in it.
  std::string take(std::string_view wanted, std::string_view url);
  void reserve(std::string name) { taken_.insert(std::move(name)); }

  // Names that were looked up so far. A list may hold one title thousands of times: this grows with the
  // number of names, not with its square.
  std::size_t looked_up() const noexcept { return looked_up_; }

 private:
  bool is_new(std::string const& name);

  std::set<std::string> taken_;
  std::map<std::string, std::size_t> next_number_;  // by the first name with so many digits
  std::size_t looked_up_ = 0;
};

struct Import {
  std::vector<config::Source> sources;
  std::size_t doubles = 0;   // left out: their URL stood there already
  std::size_t unusable = 0;  // left out: usable_url() has nothing for them
};

// `written` as the configuration takes it for a `url`: blanks and letters of other alphabets escaped, where
// it has any. Nothing where no escaping helps, or where there is a user or a password in it: these belong
// into files, and neither into a configuration nor into a log.
std::optional<std::string> usable_url(std::string const& written);

// In the order of the list. Folders and categories become tags. `known_urls` (config::url_key) are left out
// and added to.
Import sources_of(std::vector<parse::Subscription> const& list, Names& names,
                  std::set<std::string>& known_urls);

// `[[feed]]` tables, ready for a file under feeds.d/.
std::string to_toml(std::vector<config::Source> const& sources);

// OPML 2.0: feeds, grouped by their first tag, all their tags as categories; pages as links; living lists as
// includes.
std::string to_opml(std::vector<config::Source> const& sources, std::string_view title);

}  // namespace newsfold::sources
