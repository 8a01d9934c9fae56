#pragma once
// A page and what was read from it.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/metadata.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::clean {

inline HtmlDocument document(std::string const& html) {
  auto page = HtmlDocument::parse(html);
  EXPECT_TRUE(page);
  return std::move(*page);
}

inline Article metadata_of(std::string const& head, std::string const& body,
                           std::string const& url = "https://www.harbour-post.example/news/sluice") {
  auto const page =
      document("<!doctype html><html lang=en><head>" + head + "</head><body>" + body + "</body></html>");
  Article article;
  read_metadata(page, url, article);
  return article;
}

inline std::string names(Article const& article) {
  std::string out;
  for (auto const& author : article.authors) out += (out.empty() ? "" : "; ") + author.name;
  return out;
}

inline std::string date(Article const& article) {
  return article.date_published ? format_rfc3339(*article.date_published, article.published_offset_minutes)
                                : "";
}

inline std::string ld_json(std::string const& json) {
  return "<script type='application/ld+json'>" + json + "</script>";
}

}  // namespace newsfold::clean
