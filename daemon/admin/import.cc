#include "daemon/admin/import.h"

#include "daemon/admin/json_at.h"
#include "daemon/config/config.h"
#include "feeds/dedup/signature.h"
#include "feeds/dedup/version.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace newsfold::admin {

namespace json = boost::json;

namespace {

std::string text_at(json::object const& from, std::string_view key) {
  return std::string(string_at(from, key));
}

std::optional<UtcMicros> time_at(json::object const& from, std::string_view key) {
  return parse_rfc3339(text_at(from, key));
}

// East of Greenwich, of the clock that a time was written on.
int offset_at(json::object const& from, std::string_view key) {
  auto text = text_at(from, key);
  auto const utc = parse_rfc3339(text);
  if (!utc || text.ends_with('Z')) return 0;
  text.replace(text.size() - std::string_view("+00:00").size(), std::string::npos, "Z");
  auto const shown = parse_rfc3339(text);
  return shown ? int(std::chrono::duration_cast<std::chrono::minutes>(*shown - *utc).count()) : 0;
}

// The name of an enumerator back to its value; the first where there is no such name.
template <class Enum>
Enum named(std::string_view name, Enum last) {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(last); ++i)
    if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  return Enum{};
}

Article read_article(json::object const& from) {
  Article out;
  out.title = text_at(from, "title");
  out.byline = text_at(from, "byline");
  for (auto const& value : array_at(from, "authors")) {
    if (!value.is_object()) continue;
    Author author;
    author.name = text_at(value.get_object(), "name");
    author.url = text_at(value.get_object(), "url");
    out.authors.push_back(std::move(author));
  }
  out.date_published = time_at(from, "date_published");
  out.published_offset_minutes = offset_at(from, "date_published");
  out.date_modified = time_at(from, "date_modified");
  out.site_name = text_at(from, "site_name");
  out.language = text_at(from, "language");
  out.url = text_at(from, "url");
  out.image = text_at(from, "image");
  out.content_html = text_at(from, "content_html");
  out.content_text = text_at(from, "content_text");
  auto const& ours = object_at(from, "_newsfold");
  out.extractor = text_at(ours, "extractor");
  out.paywall = named(text_at(ours, "paywall"), Paywall::subscription);
  out.paywall_evidence = text_at(ours, "paywall_evidence");
  out.truncated = true_at(ours, "truncated");
  out.completeness = named(text_at(ours, "completeness"), Completeness::teaser);
  out.spam_mirror = true_at(ours, "spam_mirror");
  for (auto const& value : array_at(ours, "removed"))
    if (value.is_object())
      out.removed.push_back({named(text_at(value.get_object(), "kind"), FragmentKind::other),
                             text_at(value.get_object(), "text")});
  for (auto const& value : array_at(ours, "repairs")) {
    if (!value.is_object()) continue;
    auto const& one = value.get_object();
    out.repairs.push_back({named(text_at(one, "kind"), RepairKind::space), text_at(one, "from"),
                           text_at(one, "to"), number_at(one, "count")});
  }
  return out;
}

ItemExtras read_extras(json::object const& from) {
  ItemExtras out;
  out.guid = text_at(from, "guid");
  out.item_url = text_at(from, "item_url");
  out.external_url = text_at(from, "external_url");
  out.summary = text_at(from, "summary");
  out.comments_url = text_at(from, "comments_url");
  out.license = text_at(from, "license");
  out.source.title = text_at(from, "source_title");
  out.source.url = text_at(from, "source_url");
  for (auto const& tag : array_at(from, "tags"))
    if (tag.is_string()) out.tags.emplace_back(tag.get_string());
  for (auto const& value : array_at(from, "attachments")) {
    if (!value.is_object()) continue;
    auto const& one = value.get_object();
    Attachment attachment;
    attachment.url = text_at(one, "url");
    attachment.mime_type = text_at(one, "mime_type");
    attachment.title = text_at(one, "title");
    boost::system::error_code failure;
    if (auto const* size = one.if_contains("size_in_bytes")) {
      auto const bytes = size->to_number<std::uint64_t>(failure);
      if (!failure) attachment.size_in_bytes = bytes;
    }
    if (auto const* span = one.if_contains("duration_in_seconds")) {
      auto const seconds = span->to_number<double>(failure);
      if (!failure) attachment.duration_in_seconds = seconds;
    }
    out.attachments.push_back(std::move(attachment));
  }
  return out;
}

