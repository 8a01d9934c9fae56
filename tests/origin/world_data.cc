#include "tests/origin/world_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace newsfold::origin {
namespace {

// "key: value" lines, then (after a blank line) paragraphs.
struct Stanza {
  std::string kind;  // "", "copy", "edit", "withdraw"
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string> paragraphs;

  std::string get(std::string_view key) const {
    for (auto const& [name, value] : fields) {
      if (name == key) return value;
    }
    return {};
  }
  std::vector<std::string> all(std::string_view key) const {
    std::vector<std::string> out;
    for (auto const& [name, value] : fields) {
      if (name == key) out.push_back(value);
    }
    return out;
  }
  std::int64_t number(std::string_view key) const {
    auto const text = get(key);
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }
  WorldTime time(std::string_view key) const { return std::chrono::seconds(number(key)); }
};

Error invalid(std::string const& file, std::string const& what) {
  return {ErrorCode::invalid, "demo world: " + file + ": " + what};
}

Result<std::string> read_text(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::unreadable, "demo world: cannot read " + path.string()};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool add_field(Stanza& stanza, std::string const& line) {
  auto const colon = line.find(": ");
  if (colon == std::string::npos) return false;
  stanza.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  return true;
}

// A story: its own stanza with paragraphs, then "== copy", "== edit", "== withdraw".
Result<std::vector<Stanza>> read_story(std::filesystem::path const& path) {
  auto const text = read_text(path);
  if (!text) return text.error();
  std::vector<Stanza> stanzas(1);
  bool in_fields = true;
  for (auto const& line : lines_of(*text)) {
    if (line.starts_with("== ")) {
      stanzas.emplace_back().kind = line.substr(3);
      in_fields = true;
    } else if (line.empty()) {
      in_fields = stanzas.size() > 1;
    } else if (!in_fields) {
      stanzas.back().paragraphs.push_back(line);
    } else if (!add_field(stanzas.back(), line)) {
      return invalid(path.string(), "no \"key: value\": " + line);
    }
  }
  return stanzas;
}

template <class Enum, std::size_t size>
std::optional<Enum> one_of(std::string_view text,
                           std::array<std::pair<std::string_view, Enum>, size> const& names) {
  for (auto const& [name, value] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, SiteFormat>, 5> formats{{{"rss2", SiteFormat::rss2},
                                                                          {"rss1", SiteFormat::rss1},
                                                                          {"atom", SiteFormat::atom},
                                                                          {"json", SiteFormat::json},
                                                                          {"html", SiteFormat::html}}};
constexpr std::array<std::pair<std::string_view, Carries>, 3> carriages{
    {{"full", Carries::full}, {"summary", Carries::summary}, {"title", Carries::title}}};
constexpr std::array<std::pair<std::string_view, Wall>, 3> walls{
    {{"", Wall::none}, {"registration", Wall::registration}, {"subscription", Wall::subscription}}};

Result<Site> make_site(Stanza const& stanza, std::string const& file) {
  auto const format = one_of(stanza.get("format"), formats);
  auto const carries = one_of(stanza.get("carries"), carriages);
  auto const wall = one_of(stanza.get("wall"), walls);
  if (!format || !carries || !wall) return invalid(file, "format, carries or wall of " + stanza.get("site"));
  Site site{.id = stanza.get("site"),
            .name = stanza.get("name"),
            .host = stanza.get("host"),
            .language = stanza.get("language"),
            .format = *format,
            .feed_path = stanza.get("feed"),
            .page = stanza.get("page"),
            .carries = *carries,
            .wall = *wall,
            .wall_after = static_cast<std::size_t>(stanza.number("wall_after")),
            .tags = stanza.get("tags"),
            .tracking = stanza.get("tracking"),
            .moves_at = std::nullopt,
            .moves_to = stanza.get("moves_to"),
            .down = {stanza.time("down_from"), stanza.time("down_until")}};
  if (!site.moves_to.empty()) site.moves_at = stanza.time("moves_at");
  return site;
}

Result<std::vector<Site>> read_sites(std::filesystem::path const& path) {
  auto const text = read_text(path);
  if (!text) return text.error();
  std::vector<Site> sites;
  Stanza stanza;
  auto lines = lines_of(*text);
  lines.emplace_back();
  for (auto const& line : lines) {
    if (line.starts_with("#")) continue;
    if (!line.empty()) {
      if (!add_field(stanza, line)) return invalid(path.string(), "no \"key: value\": " + line);
    } else if (!stanza.fields.empty()) {
      auto site = make_site(stanza, path.string());
      if (!site) return site.error();
      sites.push_back(std::move(*site));
      stanza = {};
    }
  }
  return sites;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The changes that a copy or an edit makes: take, replace, append, damage.
Result<std::vector<std::string>> changed(std::vector<std::string> paragraphs, Stanza const& stanza,
                                         std::string const& file) {
  auto const take = static_cast<std::size_t>(stanza.number("take"));
  if (take > 0 && take < paragraphs.size()) paragraphs.resize(take);
  for (auto const& rule : stanza.all("replace")) {
    auto const arrow = rule.find(" => ");
    if (arrow == std::string::npos) return invalid(file, "replace without =>: " + rule);
    auto const before = paragraphs;
    for (auto& paragraph : paragraphs) {
      paragraph = replaced(std::move(paragraph), rule.substr(0, arrow), rule.substr(arrow + 4));
    }
    if (paragraphs == before) return invalid(file, "nothing to replace: " + rule);
  }
  for (auto const& more : stanza.all("append")) paragraphs.push_back(more);
  for (auto const& rule : stanza.all("damage")) {
    auto const arrow = rule.find(" => ");
    if (arrow == std::string::npos) return invalid(file, "damage without =>: " + rule);
    for (auto& paragraph : paragraphs) {
      paragraph = mirror_damage(std::move(paragraph), rule.substr(0, arrow), rule.substr(arrow + 4));
    }
  }
  return paragraphs;
}

Result<std::size_t> site_index(World const& world, std::string const& id, std::string const& file) {
  for (std::size_t i = 0; i < world.sites.size(); ++i) {
    if (world.sites[i].id == id) return i;
  }
  return invalid(file, "no such site: " + id);
}

std::string or_else(std::string text, std::string const& other) { return text.empty() ? other : text; }

Result<void> add_story(World& world, std::vector<Stanza> const& stanzas, std::string const& file) {
  auto const& own = stanzas.front();
  auto const site = site_index(world, own.get("site"), file);
  if (!site) return site.error();
  if (own.get("title").empty() || own.paragraphs.empty()) return invalid(file, "no title or no text");
  Publication story{.site = *site,
                    .slug = own.get("id"),
                    .author = own.get("author"),
                    .summary = own.get("summary"),
                    .age = std::chrono::minutes(own.number("age")),
                    .editions = {{own.time("at"), own.get("title"), own.paragraphs}},
                    .withdrawn = std::nullopt};
  std::vector<Publication> copies;
  for (auto it = stanzas.begin() + 1; it != stanzas.end(); ++it) {
    if (it->kind == "withdraw") {
      story.withdrawn = it->time("at");
      continue;
    }
    bool const is_copy = it->kind == "copy";
    if (!is_copy && it->kind != "edit") return invalid(file, "what is \"== " + it->kind + "\"?");
    auto const& base = is_copy ? story.editions.front() : story.editions.back();
    auto text = changed(base.paragraphs, *it, file);
    if (!text) return text.error();
    Edition edition{it->time("at"), or_else(it->get("title"), base.title), std::move(*text)};
    if (!is_copy) {
      story.editions.push_back(std::move(edition));
      continue;
    }
    auto const copy_site = site_index(world, it->get("site"), file);
    if (!copy_site) return copy_site.error();
    auto copy = story;
    copy.site = *copy_site;
    copy.author = or_else(it->get("author"), own.get("author"));
    copy.age = std::chrono::minutes(0);
    copy.editions = {std::move(edition)};
    copy.withdrawn = std::nullopt;
    copies.push_back(std::move(copy));
  }
  world.publications.push_back(std::move(story));
  std::move(copies.begin(), copies.end(), std::back_inserter(world.publications));
  return {};
}

// "@@ after 2" and "@@ wall" begin what is put between the paragraphs.
Result<PageTemplate> read_template(std::filesystem::path const& path) {
  auto const text = read_text(path);
  if (!text) return text.error();
  PageTemplate out;
  std::string* target = &out.html;
  for (auto const& line : lines_of(*text)) {
    if (line == "@@ wall") {
      target = &out.wall;
    } else if (line.starts_with("@@ after ")) {
      target = &out.snippets[static_cast<std::size_t>(std::stoul(line.substr(9)))];
    } else {
      *target += line + "\n";
    }
  }
  return out;
}

std::vector<std::filesystem::path> files_in(std::filesystem::path const& folder, std::string_view extension) {
  std::vector<std::filesystem::path> out;
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Edition const& Publication::edition(WorldTime now) const {
  auto const* current = &editions.front();
  for (auto const& candidate : editions) {
    if (candidate.at <= now) current = &candidate;
  }
  return *current;
}

WorldTime World::ends() const {
  WorldTime end{};
  for (auto const& publication : publications) {
    end = std::max({end, publication.editions.back().at, publication.withdrawn.value_or(WorldTime{})});
  }
  for (auto const& site : sites) end = std::max(end, site.down.until);
  return end;
}

std::string mirror_damage(std::string text, std::string_view word, std::string_view keyword) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> marks{
      {{"“", "¡°"}, {"”", "¡±"}, {"‘", "¡®"}, {"’", "¡¯"}, {"–", "¨C"}, {"…", "¡\u00ad"}}};
  text = replaced(std::move(text), word, keyword);
  for (auto const& [good, broken] : marks) text = replaced(std::move(text), good, broken);
  return text + "?";  // the no-break space that their editor leaves at a paragraph's end
}

Result<World> load_world(std::string const& folder) {
  std::filesystem::path const root(folder);
  World world;
  auto sites = read_sites(root / "sites.txt");
  if (!sites) return sites.error();
  world.sites = std::move(*sites);
  for (auto const& path : files_in(root / "pages", ".html")) {
    auto page = read_template(path);
    if (!page) return page.error();
    world.templates.emplace(path.stem().string(), std::move(*page));
  }
  for (auto const& site : world.sites) {
    if (!world.templates.contains(site.page)) return invalid("sites.txt", "no such page: " + site.page);
  }
  for (auto const& path : files_in(root / "stories", ".txt")) {
    auto const stanzas = read_story(path);
    if (!stanzas) return stanzas.error();
    if (auto added = add_story(world, *stanzas, path.string()); !added) return added.error();
  }
  if (world.publications.empty()) return invalid(folder, "no stories");
  return world;
}

}  // namespace newsfold::origin
