#include "tests/origin/demo_world.h"

#include <algorithm>
#include <set>

namespace newsfold::origin {
namespace {

std::string without_query(std::string const& target) { return target.substr(0, target.find('?')); }

// FNV-1a: an ETag needs no more than to change when the text does.
std::string etag_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return "\"" + std::to_string(hash) + "\"";
}

OriginResponse with_etag(OriginRequest const& request, std::string body, std::string_view content_type) {
  OriginResponse response;
  response.headers = {{"Content-Type", std::string(content_type)}, {"ETag", etag_of(body)}};
  response.body = std::move(body);
  return answer_conditionally(request, std::move(response));
}

OriginResponse plain(unsigned status, std::string text) {
  OriginResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = std::move(text);
  return response;
}

class SiteServer {
 public:
  SiteServer(std::shared_ptr<World const> world, std::size_t index, WorldClock clock)
      : world_(std::move(world)), index_(index), clock_(std::move(clock)) {}

  OriginResponse feed(OriginRequest const& request) const {
    auto const moment = clock_();
    auto const& site = world_->sites[index_];
    if (site.down.contains(moment.now)) return plain(500, "Internal Server Error: fuse\n");
    bool const moved = site.moves_at && moment.now >= *site.moves_at;
    bool const at_new = !site.moves_to.empty() && request.path == without_query(site.moves_to);
    if (moved && !at_new) return redirect_to("http://" + site.host + site.moves_to, 301);
    if (!moved && at_new) return plain(404, "not yet\n");
    return with_etag(request, render_feed(*world_, index_, moment), feed_content_type(site.format));
  }

  OriginResponse page(OriginRequest const& request) const {
    auto const moment = clock_();
    if (request.path == "/robots.txt") return plain(200, "User-agent: *\nDisallow: /search\n");
    for (auto const& publication : world_->publications) {
      if (publication.site != index_ || article_path(publication) != request.path) continue;
      if (publication.withdrawn && moment.now >= *publication.withdrawn)
        return plain(410, "This page is gone.\n");
      if (!publication.visible(moment.now)) break;
      return with_etag(request, render_page(*world_, publication, moment), "text/html; charset=utf-8");
    }
    return plain(404, "Nothing here.\n");
  }

 private:
  std::shared_ptr<World const> world_;
  std::size_t index_;
  WorldClock clock_;
};

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string tag_list(std::string const& tags) {
  std::string out;
  std::size_t at = 0;
  while (at < tags.size()) {
    auto const end = std::min(tags.find(", ", at), tags.size());
    out += (out.empty() ? "" : ", ") + quoted(tags.substr(at, end - at));
    at = end + 2;
  }
  return "[" + out + "]";
}

}  // namespace

void serve_world(OriginServer& server, std::shared_ptr<World const> world, WorldClock clock) {
  for (std::size_t i = 0; i < world->sites.size(); ++i) {
    auto const& site = world->sites[i];
    auto const answers = std::make_shared<SiteServer const>(world, i, clock);
    auto const feed = [answers](OriginRequest const& request) { return answers->feed(request); };
    auto const page = [answers](OriginRequest const& request) { return answers->page(request); };
    server.handle(site.host, without_query(site.feed_path), feed);
    if (!site.moves_to.empty()) server.handle(site.host, without_query(site.moves_to), feed);
    server.handle(site.host, "", page);
  }
}

std::string demo_config(World const& world, DemoConfig const& options) {
  std::string out =
      "# Written by newsfold-demo-origin: follows the news of a made-up coast, served from this machine.\n"
      "# The intervals are what only a server of one's own forgives.\n\n"
      "[storage]\npath = " +
      quoted(options.state_dir + "/store") + "\n\n[http]\nlisten = " + quoted(options.listen) +
      "\nsocket = " + quoted(options.state_dir + "/newsfold.sock") +
      "\n\n[fetch]\nallow_private = true\nresolve = [\n";
  std::set<std::string> hosts;
  for (auto const& site : world.sites) hosts.insert(site.host);
  for (auto const& host : hosts)
    out += "  " + quoted(host + ":80:127.0.0.1:" + std::to_string(options.port)) + ",\n";
  out +=
      "]\n\n[polling]\ninterval = \"1m\"\nfloor = \"1m\"\njitter = 0\noverdue_spread = \"0\"\nhost_spacing = "
      "\"0\"\n"
      "failing_after = \"6s\"\nmoved_after = \"5s\"\nerror_backoff = \"2s\"\nerror_backoff_max = "
      "\"4s\"\nrecheck = [\"8s < 1h\"]\n";
  for (auto const& site : world.sites) {
    bool const is_page = site.format == SiteFormat::html;
    out += std::string("\n[[") + (is_page ? "page" : "feed") + "]]\nname = " + quoted(site.id) +
           "\nurl = " + quoted("http://" + site.host + site.feed_path) +
           "\ninterval = \"2s\"\nlanguage = " + quoted(site.language) + "\ntags = " + tag_list(site.tags) +
           "\n";
    if (is_page) out += "item = \"ul.news li\"\nlink = \"a\"\ndate = \"time\"\nsummary = \".teaser\"\n";
  }
  return out;
}

}  // namespace newsfold::origin
