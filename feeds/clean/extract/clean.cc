#include "feeds/clean/extract/clean.h"

#include "feeds/clean/extract/block_model.h"
#include "feeds/clean/extract/content.h"
#include "feeds/clean/extract/site_body.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/by_rule.h"
#include "feeds/clean/metadata/metadata.h"
#include "feeds/clean/metadata/wall.h"
#include "feeds/clean/repair/mend_html.h"
#include "feeds/clean/repair/repair.h"
#include "feeds/clean/rules/site_rules.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/ascii.h"
#include "feeds/text/charset.h"
#include "feeds/text/entities.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace newsfold::clean {
namespace {

// Text, headline and by-line as they were meant, with the account of it.
void mend(Article& article, CleanOptions const& options) {
  RepairOptions repair;
  if (options.photo_credits == PhotoCredits::keep) repair.credits = Credits::keep;
  auto repaired = repair_text(article.content_text, repair);
  article.content_html = mend_html(article.content_html, repaired, repair);
  article.content_text = std::move(repaired.text);
  article.repairs = std::move(repaired.repairs);
  article.spam_mirror = repaired.spam_mirror;
  std::move(repaired.removed.begin(), repaired.removed.end(), std::back_inserter(article.removed));
  auto const mend_line = [&](std::string& line) { line = repair_line(line, article.repairs); };
  mend_line(article.title);
  mend_line(article.byline);
  for (auto& author : article.authors) mend_line(author.name);
}

// Takes the wall's own words and, unless they are kept, the parts that are marked as paid out of the page.
// True where paid text went.
bool take_out_wall(HtmlDocument& page, Wall const& wall, PaidText paid_text, std::vector<Removed>& removed) {
  auto const take_out = [&](NodeIndex node) {
    auto const text = text_of(page, node, 400);
    if (!text.empty()) removed.push_back({FragmentKind::paywall, first_characters(text)});
    page.blank(node);
    return !text.empty();
  };
  for (auto const node : wall.blocks) take_out(node);
  bool left_out = false;
  if (paid_text == PaidText::drop && wall.keeps_paid_text_back())
    for (auto const node : wall.paid) left_out |= take_out(node);
  return left_out;
}

Content content_of_description(PageSurvey const& survey) {
  Content content;
  for (auto const* name : {"og:description", "description", "twitter:description"})
    if (content.text.empty()) content.text = text::collapse_space(survey.meta(name));
  if (content.text.empty()) return content;
  content.html = "<p>";
  text::append_escaped(content.html, content.text);
  content.html += "</p>";
  return content;
}

std::string_view last_line(std::string_view text) {
  text = text::trim(text);
  return text.substr(text.rfind('\n') + 1);
}

// A picture or an archive under a page's address: characters that no writer types.
bool is_binary(std::string_view text) {
  constexpr std::size_t looked_at = 4096;
  auto const head = text.substr(0, looked_at);
  auto const controls = std::ranges::count_if(head, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && !text::is_space(c) && c != 0x1B;  // ISO-2022 has escapes
  });
  return std::size_t(controls) * 20 > head.size();
}

}  // namespace

Result<Article> clean_page(std::string_view bytes, PageHints const& hints, CleanOptions const& options) {
  if (bytes.size() > options.page_bytes_max)
    return Error{ErrorCode::too_large,
                 "a page of " + std::to_string(bytes.size()) + " bytes; fetch.body_max bounds it"};
  auto const decoded = text::decode(bytes, hints.content_type);
  if (is_binary(decoded.text()))
    return Error{ErrorCode::malformed, "this is no page but binary data; was the right file fetched?"};
  auto page = HtmlDocument::parse(decoded.text());
  if (!page) return page.error();

  Article article;
  auto const metadata = read_metadata(*page, hints.url, article);
  auto const* rule = options.rules ? options.rules->find(text::host_of(hints.url)) : nullptr;
  auto const match = rule ? match_rule(*page, *rule) : RuleMatch{};
  if (rule) apply_rule(*page, match, hints.url, metadata.sources.authors, article);
  auto const wall = find_wall(*page, metadata.survey, metadata.article, metadata.heading);
  bool const left_out = take_out_wall(*page, wall, options.paid_text, article.removed);
  if (rule) strip_by_rule(*page, match);
  // What a publisher locks away is not fetched out of its scripts; a meter lets a visitor read it.
  bool const is_open = wall.kind == Paywall::none || wall.kind == Paywall::metered;
  auto const script_body = is_open ? ScriptBody::allowed : ScriptBody::never;
  auto const& model = options.model ? *options.model : BlockModel::built_in();
  auto content = extract_content(*page, script_body, metadata.heading, model);
  if (!match.body.empty()) {
    keep_only(*page, match.body);
    auto by_rule = extract_content(*page, ScriptBody::never, metadata.heading, model);
    if (is_as_good(by_rule.text, content.text)) content = std::move(by_rule);
  }
  // A page that scripts build may still say in a meta element what it is about.
  bool const described = content.text.empty() && !left_out;
  if (described) content = content_of_description(metadata.survey);
  // Where all of it is paid, headline and wall are what there is to tell.
  if (content.text.empty() && !left_out)
    return Error{ErrorCode::malformed, "there is no article text in the page"};
  article.extractor = described ? "description" : std::move(content.extractor);
  article.content_text = std::move(content.text);
  article.content_html = sanitize_html(content.html, hints.url);
  std::move(content.removed.begin(), content.removed.end(), std::back_inserter(article.removed));
  mend(article, options);
  judge_completeness(wall, metadata.article, left_out, article);
  if (described) article.completeness = Completeness::teaser;
  return article;
}

Article clean_item(Item const& item, CleanOptions const& options) {
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
  auto const last = std::string(last_line(article.content_text));
  mend(article, options);
  judge_feed_text(last, article);
  return article;
}

}  // namespace newsfold::clean
