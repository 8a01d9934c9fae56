#include "feeds/clean/metadata/metadata.h"

#include "feeds/clean/metadata/authors.h"
#include "feeds/clean/metadata/byline.h"
#include "feeds/clean/metadata/dates.h"
#include "feeds/clean/metadata/title.h"
#include "feeds/text/ascii.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <array>
#include <utility>

namespace newsfold::clean {
namespace {

// The article that the page is about: the one with its address, then the one with its title, then the first.
LdArticle const* main_article(PageSurvey const& survey, std::string_view page_url) {
  auto const& articles = survey.json_ld.articles;
  if (articles.empty()) return nullptr;
  auto const path_of = [](std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    if (auto const at = url.find("://"); at != std::string_view::npos) url.remove_prefix(at + 3);
    while (url.ends_with('/')) url.remove_suffix(1);
    auto const slash = url.find('/');
    return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
  };
  auto const own = path_of(survey.canonical.empty() ? page_url : survey.canonical);
  auto const title = plain_words(survey.head_title);
  auto const og_title = plain_words(survey.meta("og:title"));
  LdArticle const* best = nullptr;
  int best_score = -1;
  for (auto const& article : articles) {
    auto const headline = plain_words(article.headline);
    int score = article.is_article ? 8 : 0;
    if (!own.empty() && path_of(article.url) == own) score += 4;
    if (!headline.empty() && (title.find(headline) != std::string::npos || headline == og_title)) score += 4;
    if (!article.date_published.empty()) score += 2;
    if (!article.authors.empty()) score += 2;
    if (score > best_score) {
      best = &article;
      best_score = score;
    }
  }
  return best;
}

// "blog" is no name, "paper" of "blog.paper.co.uk" is; the whole host is one, too.
void add_host_labels(std::string_view url, std::vector<std::string>& names) {
  auto host = text::host_of(url);
  if (host.starts_with("www.")) host.remove_prefix(4);
  names.emplace_back(host);
  while (!host.empty()) {
    auto const end = std::min(host.find('.'), host.size());
    auto const label = host.substr(0, end);
    host.remove_prefix(std::min(end + 1, host.size()));
    static constexpr auto common = std::to_array<std::string_view>(
        {"archive", "blog", "blogs", "docs", "edition", "feeds", "forum", "mobile", "news", "story", "wiki"});
    bool const is_common = std::find(common.begin(), common.end(), label) != common.end();
    if (!host.empty() && label.size() >= 3 && !is_common) names.emplace_back(label);
  }
}

std::string first_of(PageSurvey const& survey, std::initializer_list<std::string_view> names) {
  for (auto const name : names)
    if (auto const content = survey.meta(name); !content.empty()) return text::collapse_space(content);
  return {};
}

// "en_US", "EN", "English" to a tag of BCP 47, or nothing.
std::string language_tag(std::string_view raw) {
  std::string out;
  for (char const c : raw.substr(0, 35)) {
    if (c == '_')
      out += '-';
    else if (text::is_alnum(c) || c == '-')
      out += c;
    else
      break;
  }
  auto const primary = std::min(out.find('-'), out.size());
  if (primary < 2 || primary > 3) return {};
  std::transform(out.begin(), out.begin() + std::ptrdiff_t(primary), out.begin(), text::to_lower);
  return out;
}

}  // namespace

PageMetadata read_metadata(HtmlDocument const& page, std::string_view page_url, Article& article) {
  PageMetadata out;
  out.survey = survey_page(page);
  auto const& survey = out.survey;
  out.article = main_article(survey, page_url);

  article.site_name = first_of(survey, {"og:site_name"});
  if (article.site_name.empty() && out.article) article.site_name = out.article->publisher;
  if (article.site_name.empty()) article.site_name = survey.json_ld.site_name;
  if (article.site_name.empty())
    article.site_name =
        first_of(survey, {"application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher"});
  std::string address(survey.canonical);
  if (address.empty()) address = first_of(survey, {"og:url", "twitter:url"});
  if (address.empty() && out.article && out.article->url.starts_with("http")) address = out.article->url;
  article.url = address.empty() ? std::string(page_url) : text::resolve_url(address, page_url);

  std::vector<std::string> site_names{article.site_name, survey.json_ld.site_name,
                                      std::string(survey.meta("application-name"))};
  if (out.article) site_names.push_back(out.article->publisher);
  add_host_labels(article.url, site_names);
  if (!page_url.empty()) add_host_labels(page_url, site_names);

  auto title = choose_title(page, survey, out.article, site_names);
  article.title = std::move(title.text);
  out.heading = title.heading;
  out.sources.title = title.source;

  for (auto const candidate : {survey.language, survey.meta("og:locale"), survey.meta("content-language"),
                               out.article ? std::string_view(out.article->language) : std::string_view(),
                               survey.meta("language"), survey.meta("dc.language")})
    if (article.language.empty()) article.language = language_tag(candidate);

  auto authors = choose_authors(page, survey, out.article, out.heading, site_names);
  article.authors = std::move(authors.authors);
  article.byline = std::move(authors.byline);
  out.sources.authors = authors.source;
  for (auto& author : article.authors)
    if (!author.url.empty()) author.url = text::resolve_url(author.url, page_url);

  auto dates = choose_dates(page, survey, out.article, out.heading, page_url.empty() ? article.url : page_url,
                            article.language);
  article.date_published = dates.published;
  article.date_modified = dates.modified;
  article.published_offset_minutes = dates.published_offset_minutes.value_or(0);
  out.dates = std::move(dates.witnesses);
  out.sources.date = dates.source;

  article.image = first_of(
      survey, {"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"});
  if (article.image.empty() && out.article) article.image = out.article->image;
  if (!article.image.empty()) article.image = text::resolve_url(article.image, page_url);
  return out;
}

}  // namespace newsfold::clean
