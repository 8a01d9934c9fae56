// How fast feed documents become Feeds, against two marks measured over the same bytes in the same run:
// pugixml's load_buffer, which is the floor of any reading through a tree, and libxml2's SAX parser, which
// is what most readers are built on. One thread, CPU time, best of several rounds.
//
//   bench_feeds [FOLDER [ROUNDS]]     FOLDER: documents, any depth; without it, documents of our own
#include "feeds/parse/parse.h"
#include "feeds/parse/prepare.h"
#include "feeds/parse/xml_document.h"

#include <libxml/parser.h>
#include <pugixml.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace {

using newsfold::parse::Bodies;

std::vector<std::string> read_folder(std::string const& folder) {
  std::vector<std::filesystem::path> paths;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> documents;
  for (auto const& path : paths) {
    std::ifstream file(path, std::ios::binary);
    documents.emplace_back((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  }
  return documents;
}

// RSS with escaped bodies, RSS with CDATA and Atom, 20 to 200 items each.
std::vector<std::string> own_documents() {
  std::string html;
  for (int i = 0; i < 6; ++i)
    html += "<p>The <b>council</b> met on <a href=\"https://news.example/council?id=" + std::to_string(i) +
            "&amp;ref=rss\">Monday</a> &amp; voted; readers&#8217; letters follow below.</p>\n";
  std::string escaped;
  for (char const c : html) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  std::vector<std::string> documents;
  for (int const items : {20, 50, 200}) {
    std::string rss = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>A</title>";
    std::string cdata =
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" "
        "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>";
    std::string atom =
        "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title>";
    for (int i = 0; i < items; ++i) {
      auto const n = std::to_string(i);
      auto const head = "<title>Item " + n + "</title><link>https://news.example/" + n +
                        "</link><guid>https://news.example/" + n +
                        "</guid><pubDate>Thu, 02 Jan 2020 03:04:05 GMT</pubDate>";
      rss += "<item>" + head + "<description>" + escaped + "</description></item>\n";
      cdata += "<item>" + head + "<content:encoded><![CDATA[" + html + "]]></content:encoded></item>\n";
      atom += "<entry><title>Item " + n + "</title><link href=\"https://news.example/" + n +
              "\"/><id>urn:" + n + "</id><updated>2020-01-02T03:04:05Z</updated><content type=\"html\">" +
              escaped + "</content></entry>\n";
    }
    documents.push_back(rss + "</channel></rss>");
    documents.push_back(cdata + "</channel></rss>");
    documents.push_back(atom + "</feed>");
  }
  return documents;
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

void run_pugixml(std::string const& document) {
  pugi::xml_document tree;
  tree.load_buffer(document.data(), document.size());
}

void run_libxml2_sax(std::string const& document) {
  xmlSAXHandler handler{};
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = [](void*, xmlChar const*, xmlChar const*, xmlChar const*, int, xmlChar const**,
                              int, int, xmlChar const**) {};
  handler.characters = [](void*, xmlChar const*, int) {};
  xmlSAXUserParseMemory(&handler, nullptr, document.data(), int(document.size()));
}

std::size_t items_seen = 0;  // so that nothing is optimised away

void run_ours(std::string const& document, Bodies bodies) {
  auto const feed = newsfold::parse::parse_feed(document, {"https://base.example/feed", {}}, {}, bodies);
  if (feed) items_seen += feed->items.size();
}

void run_prepare(std::string const& document) {
  newsfold::parse::PreparedText text;
  if (newsfold::parse::prepare(text, document, {}, {})) items_seen += text.text.size();
}

void run_tree(std::string const& document) {
  newsfold::parse::PreparedText text;
  if (!newsfold::parse::prepare(text, document, {}, {})) return;
  newsfold::parse::XmlDocument const tree(newsfold::parse::Excerpt(text.text), {});
  items_seen += !tree.problem();
}

struct Contender {
  char const* name;
  std::function<void(std::string const&)> run;
  double best = 1e300;
};

}  // namespace

int main(int argc, char** argv) {
  auto const documents = argc > 1 ? read_folder(argv[1]) : own_documents();
  int const rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  std::size_t bytes = 0;
  for (auto const& document : documents) bytes += document.size();
  if (bytes == 0) {
    std::fprintf(stderr, "bench_feeds: no documents\n");
    return 2;
  }
  Contender contenders[] = {
      {"pugixml load_buffer", run_pugixml},
      {"libxml2 SAX", run_libxml2_sax},
      {"newsfold decode", run_prepare},
      {"newsfold decode + tree", run_tree},
      {"newsfold, bodies as they are", [](std::string const& d) { run_ours(d, Bodies::keep); }},
      {"newsfold, bodies sanitized", [](std::string const& d) { run_ours(d, Bodies::sanitize); }},
  };
  for (int round = 0; round < rounds; ++round) {
    for (auto& contender : contenders) {
      auto const start = cpu_seconds();
      for (auto const& document : documents) contender.run(document);
      contender.best = std::min(contender.best, cpu_seconds() - start);
    }
  }
  std::printf("%zu documents, %.1f MB, best of %d rounds, CPU time of one thread\n", documents.size(),
              double(bytes) / 1e6, rounds);
  auto const mark = contenders[0].best;
  for (auto const& contender : contenders)
    std::printf("%-30s %8.0f MB/s %9.0f documents/s   1/%.2f of pugixml\n", contender.name,
                double(bytes) / 1e6 / contender.best, double(documents.size()) / contender.best,
                contender.best / mark);
  return items_seen == 0;
}
