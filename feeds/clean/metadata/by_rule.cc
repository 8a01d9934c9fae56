#include "feeds/clean/metadata/by_rule.h"

#include "feeds/clean/metadata/authors.h"
#include "feeds/clean/metadata/byline.h"
#include "feeds/clean/metadata/clock.h"
#include "feeds/clean/metadata/dates.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/text/date_find.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <utility>

namespace newsfold::clean {
namespace {

constexpr std::size_t title_bytes_max = 600;
constexpr std::size_t authors_bytes_max = 300;

void take_names(HtmlDocument const& page, std::vector<NodeIndex> const& elements, std::string_view page_url,
                Article& article) {
  std::vector<Author> authors;
  std::string printed;
  for (auto const element : elements) {
    auto const text = text_of(page, element, authors_bytes_max + 1);
    if (text.empty() || text.size() > authors_bytes_max) continue;
    auto const line = read_byline(byline_text(page, element), NameSource::printed);
    for (auto const& name : line.names) {
      bool const known = std::any_of(authors.begin(), authors.end(), [&](Author const& author) {
        return plain_words(author.name) == plain_words(name);
      });
      if (known) continue;
      Author author;
      author.name = name;
      if (page.tag(element) == "a" && !page.attribute(element, "href").empty())
        author.url = text::resolve_url(page.attribute(element, "href"), page_url);
      authors.push_back(std::move(author));
    }
    if (!line.names.empty()) printed += (printed.empty() ? "" : ", ") + text;
  }
  // Many more than were read beside the headline are those of other articles.
  constexpr std::size_t more_max = 2;
  if (authors.empty() || (!article.authors.empty() && authors.size() > article.authors.size() + more_max))
    return;
  article.authors = std::move(authors);
  article.byline = std::move(printed);
}

}  // namespace

void apply_rule(HtmlDocument const& page, RuleMatch const& match, std::string_view page_url,
                std::string_view authors_source, Article& article) {
  if (match.title != no_node)
    if (auto text = text_of(page, match.title, title_bytes_max); !text.empty())
      article.title = std::move(text);
  bool const declared = !article.authors.empty() && authors_source == "JSON-LD";
  if (!declared) take_names(page, match.byline, page_url, article);
  if (match.date != no_node)
    if (auto const stamp = date_of_element(page, match.date, text::numeric_order_of(article.language))) {
      auto const own_clock = stamp->offset_minutes
                                 ? std::nullopt
                                 : clock_offset(text::host_of(page_url), article.language, stamp->time);
      article.date_published = stamp->time - std::chrono::minutes(own_clock.value_or(0));
      article.published_offset_minutes = stamp->offset_minutes.value_or(own_clock.value_or(0));
    }
}

}  // namespace newsfold::clean
