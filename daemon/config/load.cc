#include "daemon/config/load.h"

#include "daemon/config/checks.h"
#include "daemon/config/options.h"
#include "daemon/config/suggest.h"
#include "daemon/config/toml_reader.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace newsfold::config {
namespace {

constexpr std::string_view include_key = "include";
constexpr std::size_t includes_max = 10'000;
constexpr std::size_t problems_max = 200;  // nobody reads more; a binary file would give millions

// Reads one file after the other into one Config.
class Loader {
 public:
  explicit Loader(LoadResult& result) : result_(result) {}

  void read_file(std::string const& path);
  void read_text(std::string_view text, std::string const& path);
  SourcePlaces const& places() const { return places_; }

 private:
  enum class Role : std::uint8_t { main, included };

  void read_document(std::string_view text, std::string const& path, Role role);
  void read_section(Section const& section, Value const& value, std::string const& base);
  void read_table(Section const& section, Table const& table, Place const& place, std::string const& base);
  void read_option(Section const& section, Option const& option, Value const& value, void* target,
                   std::string const& base);
  void read_includes(Value const& value, std::string const& base);
  void unknown_section(std::string const& name, Value const& value);
  void unknown_key(Section const& section, std::string const& key, Value const& value);
  void note_places(Section const& section, Table const& table, Place const& place);
  void complain(Place const& place, std::string message) {
    result_.problems.push_back(problem_at(place, std::move(message)));
  }

