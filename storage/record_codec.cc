#include "storage/record_codec.h"

#include <limits>
#include <utility>

namespace newsfold::storage {
namespace {

// Enums that the model orders without gaps: everything up to the last one is known.
template <class Enum>
std::optional<Enum> enum_of(std::uint32_t on_disk, Enum last) noexcept {
  if (on_disk > static_cast<std::uint32_t>(last)) return std::nullopt;
  return static_cast<Enum>(on_disk);
}

Error unknown(std::string_view what) {
  return {ErrorCode::corrupt, "a row has " + std::string(what) + " that is not known"};
}

void write(Author const& author, proto::Author& record) {
  record.set_name(author.name);
  record.set_url(author.url);
  record.set_avatar(author.avatar);
  record.set_email(author.email);
}

Author read(proto::Author const& record) {
  return {record.name(), record.url(), record.avatar(), record.email()};
}

void write(Attachment const& attachment, proto::Attachment& record) {
  record.set_url(attachment.url);
  record.set_mime_type(attachment.mime_type);
  record.set_title(attachment.title);
  if (attachment.size_in_bytes) record.set_size_in_bytes(*attachment.size_in_bytes);
  if (attachment.duration_in_seconds) record.set_duration_in_seconds(*attachment.duration_in_seconds);
}

Attachment read(proto::Attachment const& record) {
  Attachment attachment;
  attachment.url = record.url();
  attachment.mime_type = record.mime_type();
  attachment.title = record.title();
  if (record.has_size_in_bytes()) attachment.size_in_bytes = record.size_in_bytes();
  if (record.has_duration_in_seconds()) attachment.duration_in_seconds = record.duration_in_seconds();
  return attachment;
}

// The diff of a title or a text; nothing where they did not change.
void append_parts(std::string& json, std::string_view name, std::vector<dedup::DiffPart> const& parts) {
  if (parts.empty()) return;
  if (json.back() != '{') json += ',';
  append_json_string(json, name);
  json += ":[";
  for (auto const& part : parts) {
    if (json.back() != '[') json += ',';
    json += '[';
    switch (part.kind) {
      case dedup::DiffKind::kept: json += "\"kept\","; break;
      case dedup::DiffKind::removed: json += "\"removed\","; break;
      case dedup::DiffKind::added: json += "\"added\","; break;
    }
    append_json_string(json, part.text);
    json += ']';
  }
  json += ']';
}

}  // namespace

std::int64_t micros(UtcMicros t) noexcept { return t.time_since_epoch().count(); }
UtcMicros from_micros(std::int64_t t) noexcept { return UtcMicros{std::chrono::microseconds{t}}; }

void write(Lineage const& lineage, proto::Lineage& record) {
  record.set_match(static_cast<std::uint32_t>(lineage.match));
  record.set_similarity(lineage.similarity);
  record.set_matched(number(lineage.matched));
  record.set_original(lineage.original);
}

Result<Lineage> read(proto::Lineage const& record) {
  auto const match = enum_of(record.match(), MatchKind::by_hand);
  if (!match) return unknown("a kind of match");
  return Lineage{*match, record.similarity(), ArticleId{record.matched()}, record.original()};
}

void write(Article const& article, proto::Content& record) {
  record.set_title(article.title);
  record.set_byline(article.byline);
  for (auto const& author : article.authors) write(author, *record.add_authors());
  if (article.date_published) record.set_date_published(micros(*article.date_published));
  if (article.date_modified) record.set_date_modified(micros(*article.date_modified));
  record.set_site_name(article.site_name);
  record.set_language(article.language);
  record.set_url(article.url);
  record.set_image(article.image);
  record.set_content_html(article.content_html);
  record.set_content_text(article.content_text);
  record.set_extractor(article.extractor);
  record.set_paywall(static_cast<std::uint32_t>(article.paywall));
  record.set_paywall_evidence(article.paywall_evidence);
  record.set_truncated(article.truncated);
  record.set_completeness(static_cast<std::uint32_t>(article.completeness));
  record.set_published_offset_minutes(article.published_offset_minutes);
  record.set_spam_mirror(article.spam_mirror);
  for (auto const& removed : article.removed) {
    auto& to = *record.add_removed();
    to.set_kind(static_cast<std::uint32_t>(removed.kind));
    to.set_text(removed.text);
  }
  for (auto const& repair : article.repairs) {
    auto& to = *record.add_repairs();
    to.set_kind(static_cast<std::uint32_t>(repair.kind));
    to.set_from(repair.from);
    to.set_to(repair.to);
    to.set_count(repair.count);
  }
}

Result<Article> read(proto::Content const& record) {
  Article article;
  article.title = record.title();
  article.byline = record.byline();
  for (auto const& author : record.authors()) article.authors.push_back(read(author));
  if (record.has_date_published()) article.date_published = from_micros(record.date_published());
  if (record.has_date_modified()) article.date_modified = from_micros(record.date_modified());
  article.site_name = record.site_name();
  article.language = record.language();
  article.url = record.url();
  article.image = record.image();
  article.content_html = record.content_html();
  article.content_text = record.content_text();
  article.extractor = record.extractor();
  auto const paywall = enum_of(record.paywall(), Paywall::subscription);
  if (!paywall) return unknown("a paywall");
  article.paywall = *paywall;
  article.paywall_evidence = record.paywall_evidence();
  article.truncated = record.truncated();
  auto const completeness = enum_of(record.completeness(), Completeness::teaser);
  if (!completeness) return unknown("a grade of completeness");
  article.completeness = *completeness;
  // Rows from before it was stored say nothing of it.
  if (article.truncated && article.completeness == Completeness::full)
    article.completeness = Completeness::partial;
  article.published_offset_minutes = record.published_offset_minutes();
  article.spam_mirror = record.spam_mirror();
  for (auto const& removed : record.removed()) {
    auto const kind = enum_of(removed.kind(), FragmentKind::other);
    if (!kind) return unknown("a kind of fragment");
    article.removed.push_back({*kind, removed.text()});
  }
  for (auto const& repair : record.repairs()) {
    auto const kind = enum_of(repair.kind(), RepairKind::space);
    if (!kind) return unknown("a kind of repair");
    article.repairs.push_back({*kind, repair.from(), repair.to(), repair.count()});
  }
  return article;
}

void write(ItemExtras const& extras, proto::Extras& record) {
  record.set_guid(extras.guid);
  record.set_item_url(extras.item_url);
  record.set_external_url(extras.external_url);
  record.set_summary(extras.summary);
  record.set_comments_url(extras.comments_url);
  record.set_license(extras.license);
  record.set_source_title(extras.source.title);
  record.set_source_url(extras.source.url);
  for (auto const& tag : extras.tags) record.add_tags(tag);
  for (auto const& attachment : extras.attachments) write(attachment, *record.add_attachments());
}

ItemExtras read(proto::Extras const& record) {
  ItemExtras extras;
  extras.guid = record.guid();
  extras.item_url = record.item_url();
  extras.external_url = record.external_url();
  extras.summary = record.summary();
  extras.comments_url = record.comments_url();
  extras.license = record.license();
  extras.source.title = record.source_title();
  extras.source.url = record.source_url();
  extras.tags.assign(record.tags().begin(), record.tags().end());
  for (auto const& attachment : record.attachments()) extras.attachments.push_back(read(attachment));
  return extras;
}

void write(PageValidators const& page, proto::PageValidators& record) {
  record.set_etag(page.etag);
  record.set_last_modified(page.last_modified);
  record.set_url(page.url);
}

PageValidators read(proto::PageValidators const& record) {
  return {record.etag(), record.last_modified(), record.url()};
}

Result<ArticleHead> read(ArticleId id, proto::ArticleRecord const& record) {
  auto const paywall = enum_of(record.paywall(), Paywall::subscription);
  if (!paywall) return unknown("a paywall");
  if (record.story() == 0 || record.version() == 0) return unknown("an article without story or version");
  auto lineage = read(record.lineage());
  if (!lineage) return lineage.error();
  ArticleHead head;
  head.id = id;
  head.story = StoryId{record.story()};
  head.version = record.version();
  head.feed = FeedId{record.feed()};
  head.feed_name = record.feed_name();
  head.title = record.title();
  head.url = record.url();
  head.byline = record.byline();
  head.language = record.language();
  head.summary = record.summary();
  head.image = record.image();
  head.tags.assign(record.tags().begin(), record.tags().end());
  if (record.has_date_published()) head.date_published = from_micros(record.date_published());
  head.stored_at = from_micros(record.stored_at());
  head.changed_at = from_micros(record.changed_at());
  head.words = record.words();
  head.paywall = *paywall;
  head.truncated = record.truncated();
  head.spam_mirror = record.spam_mirror();
  if (record.feed_weight() > 0) head.feed_weight = double(record.feed_weight());
  if (record.has_withdrawn_at()) head.withdrawn_at = from_micros(record.withdrawn_at());
  head.withdrawn_reason = record.withdrawn_reason();
  head.lineage = std::move(*lineage);
  return head;
}

Result<ArticleVersion> read(VersionKey key, proto::VersionRecord const& record) {
  auto const edit = record.edit() > std::numeric_limits<std::uint8_t>::max()
                        ? std::nullopt
                        : edit_class_of(static_cast<std::uint8_t>(record.edit()));
  if (!edit) return unknown("a class of edit");
  auto content = read(record.content());
  if (!content) return content.error();
  ArticleVersion version;
  version.article = key.article;
  version.number = key.number;
  version.stored_at = from_micros(record.stored_at());
  version.edit = *edit;
  version.diff_json = record.diff_json();
  version.version_hash = record.version_hash();
  version.source_hash = record.source_hash();
  version.cleaner_revision = record.cleaner_revision();
  version.content = std::move(*content);
  version.extras = read(record.extras());
  version.page = read(record.page());
  return version;
}

Result<VersionHead> read_head(VersionKey key, proto::VersionRecord const& record) {
  auto const edit = record.edit() > std::numeric_limits<std::uint8_t>::max()
                        ? std::nullopt
                        : edit_class_of(static_cast<std::uint8_t>(record.edit()));
  if (!edit) return unknown("a class of edit");
  return VersionHead{
      key.article,   key.number, from_micros(record.stored_at()), *edit, record.content().title(),
      record.words()};
}

Result<StoryCopy> read(ArticleId article, proto::CopyRecord const& record) {
  auto lineage = read(record.lineage());
  if (!lineage) return lineage.error();
  return StoryCopy{article, FeedId{record.feed()}, from_micros(record.joined_at()), std::move(*lineage)};
}

void write(Sighting const& sighting, proto::SightingRecord& record) {
  record.set_guid(sighting.traits.guid);
  record.set_url(sighting.traits.url);
  record.set_title(sighting.traits.title);
  record.set_text(sighting.traits.text);
  record.set_link(sighting.traits.link);
  if (sighting.traits.published) record.set_published(micros(*sighting.traits.published));
  record.set_item_hash(sighting.item_hash);
  record.set_first_seen(micros(sighting.first_seen));
  record.set_gone(sighting.gone);
  if (sighting.page_version == 0) return;
  write(sighting.page, *record.mutable_page());
  record.set_page_version(sighting.page_version);
  record.set_page_cleaner(sighting.page_cleaner);
}

Sighting read(SightingKey key, proto::SightingRecord const& record) {
  Sighting sighting;
  sighting.feed = key.feed;
  sighting.article = key.article;
  sighting.traits.guid = record.guid();
  sighting.traits.url = record.url();
  sighting.traits.title = record.title();
  sighting.traits.text = record.text();
  sighting.traits.link = record.link();
  if (record.has_published()) sighting.traits.published = from_micros(record.published());
  sighting.item_hash = record.item_hash();
  sighting.first_seen = from_micros(record.first_seen());
  sighting.gone = record.gone();
  sighting.page = read(record.page());
  sighting.page_version = record.page_version();
  sighting.page_cleaner = record.page_cleaner();
  return sighting;
}

void write(dedup::FeedHabits const& habits, proto::FeedRecord& record) {
  record.set_guid_kept(habits.guid_kept);
  record.set_guid_changed(habits.guid_changed);
  record.set_guid_shared(habits.guid_shared);
  record.set_url_kept(habits.url_kept);
  record.set_url_changed(habits.url_changed);
  record.set_url_shared(habits.url_shared);
}

dedup::FeedHabits read_habits(proto::FeedRecord const& record) {
  dedup::FeedHabits habits;
  habits.guid_kept = record.guid_kept();
  habits.guid_changed = record.guid_changed();
  habits.guid_shared = record.guid_shared();
  habits.url_kept = record.url_kept();
  habits.url_changed = record.url_changed();
  habits.url_shared = record.url_shared();
  return habits;
}

FeedRow read(FeedId id, proto::FeedRecord const& record) {
  FeedRow row;
  row.id = id;
  row.name = record.name();
  row.articles = record.articles();
  row.copies = record.copies();
  row.updates = record.updates();
  row.bytes = record.bytes();
  if (record.has_last_article_at()) row.last_article_at = from_micros(record.last_article_at());
  row.state = record.state();
  row.habits = read_habits(record);
  return row;
}

void write(Subscription const& subscription, proto::SubscriptionRecord& record) {
  record.set_epoch(number(subscription.epoch));
  record.set_acknowledged(number(subscription.acknowledged));
  record.set_moved_at(micros(subscription.moved_at));
  record.set_settings(subscription.settings);
}

Subscription read(std::string_view name, proto::SubscriptionRecord const& record) {
  return {std::string(name), Epoch{record.epoch()}, Sequence{record.acknowledged()},
          from_micros(record.moved_at()), record.settings()};
}

EditClass edit_class(dedup::EditClass edit) noexcept {
  switch (edit) {
    case dedup::EditClass::none: return EditClass::none;
    case dedup::EditClass::headline: return EditClass::headline;
    case dedup::EditClass::correction: return EditClass::correction;
    case dedup::EditClass::addition: return EditClass::addition;
    case dedup::EditClass::removal: return EditClass::removal;
    case dedup::EditClass::rewrite: return EditClass::rewrite;
    case dedup::EditClass::paywall_up: return EditClass::paywall_up;
    case dedup::EditClass::paywall_down: return EditClass::paywall_down;
  }
  return EditClass::none;
}

MatchKind match_kind(dedup::MatchKind kind) noexcept {
  switch (kind) {
    case dedup::MatchKind::new_story: return MatchKind::first;
    case dedup::MatchKind::url: return MatchKind::url;
    case dedup::MatchKind::exact: return MatchKind::exact;
    case dedup::MatchKind::near: return MatchKind::near;
  }
  return MatchKind::first;
}

std::uint32_t count_words(std::string_view text) noexcept {
  std::uint32_t words = 0;
  bool inside = false;
  for (unsigned char const c : text) {
    bool const letter = c > 0x20;
    words += letter && !inside ? 1u : 0u;
    inside = letter;
  }
  return words;
}

std::string diff_json(dedup::Edit const& edit) {
  std::string json = "{";
  append_parts(json, "title", edit.title_diff);
  append_parts(json, "text", edit.text_diff);
  if (json.back() != '{') json += ',';
  json += "\"words\":{\"added\":" + std::to_string(edit.words_added) +
          ",\"removed\":" + std::to_string(edit.words_removed) +
          ",\"kept\":" + std::to_string(edit.words_kept) + "}}";
  return json;
}

}  // namespace newsfold::storage
