#include "daemon/rules/site_rule_files.h"

#include "daemon/config/toml_reader.h"
#include "daemon/config/value.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <filesystem>
#include <fstream>
#include <utility>
#include <variant>
#include <vector>

namespace newsfold::rules {
namespace {

struct File {
  std::string_view name;
  std::string_view toml;
};
constexpr File built_in_files[] = {
#include "daemon/rules/built_in_rules.inc"
};

struct Key {
  std::string_view name;
  std::vector<std::string> clean::SiteRule::*field;
};
constexpr auto keys = std::to_array<Key>({{"hosts", &clean::SiteRule::hosts},
                                          {"title", &clean::SiteRule::title},
                                          {"byline", &clean::SiteRule::byline},
                                          {"date", &clean::SiteRule::date},
                                          {"body", &clean::SiteRule::body},
                                          {"strip", &clean::SiteRule::strip}});

Error wrong(config::Place const& place, std::string const& what) {
  return {ErrorCode::invalid, place.file + ":" + std::to_string(place.line) + ": " + what};
}

Result<std::vector<std::string>> strings_of(std::string_view key, config::Value const& value) {
  if (auto const* one = std::get_if<std::string>(&value.data)) return std::vector{*one};
  auto const* list = std::get_if<config::Array>(&value.data);
  if (list == nullptr)
    return wrong(value.place, std::string(key) + " is " + std::string(config::describe_type(value)) +
                                  "; write a string or a list of strings");
  std::vector<std::string> out;
  for (auto const& item : *list) {
    auto const* one = std::get_if<std::string>(&item.data);
    if (one == nullptr)
      return wrong(item.place, std::string(key) + " holds " + std::string(config::describe_type(item)));
    out.push_back(*one);
  }
  return out;
}

Result<clean::SiteRule> read_site(config::Value const& value) {
  auto const* table = std::get_if<config::Table>(&value.data);
  if (table == nullptr)
    return wrong(value.place, "site is " + std::string(config::describe_type(value)) + "; write [[site]]");
  clean::SiteRule rule;
  rule.origin = value.place.file + ":" + std::to_string(value.place.line);
  for (auto const& [name, entry] : *table) {
    auto const* const key =
        std::find_if(keys.begin(), keys.end(), [&](Key const& it) { return it.name == name; });
    if (key == keys.end())
      return wrong(entry.key_place, "unknown key `" + name +
                                        "` in [[site]]; there are hosts, title, byline, date, body, strip");
    auto strings = strings_of(name, entry);
    if (!strings) return strings.error();
    rule.*(key->field) = std::move(*strings);
  }
  return rule;
}

Result<std::string> read_rule_file(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 16384> buffer{};
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    text.append(buffer.data(), std::size_t(file.gcount()));
    if (text.size() > rule_file_bytes_max)
      return Error{ErrorCode::invalid,
                   path.string() + ": longer than " + std::to_string(rule_file_bytes_max >> 20) + " MiB"};
  }
  if (!file.eof()) return Error{ErrorCode::unreadable, "cannot read the site rules in " + path.string()};
  return text;
}

}  // namespace

Result<void> add_rules(std::string_view toml, std::string const& file, CheckSelectors check,
                       clean::SiteRules& out) {
  auto const read = config::read_toml(toml, file);
  if (auto const* problem = std::get_if<config::Problem>(&read))
    return Error{ErrorCode::invalid, problem->to_string()};
  for (auto const& [name, value] : std::get<config::Table>(read)) {
    if (name != "site")
      return wrong(value.key_place,
                   "unknown table `" + name + "`; a file of site rules holds [[site]] alone");
    auto const* sites = std::get_if<config::Array>(&value.data);
    if (sites == nullptr) return wrong(value.place, "write [[site]], with two brackets");
    for (auto const& site : *sites) {
      if (out.size() >= sites_max)
        return wrong(site.place, "more than " + std::to_string(sites_max) + " site rules");
      auto rule = read_site(site);
      if (!rule) return rule.error();
      if (check == CheckSelectors::yes)
        if (auto const good = clean::check_selectors(*rule); !good) return good.error();
      if (auto const added = out.add(std::move(*rule)); !added) return added.error();
    }
  }
  return {};
}

std::shared_ptr<clean::SiteRules const> built_in_rules() {
  static auto const made = [] {
    auto rules = std::make_shared<clean::SiteRules>();
    for (auto const& file : built_in_files) {
      [[maybe_unused]] auto const added =
          add_rules(file.toml, "built-in " + std::string(file.name), CheckSelectors::no, *rules);
      assert(added);  // a test reads them with all checks
    }
    return std::shared_ptr<clean::SiteRules const>(std::move(rules));
  }();
  return made;
}

Result<std::shared_ptr<clean::SiteRules const>> load_rules(std::string const& folder) {
  if (folder.empty()) return built_in_rules();
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  for (std::filesystem::directory_iterator it(folder, failure), end; !failure && it != end;
       it.increment(failure))
    if (it->path().extension() == ".toml" && files.size() < rule_files_max) files.push_back(it->path());
  if (failure)
    return Error{ErrorCode::unreadable,
                 "clean.rules_dir: cannot read the folder " + folder + ": " + failure.message()};
  std::sort(files.begin(), files.end());
  auto rules = std::make_shared<clean::SiteRules>(*built_in_rules());
  for (auto const& path : files) {
    auto const text = read_rule_file(path);
    if (!text) return text.error();
    if (auto const added = add_rules(*text, path.string(), CheckSelectors::yes, *rules); !added)
      return added.error();
  }
  return std::shared_ptr<clean::SiteRules const>(std::move(rules));
}

}  // namespace newsfold::rules
