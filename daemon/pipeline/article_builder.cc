#include "daemon/pipeline/article_builder.h"

#include "daemon/pipeline/lineage.h"
#include "feeds/clean/extract/page_series.h"
#include "feeds/clean/metadata/wall.h"
#include "feeds/dedup/signature.h"
#include "feeds/dedup/version.h"
#include "feeds/text/url.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace newsfold::pipeline {
namespace {

constexpr std::size_t validators_bytes_max = 1024;  // they are kept with every version

// A page that gives less text than its own teaser was not understood (or is a wall): the feed's text serves.
bool says_less(Article const& page, Article const& item) {
  return page.content_text.size() < item.content_text.size();
}

// What the feed knows better than the page, or alone.
void complete(Article& article, Item const& item, std::string const& feed_language, Source const& source) {
  if (!item.title.empty()) article.title = item.title;  // pages add their site's name and more
  if (article.url.empty()) article.url = item.url;
  if (article.authors.empty()) article.authors = item.authors;
  if (!article.date_published) article.date_published = item.date_published;
  if (!article.date_modified) article.date_modified = item.date_modified;
  if (article.image.empty()) article.image = item.image;
  if (!source.language.empty()) {
    article.language = source.language;
  } else if (article.language.empty()) {
    article.language = item.language.empty() ? feed_language : item.language;
  }
}

// The page and those that follow it in a series, as one article.
Result<Article> clean_series(FetchedPage const& page, Source const& source) {
  auto const cleaned = [&](fetch::Response const& response) {
    return clean::clean_page(response.body, {response.final_url, response.headers.content_type},
                             source.clean);
  };
  auto first = cleaned(page.response);
  if (!first) return first;
  for (auto const& response : page.more)
    if (auto next = cleaned(response)) clean::join_page(*first, std::move(*next));
  return first;
}

bool has_page(FetchedPage const& page) {
  return page.outcome == PageOutcome::fetched || page.outcome == PageOutcome::unchanged;
}

struct Made {
  Article article;
  bool kept = false;  // its text is that of the version before
};

// `before`: what its page was read as; number 0: it never was. That stays where the page is unchanged, cannot
// be had, or is nothing that we understand now: the feed's teaser in its place would be an edit that nobody
// made.
Made make_article(Source const& source, Item const& item, FetchedPage const& page,
                  storage::ArticleVersion const& before) {
  auto from_item = clean::clean_item(item, source.clean);
  if (page.outcome == PageOutcome::fetched) {
    auto from_page = clean_series(page, source);
    if (from_page && !says_less(*from_page, from_item)) return {std::move(*from_page), false};
    if (from_page && before.number == 0) clean::judge_by_page(*from_page, from_item);
  }
  if (before.number == 0) return {std::move(from_item), false};
  auto kept = before.content;
  // Who of the two said it then is not known: the later one is right of either.
  kept.date_modified = std::max(kept.date_modified, item.date_modified);
  if (!says_less(kept, from_item)) return {std::move(kept), true};
  clean::judge_by_page(kept, from_item);
  return {std::move(from_item), false};
}

// The newest version of a known article, where it was read from its page.
storage::ArticleVersion page_before(storage::View const& view, dedup::Identity const& identity,
                                    PageOutcome outcome) {
  if (outcome == PageOutcome::not_wanted || identity.reason == dedup::IdentityReason::new_item) return {};
  auto stored = view.version(identity.article, 0);
  if (!stored || stored->content.extractor == "feed") return {};
  return std::move(*stored);
}

ItemExtras extras_of(Item item, Source const& source) {
  ItemExtras extras;
  extras.guid = std::move(item.id);
  extras.item_url = std::move(item.url);
  extras.external_url = std::move(item.external_url);
  extras.summary = std::move(item.summary);
  extras.comments_url = std::move(item.comments_url);
  extras.license = std::move(item.license);
  extras.source = std::move(item.source);
  extras.tags = std::move(item.tags);
  for (auto const& tag : source.tags)
    if (std::find(extras.tags.begin(), extras.tags.end(), tag) == extras.tags.end())
      extras.tags.push_back(tag);
  extras.attachments = std::move(item.attachments);
  return extras;
}

std::uint64_t hash_text(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

std::uint64_t hash_pages(FetchedPage const& page) {
  auto hash = hash_text(page.response.body);
  for (auto const& response : page.more) hash = hash * 31 + hash_text(response.body);
  return hash;
}

// Nothing where several pages were put together: the first one's answer would speak for all.
storage::PageValidators validators_of(FetchedPage const& page, std::string const& item_url) {
  auto const& response = page.response;
  if (page.outcome != PageOutcome::fetched || !page.more.empty()) return {};
  if (response.headers.etag.size() + response.headers.last_modified.size() > validators_bytes_max) return {};
  storage::PageValidators out{response.headers.etag, response.headers.last_modified, {}};
  if (!out.empty() && response.final_url != item_url) out.url = response.final_url;
  return out;
}

std::shared_ptr<dedup::Signature const> signature_of(Article const& article) {
  return std::make_shared<dedup::Signature const>(
      dedup::make_signature(article.title, article.content_text, article.language));
}

// Fills what follows from the clean article: hashes, the difference to the version that is stored, or what
// story a new article belongs to.
void decide(storage::IngestItem& out, BuildContext const& context, storage::View const& view,
            std::string_view host) {
  auto const& article = out.article;
  out.version_hash = dedup::version_hash(article.title, article.content_text);
  out.cleaner_revision = cleaner_revision;
  out.seen = view.newest_article();

  if (out.identity.reason != dedup::IdentityReason::new_item) {
    auto stored = view.version(out.identity.article, 0);
    if (stored && stored->version_hash != out.version_hash) {
      auto& before = stored->content;
      // What was not known to be template when that version came is no edit now.
      if (context.source.learn_templates)
        before.content_text = context.templates.strip(view, host, before.content_text);
      if (dedup::version_hash(before.title, before.content_text) == out.version_hash)
        out.version_hash = stored->version_hash;
      else
        out.edit = storage::EditFrom{
            stored->number, dedup::compare_versions(
                                {before.title, before.content_text, before.paywall, before.truncated},
                                {article.title, article.content_text, article.paywall, article.truncated})};
    }
  }
  if (out.identity.reason == dedup::IdentityReason::new_item) {
    auto const candidates = view.candidates(context.source.id, out.extras.tags);
    out.fold = dedup::decide(*out.signature, *candidates, context.fold);
  }
}

}  // namespace

storage::IngestItem build_item(BuildContext const& context, ItemWork work, FetchedPage page,
                               dedup::FeedHabits& habits) {
  storage::IngestItem out;
  auto const view = context.store.view();
  auto const before = page_before(view, work.identity, page.outcome);
  // Retention or a recheck came in between: the text that it was asked about is not at hand.
  if (page.outcome == PageOutcome::unchanged && before.number != work.known.version)
    page.outcome = PageOutcome::unreachable;
  auto made = make_article(context.source, work.item, page, before);
  out.article = std::move(made.article);
  complete(out.article, work.item, context.feed_language, context.source);
  // Where the page was fetched its own address counts: the item's may be a wrapper on another host.
  auto const address = has_page(page) ? page.response.final_url : work.item.url;
  out.original = original_of(out.article, address);
  auto const host = std::string(text::host_of(address));
  bool const is_new = work.identity.reason == dedup::IdentityReason::new_item;
  if (context.source.learn_templates)
    context.templates.apply(view, host, out.article,
                            is_new ? TemplateStore::Lesson::learn : TemplateStore::Lesson::nothing);

  dedup::ItemFields fields;
  fields.guid = work.item.id;
  // A canonical link to another site names the original, not this item.
  fields.url = out.original.starts_with("canonical ") ? std::string_view(work.item.url) : out.article.url;
  fields.title = out.article.title;
  fields.published = work.item.date_published;
  fields.link = work.item.url;
  out.signature = signature_of(out.article);
  out.traits = dedup::make_traits(fields, *out.signature);

  out.identity = work.identity;
  if (work.identity.reason == dedup::IdentityReason::new_item)
    out.identity = dedup::identify(context.source.id, out.traits, habits, view);

  // Retention took what another feed brought: to this feed it is news.
  if (out.identity.reason != dedup::IdentityReason::new_item && !view.article(out.identity.article) &&
      !view.sighting(context.source.id, out.identity.article))
    out.identity = {};

  out.source_hash = made.kept ? before.source_hash : work.item_hash;
  if (made.kept) {
    out.text_of = before.number;
    out.page = page.outcome == PageOutcome::unchanged
                   ? after_unchanged(work.known.validators, page.response.headers)
                   : known_page(view, context.source.id, work.identity.article).validators;
    // They are of the link that the item had then.
    if (!out.page.empty() && out.page.url.empty() && before.extras.item_url != work.item.url)
      out.page.url = before.extras.item_url;
  } else if (page.outcome == PageOutcome::fetched) {
    out.source_hash = hash_pages(page);
    out.page = validators_of(page, work.item.url);
  }
  out.item_hash = work.item_hash;
  out.comes_again = page.outcome == PageOutcome::unreachable;
  out.extras = extras_of(std::move(work.item), context.source);
  decide(out, context, view, host);
  if (made.kept) out.cleaner_revision = before.cleaner_revision;
  return out;
}

Result<storage::IngestItem> rebuild_item(BuildContext const& context, ArticleId article,
                                         FetchedPage const& page) {
  auto const view = context.store.view();
  auto stored = view.version(article, 0);
  if (!stored) return stored.error();
  auto const sighting = view.sighting(context.source.id, article);
  if (!sighting) return sighting.error();
  auto cleaned = clean_series(page, context.source);
  if (!cleaned) return cleaned.error();

  Item shown;  // by the feed: the same measure as in a poll
  shown.summary = stored->extras.summary;
  if (says_less(*cleaned, clean::clean_item(shown, context.source.clean)))
    return Error{ErrorCode::malformed, "the page says less than the feed's summary of it"};

  storage::IngestItem out;
  out.article = std::move(*cleaned);
  auto& before = stored->content;
  // The headline that the feed gave stays until the feed gives another: see complete().
  out.article.title = before.title;
  if (out.article.url.empty()) out.article.url = before.url;
  if (out.article.authors.empty()) out.article.authors = std::move(before.authors);
  if (!out.article.date_published) out.article.date_published = before.date_published;
  if (out.article.image.empty()) out.article.image = std::move(before.image);
  if (out.article.language.empty()) out.article.language = before.language;
  auto const host = text::host_of(page.response.final_url);
  if (context.source.learn_templates)
    context.templates.apply(view, host, out.article, TemplateStore::Lesson::nothing);
  out.extras = std::move(stored->extras);
  out.page = validators_of(page, out.extras.item_url);
  out.traits = sighting->traits;
  out.identity = {dedup::IdentityReason::url_alone, article};
  out.item_hash = sighting->item_hash;
  out.source_hash = hash_pages(page);
  out.original = original_of(out.article, page.response.final_url);
  out.signature = signature_of(out.article);
  decide(out, context, view, host);
  return out;
}

}  // namespace newsfold::pipeline
