#include "daemon/sources/source_list.h"

#include "daemon/config/checks.h"
#include "daemon/config/option_types.h"
#include "feeds/fetch/target.h"
#include "feeds/text/join.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace newsfold::sources {
namespace {

constexpr std::size_t name_bytes_max = 100;  // as the configuration has it
constexpr std::size_t tags_max = 16;

// Control characters become spaces; cut where a character ends.
std::string cut(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (char const c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  out.resize(text::utf8_prefix(out, bytes_max).size());
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
  return out;
}

std::string_view host_of(std::string_view url) {
  auto const begin = url.find("://");
  if (begin == url.npos) return url;
  auto host = url.substr(begin + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (auto const at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);  // may be a password
  return host.substr(0, host.rfind(':') == host.npos || host.ends_with(']') ? host.size() : host.rfind(':'));
}

void add_tag(std::vector<std::string>& tags, std::string_view text) {
  auto tag = cut(text, name_bytes_max);
  if (tag.empty() || tags.size() >= tags_max || std::ranges::find(tags, tag) != tags.end()) return;
  tags.push_back(std::move(tag));
}

std::string xml(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

// Categories stand between commas, and slashes at their ends are not part of them.
bool can_be_category(std::string const& tag) {
  return tag.find(',') == tag.npos && !tag.starts_with('/') && !tag.ends_with('/');
}

// The first tag, and those that no category can hold.
std::vector<std::string> folders_of(config::Source const& source) {
  std::vector<std::string> out;
  for (auto const& tag : source.tags)
    if (out.empty() || !can_be_category(tag)) out.push_back(tag);
  return out;
}

std::string outline(config::Source const& source) {
  std::string const text = xml(source.name), url = xml(source.url);
  std::string out = "<outline text=\"" + text + '"';
  switch (source.kind) {
    case config::SourceKind::feed: out += " title=\"" + text + "\" type=\"rss\" xmlUrl=\"" + url + '"'; break;
    case config::SourceKind::page: out += " type=\"link\" url=\"" + url + '"'; break;
    case config::SourceKind::opml: out += " type=\"include\" url=\"" + url + '"'; break;
  }
  if (!source.language.empty()) out += " language=\"" + xml(source.language) + '"';
  std::vector<std::string> categories;
  std::ranges::copy_if(source.tags, std::back_inserter(categories), can_be_category);
  if (!categories.empty()) out += " category=\"" + xml(text::join(categories, ",")) + '"';
  return out + "/>\n";
}

}  // namespace

std::string Names::take(std::string_view wanted, std::string_view url) {
  auto const host = cut(host_of(url), name_bytes_max);
  auto const base = cut(wanted.empty() ? host : wanted, name_bytes_max);
  auto const first = base.empty() ? std::string("feed") : base;
  if (is_new(first)) return first;
  auto const with = [&](std::string const& suffix) {
    return cut(first, name_bytes_max - suffix.size()) + suffix;
  };
  if (host.size() < name_bytes_max / 2)
    if (auto named = with(" (" + host + ")"); is_new(named)) return named;
  auto const numbered = [&](std::size_t n) { return with(" (" + std::to_string(n) + ")"); };
  // Long names that begin alike are cut alike: what they share is the name that is left of them, and that is
  // shorter by a byte with each digit.
  for (std::size_t lowest = 2, end = 10;; lowest = end, end *= 10)
    for (auto& n = next_number_.try_emplace(numbered(lowest), lowest).first->second; n < end;)
      if (auto named = numbered(n++); is_new(named)) return named;
}

bool Names::is_new(std::string const& name) {
  ++looked_up_;
  return taken_.insert(name).second;
}

std::optional<std::string> usable_url(std::string const& written) {
  auto const is_taken = [](std::string const& url) {
    std::string out;
    return !url.empty() && !config::TextCodec{config::TextRule::http_url}.read({url, {}, {}}, out, {});
  };
  auto const target = fetch::parse_target(text::resolve_url(written, {}));
  if (!target || !target->user.empty() || !target->password.empty()) return std::nullopt;
  if (is_taken(written)) return written;
  if (is_taken(target->url)) return target->url;
  return std::nullopt;
}

Import sources_of(std::vector<parse::Subscription> const& list, Names& names,
                  std::set<std::string>& known_urls) {
  Import out;
  for (auto const& subscription : list) {
    auto url = usable_url(subscription.feed_url);
    if (!url) {
      ++out.unusable;
      continue;
    }
    if (!known_urls.insert(config::url_key(*url)).second) {
      ++out.doubles;
      continue;
    }
    config::Source source;
    source.url = std::move(*url);
    source.name = names.take(subscription.title, source.url);
    for (auto const& folder : subscription.folders) add_tag(source.tags, folder);
    for (auto const& category : subscription.categories) add_tag(source.tags, category);
    out.sources.push_back(std::move(source));
  }
  return out;
}

std::string to_toml(std::vector<config::Source> const& sources) {
  std::string out;
  for (auto const& source : sources) {
    if (!out.empty()) out += '\n';
    out += "[[feed]]\nname = " + config::toml_string(source.name) +
           "\nurl = " + config::toml_string(source.url) + '\n';
    if (source.tags.empty()) continue;
    out += "tags = [";
    for (std::size_t i = 0; i < source.tags.size(); ++i)
      out += (i == 0 ? "" : ", ") + config::toml_string(source.tags[i]);
    out += "]\n";
  }
  return out;
}

std::string to_opml(std::vector<config::Source> const& sources, std::string_view title) {
  using Path = std::vector<std::string>;
  auto const indent = [](std::size_t depth) { return std::string(4 + 2 * depth, ' '); };
  std::vector<Path> order;  // of folders, as they come
  std::map<Path, std::string> folders;
  for (auto const& source : sources) {
    auto const path = folders_of(source);
    auto const [it, is_new] = folders.try_emplace(path);
    if (is_new) order.push_back(path);
    it->second += indent(path.size()) + outline(source);
  }
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>" +
      xml(title) + "</title>\n  </head>\n  <body>\n";
  for (auto const& path : order) {
    for (std::size_t i = 0; i < path.size(); ++i)
      out += indent(i) + "<outline text=\"" + xml(path[i]) + "\">\n";
    out += folders[path];
    for (std::size_t i = path.size(); i-- > 0;) out += indent(i) + "</outline>\n";
  }
  return out + "  </body>\n</opml>\n";
}

}  // namespace newsfold::sources