std::uint64_t hash_text(std::string_view text) { return XXH3_64bits(text.data(), text.size()) | 1; }

// As the pipeline does with an item whose page was cleaned (daemon/pipeline/article_builder.cc).
storage::IngestItem make_item(storage::View const& view, FeedId feed, dedup::FoldOptions const& fold,
                              json::object const& version, std::string const& original) {
  storage::IngestItem out;
  out.article = read_article(version);
  out.extras = read_extras(object_at(version, "item"));
  out.original = original;
  auto const& article = out.article;
  dedup::ItemFields fields;
  fields.guid = out.extras.guid;
  fields.url = original.starts_with("canonical ") ? std::string_view(out.extras.item_url) : article.url;
  fields.title = article.title;
  fields.text = article.content_text;
  fields.published = article.date_published;
  out.traits = dedup::make_traits(fields);
  dedup::FeedHabits habits;
  out.identity = dedup::identify(feed, out.traits, habits, view);
  out.item_hash = out.source_hash = hash_text(article.title + '\n' + article.content_text);
  out.version_hash = dedup::version_hash(article.title, article.content_text);
  out.seen = view.newest_article();
  auto signature = std::make_shared<dedup::Signature>(
      dedup::make_signature(article.title, article.content_text, article.language));
  if (out.identity.reason == dedup::IdentityReason::new_item) {
    auto const candidates = view.candidates(feed, out.extras.tags);
    out.fold = dedup::decide(*signature, *candidates, fold);
  } else if (auto const stored = view.version(out.identity.article, 0);
             stored && stored->version_hash != out.version_hash) {
    auto const& before = stored->content;
    out.edit = storage::EditFrom{
        stored->number,
        dedup::compare_versions({before.title, before.content_text, before.paywall, before.truncated},
                                {article.title, article.content_text, article.paywall, article.truncated})};
  }
  out.signature = std::move(signature);
  return out;
}

// Whether the article had this content at any time: an archive that is imported twice changes nothing.
bool has_version(storage::View const& view, storage::IngestItem const& item) {
  if (item.identity.reason == dedup::IdentityReason::new_item) return false;
  auto const head = view.article(item.identity.article);
  if (!head) return false;
  for (std::uint32_t number = 1; number <= head->version; ++number) {
    auto const version = view.version(head->id, number);
    if (version && version->version_hash == item.version_hash) return true;
  }
  return false;
}

void count(storage::ItemOutcome const& outcome, ImportCounts& counts) {
  switch (outcome.outcome) {
    case storage::Outcome::created: ++counts.created; break;
    case storage::Outcome::copied: ++counts.copied; break;
    case storage::Outcome::updated: ++counts.updated; break;
    case storage::Outcome::recleaned:
    case storage::Outcome::unchanged: ++counts.unchanged; break;
    case storage::Outcome::set_aside: ++counts.failed; break;
  }
}

}  // namespace

Result<void> Importer::add_line(std::string_view line, UtcMicros now) {
  ++counts_.lines;
  boost::system::error_code failure;
  auto const value = json::parse(line, failure);
  auto const* root = !failure && value.is_object() ? &value.get_object() : nullptr;
  auto const feed_name = root ? text_at(object_at(*root, "_newsfold"), "feed") : std::string();
  auto const& versions = root ? array_at(object_at(*root, "_newsfold"), "versions") : json::array();
  if (feed_name.empty() || versions.empty()) {
    ++counts_.failed;
    return Error{ErrorCode::invalid,
                 "line " + std::to_string(counts_.lines) +
                     " is no article of an archive: it needs _newsfold.feed and _newsfold.versions"};
  }
  config::Source source;
  source.name = feed_name;
  auto const original = text_at(object_at(*root, "_newsfold"), "original");
  for (auto const& one : versions) {
    if (!one.is_object()) continue;
    auto const& version = one.get_object();
    storage::FeedChange change;
    change.feed = config::feed_id(source);
    change.feed_name = feed_name;
    auto item = make_item(store_.view(), change.feed, fold_, version, original);
    if (has_version(store_.view(), item)) {
      ++counts_.unchanged;
      continue;
    }
    change.items.push_back(std::move(item));
    newest_ = std::max(newest_, time_at(version, "stored_at").value_or(now));
    auto const report = store_.commit(std::span(&change, 1), newest_);
    if (!report) return report.error();
    for (auto const& outcome : report->outcomes.front()) count(outcome, counts_);
  }
  return {};
}

}  // namespace newsfold::admin