  LoadResult& result_;
  SourcePlaces places_;
};

std::string folder_of(std::string const& path) {
  auto const absolute = std::filesystem::absolute(std::filesystem::path(path));
  return absolute.parent_path().string();
}

std::string in_brackets(Section const& section) {
  std::string const name(section.name);
  return section.repeated ? "[[" + name + "]]" : "[" + name + "]";
}

std::variant<std::string, Problem> slurp(std::string const& path) {
  std::error_code error;
  auto const status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return Problem{path, 0, 0, "no such file"};
  if (std::filesystem::is_directory(status)) return Problem{path, 0, 0, "is a folder, not a file"};
  std::ifstream in(path, std::ios::binary);
  if (!in) return Problem{path, 0, 0, "cannot be read (permissions?)"};
  // One byte beyond the bound tells a file that is too large; most are a few kilobytes.
  auto const size = std::filesystem::file_size(path, error);
  std::string text(std::min<std::uintmax_t>(error ? config_bytes_max : size, config_bytes_max) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

void Loader::read_file(std::string const& path) {
  auto const text = slurp(path);
  if (auto const* problem = std::get_if<Problem>(&text)) {
    result_.config.files.push_back(path);  // what the count of problems is told of
    result_.problems.push_back(*problem);
    return;
  }
  read_document(std::get<std::string>(text), path, Role::main);
}

void Loader::read_text(std::string_view text, std::string const& path) {
  read_document(text, path, Role::main);
}

void Loader::read_document(std::string_view text, std::string const& path, Role role) {
  result_.config.files.push_back(path);
  auto const document = read_toml(text, path);
  if (auto const* problem = std::get_if<Problem>(&document)) {
    result_.problems.push_back(*problem);
    return;
  }
  auto const base = folder_of(path);
  Value const* includes = nullptr;
  for (auto const& [name, value] : std::get<Table>(document)) {
    if (name == include_key && role == Role::main) {
      includes = &value;
    } else if (name == include_key) {
      complain(value.key_place, "`include` stands only in the main file, not in one that is included");
    } else if (auto const* section = find_section(name)) {
      read_section(*section, value, base);
    } else {
      unknown_section(name, value);
    }
  }
  if (includes != nullptr) read_includes(*includes, base);
}

void Loader::read_section(Section const& section, Value const& value, std::string const& base) {
  auto const* table = std::get_if<Table>(&value.data);
  auto const* array = std::get_if<Array>(&value.data);
  if (!section.repeated && table != nullptr) {
    read_table(section, *table, value.key_place, base);
  } else if (section.repeated && array != nullptr) {
    for (auto const& item : *array) {
      if (auto const* entry = std::get_if<Table>(&item.data)) {
        read_table(section, *entry, item.place, base);
      } else {
        complain(item.place,
                 "`" + std::string(section.name) + "` wants tables, written as " + in_brackets(section));
      }
    }
  } else {
    complain(value.key_place, "write " + in_brackets(section) + ": " + std::string(section.name) +
                                  (section.repeated ? " may stand several times" : " stands once"));
  }
}

void Loader::read_table(Section const& section, Table const& table, Place const& place,
                        std::string const& base) {
  void* const target = section.place(result_.config);
  for (auto const& [key, value] : table) {
    if (auto const* option = find_option(section, key)) {
      read_option(section, *option, value, target, base);
    } else {
      unknown_key(section, key, value);
    }
  }
  for (auto const& option : section.options) {
    if (!option.required) continue;
    bool const there =
        std::any_of(table.begin(), table.end(), [&](auto const& row) { return row.key == option.key; });
    if (!there) complain(place, in_brackets(section) + " lacks `" + std::string(option.key) + "`");
  }
  note_places(section, table, place);
}

void Loader::read_option(Section const& section, Option const& option, Value const& value, void* target,
                         std::string const& base) {
  std::string const name = std::string(section.name) + "." + std::string(option.key);
  if (!section.repeated) {
    auto const [first, is_new] = places_.options.try_emplace(name, value.key_place);
    if (!is_new) {
      auto const& at = first->second;
      complain(value.key_place,
               "`" + name + "` was set already at " + at.file + ":" + std::to_string(at.line));
      return;
    }
  }
  if (auto complaint = option.read(value, target, base)) {
    complain(value.place, "`" + std::string(option.key) + "` in " + in_brackets(section) + ": " + *complaint);
  }
}

void Loader::note_places(Section const& section, Table const& table, Place const& place) {
  if (!section.repeated) return;
  auto const place_of = [&](std::string_view key) {
    for (auto const& [name, value] : table) {
      if (name == key) return value.place;
    }
    return place;
  };
  EntryPlaces const entry{place, place_of("name"), place_of("url"), place_of("interval")};
  if (section.name == "webhook") {
    places_.webhooks.push_back(entry);
  } else {
    places_.sources.push_back(entry);
    result_.config.sources.back().declared_at = place.file + ":" + std::to_string(place.line);
  }
}

bool is_list_of_tables(Value const& value) {
  auto const* array = std::get_if<Array>(&value.data);
  return array != nullptr && !array->empty() && std::holds_alternative<Table>(array->front().data);
}

void Loader::unknown_section(std::string const& name, Value const& value) {
  std::vector<std::string_view> names;
  for (auto const& section : sections()) names.push_back(section.name);
  names.push_back(include_key);
  std::string message = "unknown section `" + name + "`";
  for (auto const& section : sections()) {
    bool const is_section = std::holds_alternative<Table>(value.data) || is_list_of_tables(value);
    if (find_option(section, name) == nullptr || is_section) continue;
    complain(value.key_place,
             "`" + name + "` stands outside of a section; it belongs into " + in_brackets(section));
    return;
  }
  if (auto const near = nearest(name, names)) message += "; did you mean `" + std::string(*near) + "`?";
  complain(value.key_place, std::move(message));
}

void Loader::unknown_key(Section const& section, std::string const& key, Value const& value) {
  std::vector<std::string_view> keys;
  for (auto const& option : section.options) keys.push_back(option.key);
  std::string message = "unknown key `" + key + "` in " + in_brackets(section);
  if (auto const near = nearest(key, keys)) {
    message += "; did you mean `" + std::string(*near) + "`?";
  } else {
    for (auto const& other : sections()) {
      if (find_option(other, key) == nullptr) continue;
      message += "; it belongs into " + in_brackets(other);
      break;
    }
  }
  complain(value.key_place, std::move(message));
}

struct FilesFound {
  std::vector<std::string> paths;  // sorted by name
  std::string problem;             // why they may not be all
};

// A folder that is not there has no files; one that cannot be read may have had them a minute ago.
FilesFound files_like(std::string const& pattern) {
  static thread_local std::string unreadable;  // glob() has no place for it
  unreadable.clear();
  auto const on_error = [](char const* folder, int error) {
    if (error == ENOENT || error == ENOTDIR) return 0;
    unreadable = "cannot read the folder " + std::string(folder) + ": " + std::strerror(error);
    return 1;
  };
  glob_t found{};
  FilesFound out;
  int const status = glob(pattern.c_str(), 0, on_error, &found);
  if (status == 0)
    out.paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  else if (status != GLOB_NOMATCH)
    out.problem = unreadable.empty() ? "no memory to look for " + pattern : unreadable;
  globfree(&found);
  return out;
}

void Loader::read_includes(Value const& value, std::string const& base) {
  auto const* patterns = std::get_if<Array>(&value.data);
  if (patterns == nullptr) {
    complain(value.place, "`include` wants a list of paths, such as [\"feeds.d/*.toml\"]");
    return;
  }
  std::set<std::string> seen;  // as glob() finds them: `base` is absolute
  for (auto const& file : result_.config.files)
    seen.insert(std::filesystem::absolute(file).lexically_normal().string());
  for (auto const& pattern : *patterns) {
    auto const* text = std::get_if<std::string>(&pattern.data);
    if (text == nullptr) {
      complain(pattern.place, "`include` wants paths");
      continue;
    }
    auto const full = (std::filesystem::path(base) / *text).lexically_normal().string();
    auto const found = files_like(full);
    bool const has_wildcard = text->find_first_of("*?[") != std::string::npos;
    if (!found.problem.empty())
      complain(pattern.place, "`include`: " + found.problem);
    else if (found.paths.empty() && !has_wildcard)
      complain(pattern.place, "`include`: no such file: " + full);
    for (auto const& path : found.paths) {
      if (!seen.insert(path).second) continue;
      if (seen.size() > includes_max) {
        complain(pattern.place, "`include` finds more than " + std::to_string(includes_max) + " files");
        return;
      }
      auto const content = slurp(path);
      if (auto const* problem = std::get_if<Problem>(&content)) {
        result_.problems.push_back(*problem);
      } else {
        read_document(std::get<std::string>(content), path, Role::included);
      }
    }
  }
}

// Problems of one file stand together, in the order of its lines.
void sort_problems(LoadResult& result) {
  auto const file_rank = [&](std::string const& file) {
    auto const& files = result.config.files;
    return std::find(files.begin(), files.end(), file) - files.begin();
  };
  auto const key = [&](Problem const& p) { return std::tuple(file_rank(p.file), p.line, p.column); };
  auto const before = [&](Problem const& a, Problem const& b) { return key(a) < key(b); };
  std::stable_sort(result.problems.begin(), result.problems.end(), before);
  std::stable_sort(result.warnings.begin(), result.warnings.end(), before);
  if (result.problems.size() > problems_max) {
    auto const more = result.problems.size() - problems_max;
    result.problems.resize(problems_max);
    result.problems.push_back({result.config.files.front(), 0, 0, "and " + std::to_string(more) + " more"});
  }
}

void finish(Loader const& loader, Environment const& environment, Purpose purpose, LoadResult& result) {
  fill_in_paths(environment, result);
  if (purpose == Purpose::check && !environment("CREDENTIALS_DIRECTORY"))
    expect_credentials(loader.places(), result);
  check_whole(loader.places(), result);
  sort_problems(result);
  result.config.sources.shrink_to_fit();  // it grew to up to twice as many, at 600 bytes each, and is kept
}

}  // namespace

std::string Problem::to_string() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  return out + ": " + message;
}

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    auto const* value = std::getenv(std::string(name).c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

LoadResult load_config(std::string const& path, Environment const& environment, Purpose purpose) {
  LoadResult result;
  Loader loader(result);
  loader.read_file(path);
  finish(loader, environment, purpose, result);
  return result;
}

LoadResult parse_config(std::string_view text, std::string const& path, Environment const& environment,
                        Purpose purpose) {
  LoadResult result;
  Loader loader(result);
  loader.read_text(text, path);
  finish(loader, environment, purpose, result);
  return result;
}

Result<std::string> find_config(Environment const& environment) {
  std::vector<std::string> candidates{"config.toml"};
  std::string looked = "./config.toml";
  if (auto const home = environment("XDG_CONFIG_HOME")) {
    candidates.push_back(*home + "/newsfold/config.toml");
  } else if (auto const user_home = environment("HOME")) {
    candidates.push_back(*user_home + "/.config/newsfold/config.toml");
  }
  if (auto const folder = environment("CONFIGURATION_DIRECTORY"))
    candidates.push_back(*folder + "/config.toml");
  candidates.emplace_back("/etc/newsfold/config.toml");
  for (auto const& candidate : candidates) {
    std::error_code error;
    if (std::filesystem::is_regular_file(candidate, error)) return candidate;
    if (candidate != candidates.front()) looked += ", " + candidate;
  }
  return Error{ErrorCode::not_found, "none of these exists: " + looked +
                                         "; say where the configuration is with --config FILE, or write one "
                                         "beginning from `newsfold config sample`"};
}

std::string describe(std::vector<Problem> const& problems) {
  std::string out;
  for (auto const& problem : problems) out += problem.to_string() + "\n";
  return out;
}

}  // namespace newsfold::config
