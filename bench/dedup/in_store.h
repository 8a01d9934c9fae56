#pragma once
// The fold inside a store that grows: what each slice of articles costs, against the first one.

#include <cstddef>
#include <filesystem>

namespace newsfold::bench {

// Ingests `articles` made-up ones into a store in `directory`, which is made and removed, and prints what
// it cost. Gives the exit code.
int fold_in_store(std::size_t articles, std::filesystem::path const& directory);

}  // namespace newsfold::bench
