#pragma once
// What no single option can say: duplicates, options that contradict each other, paths that the
// environment decides.

#include "daemon/config/load.h"
#include "daemon/config/value.h"

#include <vector>

namespace newsfold::config {

struct EntryPlaces {
  Place entry;
  Place name;
  Place url;
  Place interval;
};

// Index by index the places of config.sources and config.webhooks; by name those of single options.
struct SourcePlaces {
  std::vector<EntryPlaces> sources;
  std::vector<EntryPlaces> webhooks;
  std::map<std::string, Place> options;  // "storage.path": where it was set first
};

// storage.path, http.socket and the token files.
void fill_in_paths(Environment const& environment, LoadResult& result);

// For a look from outside of the unit: takes the files that its credentials are made from where they can be
// read, else warns of each that is needed and leaves out what needs it.
void expect_credentials(SourcePlaces const& places, LoadResult& result);

// Two spellings of one URL are one feed: they have one key.
std::string url_key(std::string const& url);

void check_whole(SourcePlaces const& places, LoadResult& result);

}  // namespace newsfold::config
