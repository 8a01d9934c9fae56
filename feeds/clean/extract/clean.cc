#include "feeds/clean/extract/clean.h"

#include "feeds/clean/extract/content.h"
#include "feeds/clean/extract/metadata.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/clean/repair/repair.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/charset.h"

#include <iterator>
#include <utility>

namespace newsfold::clean {
namespace {

// Text, headline and by-line as they were meant, with the account of it.
void mend(Article& article) {
  auto repaired = repair_text(article.content_text);
  article.content_text = std::move(repaired.text);
  article.repairs = std::move(repaired.repairs);
  article.spam_mirror = repaired.spam_mirror;
  std::move(repaired.removed.begin(), repaired.removed.end(), std::back_inserter(article.removed));
  article.title = repair_line(article.title);
  article.byline = repair_line(article.byline);
  for (auto& author : article.authors) author.name = repair_line(author.name);
}

}  // namespace

Result<Article> clean_page(std::string_view bytes, PageHints const& hints, CleanOptions const& options) {
  if (bytes.size() > options.page_bytes_max)
    return Error{ErrorCode::too_large,
                 "a page of " + std::to_string(bytes.size()) + " bytes; fetch.body_max bounds it"};
  auto const decoded = text::decode(bytes, hints.content_type);
  auto page = HtmlDocument::parse(decoded.text());
  if (!page) return page.error();

  Article article;
  read_metadata(*page, hints.url, article);
  // What a publisher locks away is not fetched out of its scripts.
  auto const locked = article.paywall != Paywall::none;
  auto content = extract_content(*page, locked ? ScriptBody::never : ScriptBody::allowed);
  if (content.text.empty()) return Error{ErrorCode::malformed, "there is no article text in the page"};
  article.extractor = std::move(content.extractor);
  article.content_text = std::move(content.text);
  article.content_html = sanitize_html(content.html, hints.url);
  article.removed = std::move(content.removed);
  mend(article);
  return article;
}

Article clean_item(Item const& item, CleanOptions const&) {
  Article article;
  article.extractor = "feed";
  article.title = item.title;
  article.url = item.url;
  article.authors = item.authors;
  for (auto const& author : item.authors)
    article.byline += (article.byline.empty() ? "" : ", ") + author.name;
  article.date_published = item.date_published;
  article.date_modified = item.date_modified;
  article.language = item.language;
  article.image = item.image;
  auto const& html = item.content_html.empty() ? item.summary : item.content_html;
  if (!item.content_text.empty() && item.content_html.empty()) {
    article.content_text = item.content_text;
  } else {
    article.content_html = html;
    article.content_text = html_to_text(html);
  }
  mend(article);
  return article;
}

}  // namespace newsfold::clean
