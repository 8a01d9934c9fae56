#pragma once
// The fold inside a store that grows: what each slice of articles costs, against the first one.

#include <cstddef>
#include <filesystem>

namespace newsfold::bench {

// Ingests `articles` more made-up ones into the store in `directory`, which is made where there is none, and
// prints what they cost against the first ones of an empty store. Gives the exit code.
int fold_in_store(std::size_t articles, std::filesystem::path const& directory);

}  // namespace newsfold::bench
