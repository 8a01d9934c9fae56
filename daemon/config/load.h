#pragma once
// From files to a Config. Reads everything, then reports everything that is wrong at once: a person
// mends a file in one go, not error by error.

#include "daemon/config/config.h"
#include "feeds/model/error.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::config {

// One thing that is wrong, e.g.
//   /etc/newsfold/config.toml:12:1: unknown key `intervall` in [polling]; did you mean `interval`?
struct Problem {
  std::string file;
  std::uint32_t line = 0;  // 1-based; 0: the whole file
  std::uint32_t column = 0;
  std::string message;

  std::string to_string() const;
};

// How load_config() learns about the process's environment: null where a variable is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment process_environment();

struct LoadResult {
  Config config;                  // meaningful only where `problems` is empty
  std::vector<Problem> problems;  // in the order of files and lines
  std::vector<Problem> warnings;  // legal, but likely not meant: an interval under 5 minutes

  bool ok() const noexcept { return problems.empty(); }
};

// Who asks. A daemon has the credentials that its unit hands it, or it has none; a shell sees at most the
// files that they are made from.
enum class Purpose : std::uint8_t {
  run,
  check,  // outside of the unit what only a credential could say is warned of, and left out of the Config
};

// Reads `path` and what it includes. Does not touch the network, nor create anything.
LoadResult load_config(std::string const& path, Environment const& environment = process_environment(),
                       Purpose purpose = Purpose::run);

// The same for text that is already in memory (tests, standard input). `path` names it in messages and is
// the base of relative paths and includes.
LoadResult parse_config(std::string_view text, std::string const& path,
                        Environment const& environment = process_environment(),
                        Purpose purpose = Purpose::run);

// Where `newsfold run` without --config looks: ./config.toml, $XDG_CONFIG_HOME/newsfold/config.toml,
// $CONFIGURATION_DIRECTORY/config.toml, /etc/newsfold/config.toml; the first that exists. Fails with
// `not_found`, and says where it looked and what to do.
Result<std::string> find_config(Environment const& environment = process_environment());

// All problems, one a line, ready for standard error.
std::string describe(std::vector<Problem> const& problems);

}  // namespace newsfold::config
