#include "tests/clean/hostile/hostile_pages.h"

#include <functional>
#include <string_view>

namespace newsfold::hostile {
namespace {

constexpr std::string_view words =
    "The harbour was closed for three hours on Monday, the port authority said, after a ferry lost its way. ";

// `begin`, then what `part` gives for 0, 1, 2 ... until the page is long enough.
std::string filled(std::size_t bytes, std::string begin,
                   std::function<std::string(std::size_t)> const& part) {
  for (std::size_t i = 0; begin.size() < bytes; ++i) begin += part(i);
  return begin;
}

std::string repeated(std::size_t bytes, std::string_view begin, std::string_view part) {
  return filled(bytes, std::string(begin), [&](std::size_t) { return std::string(part); });
}

std::string number(std::size_t i) { return std::to_string(i); }

}  // namespace

std::vector<HostilePage> hostile_pages(std::size_t bytes) {
  std::vector<HostilePage> out;
  auto const add = [&](char const* name, std::string html) { out.push_back({name, std::move(html)}); };
  auto const same = [&](char const* name, std::string_view part, std::string_view begin = "<body>") {
    add(name, repeated(bytes, begin, part));
  };
  same("nested elements", "<div>");
  same("nested elements with text", "<div>word ");
  same("nested elements, wrong end tags", "<div></x>");
  same("nested elements, end tags out of scope", "<div><table></div>x");
  same("nested lists", "<ul><li>x");
  same("nested tables", "<table><tr><td>");
  same("nested tables, text between", "<table>x<tr>y<td>z");
  same("cells without a table", "<td>x<tr>y");
  same("nested inline elements", "<span>x");
  same("nested buttons and paragraphs", "<p><button>x");
  same("nested svg", "<svg><g>");
  same("svg never closed", "<svg><p>");
  same("svg titles", "<svg><title><div></title></svg>");
  same("math", "<math><mi><mglyph>x");
  same("templates", "<template><p>x");
  add("attributes of one element",
      filled(bytes, "<div ", [](std::size_t i) { return "a" + number(i) + "=x "; }) + ">text</div>");
  same("one attribute again and again", "class=x ", "<div ");
  add("one long class", "<div class='" + repeated(bytes, "", "article-body ") + "'>text</div>");
  add("elements with attributes", filled(bytes, "", [](std::size_t i) {
        return "<i a=1 b=2 c=3 d=4 e=5 f=6 g=7 class=c" + number(i) + "></i>";
      }));
  add("classes, each once",
      filled(bytes, "", [](std::size_t i) { return "<p class='side-bar-" + number(i) + "'>word</p>"; }));
  same("formatting never closed", "<p><b><i><font>x");
  add("formatting never closed, each another",
      filled(bytes, "", [](std::size_t i) { return "<p><font size=" + number(i) + ">x"; }));
  same("formatting closed crosswise", "<b><i><u>x</b></i></u>");
  same("formatting around blocks", "<b><div>x</b>y</div>");
  same("formatting closed again and again", "</b></i></p>", "<b><i><div><p>");
  same("formatting in cells", "<table><tr><td><b><font>x</table>");
  same("links", "<a href=/x>words of a link</a> ");
  same("links, empty", "<a href=/></a>");
  same("links never closed", "<a href=/x>x");
  same("links around blocks", "<a href=/x><div>x</a>");
  same("entities", "&amp;");
  same("entities without end", "&ampx&notin&#x41");
  same("line breaks", "<br>x");
  same("paragraphs of a word", "<p>x");
  same("end tags of paragraphs", "</p>");
  same("end tags", "</x>");
  same("end tags in deep elements", "</b></x>", repeated(2000, "", "<div>"));
  same("end tags in a text", "x</y>");
  same("end tags of forms in a text", "x<form>y</form>");
  same("forms in forms", "x<form>");
  same("forms in blocks", "<div><form></div>x");
  same("bodies", "x<body>");
  same("ends of bodies", "x</body>");
  same("text between rows", "x<tr>", "<table>");
  same("text between rows and comments", "x<!--y-->", "<table>");
  same("text between columns", "x<col>", "<table>");
  same("blocks in a select", "x<div>y</div>", "<select>");
  same("captions", "<caption>x", "<table>");
  same("headings", "<h1>The harbour</h1>");
  same("times", "<time datetime=2026-01-02T03:04:05Z>x</time>");
  same("by-lines", "<span class=author>By Ada Quay</span>");
  same("by-lines of links", "<a rel=author href=/author/ada>Ada Quay</a>");
  same("by-lines around by-lines", "<div class='byline author'>x ");
  same("dates around dates", "<div class=date>3 March 2026 ");
  same("wall wording", "<p>Subscribe to continue reading</p>");
  same("wall wording in boxes", "<div class=paywall>Subscribe to continue reading ");
  same("figures", "<figure><img src=a><figcaption>x</figcaption></figure>");
  add("pictures in an article", "<article><h1>T</h1><p>" + repeated(2000, "", words) + "</p>" +
                                    repeated(bytes, "", "<img src=a>") + "<p>" + repeated(2000, "", words));
  add("pictures between paragraphs",
      repeated(bytes, "<article>",
               "<p>" + std::string(words) + std::string(words) + "</p><div><img src=a></div>"));
  add("captions between paragraphs",
      "<article><p>" + repeated(2000, "", words) + "</p>" +
          repeated(bytes, "", "<figure><img src=a><figcaption>x</figcaption></figure>") + "<p>" +
          repeated(2000, "", words) + "</article>");
  add("article of short paragraphs", repeated(bytes, "<article>", "<p>" + std::string(words) + "</p>"));
  add("article in one paragraph", repeated(bytes, "<article><p>", words));
  add("article in deep inline elements",
      "<article><p>" + repeated(1000, "", "<span>") + repeated(bytes, "", std::string(words) + "<br><br>"));
  same("one word", "x", "<p>");
  same("commas", ",", "<p>");
  same("blanks", " ", "<p>x");
  same("lists", "<ul><li>x</li></ul>");
  same("cells", "<td>x", "<table><tr>");
  same("rows", "<tr><td>x", "<table>");
  same("selects", "<select><option>x");
  same("options", "<option>x", "<select>");
  same("selects, well-formed", "<select><option>x</select>");
  add("one script", "<script>" + repeated(bytes, "", "var x = \"y\"; ") + "</script><p>text</p>");
  same("a script never closed", "<x a=\"b\">", "<script>");
  same("a script that opens scripts", "<!--<script>", "<script>");
  same("scripts", "<script>x</script>");
  same("scripts around end tags", "<script><!-- <script></script>");
  add("script of prose",
      "<script>{" + repeated(bytes, "", "\"k\":\"" + std::string(words) + "\",") + "}</script>");
  add("script of keys", "<script>" + repeated(bytes, "", "\"datePublished\":\"x\",") + "</script>");
  add("JSON-LD of articles", "<script type='application/ld+json'>[" +
                                 repeated(bytes, "{}", ",{\"@type\":\"NewsArticle\",\"articleBody\":\"x\"}") +
                                 "]</script>");
  add("JSON-LD in depth",
      "<script type='application/ld+json'>" + repeated(bytes, "", "{\"a\":[") + "</script>");
  same("JSON-LD scripts", "<script type='application/ld+json'>{\"@type\":\"Article\"}</script>");
  same("styles never closed", "<style>p{}");
  same("comments never closed", "<!-- ");
  same("comments", "<!-- x -->");
  same("comments, almost closed", "--!", "<!-- ");
  same("markup never closed", "<a <b ");
  same("declarations", "<!x>");
  same("quotes never closed", "<a b='c\" ");
  same("less-than signs", "<");
  same("less-than signs and tags", "<<p>");
  same("zeros", std::string_view("\0<p\0>", 5));
  same("meta elements", "<meta property=og:title content=x>");
  same("titles", "<title>x</title>");
  same("forms", "<form><input></form>");
  same("framesets", "<frameset><frame>");
  same("text areas", "<textarea>x");
  same("unknown elements", "<my-element>x");
  same("hidden elements", "<div style='display:none'>Subscribe to continue reading</div>");
  return out;
}

std::string ordinary_page(std::size_t bytes) {
  auto page = repeated(bytes / 3, "<!doctype html><html lang=en><head><title>T</title><script>",
                       "window.dataLayer = window.dataLayer || [];");
  page = repeated(bytes / 2, page + "</script></head><body><nav><ul>",
                  "<li class=nav-item><a href='/world'>World news of the day</a></li>");
  page += "</ul></nav><main><article><h1>Harbour closed for three hours</h1>";
  return repeated(bytes, page,
                  "<p>" + std::string(words) + "<a href='/ferry'>The ferry</a> " + std::string(words) +
                      std::string(words) + "</p>\n");
}

}  // namespace newsfold::hostile
