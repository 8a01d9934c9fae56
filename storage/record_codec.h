#pragma once
// Between the values of records.h and the protobuf rows. Rows of ours that hold what no version of this
// program writes (an unknown enum, an article without a story) are `corrupt`, not guessed at.

#include "storage/keys.h"
#include "storage/proto/newsfold.pb.h"
#include "storage/records.h"

#include <optional>
#include <string_view>

namespace newsfold::storage {

// `what` names the kind of row in the message.
template <class Record>
Result<Record> parse_record(std::string_view row, std::string_view what) {
  Record record;
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size())))
    return Error{ErrorCode::corrupt, "a row of " + std::string(what) + " does not decode"};
  return record;
}

std::int64_t micros(UtcMicros t) noexcept;
UtcMicros from_micros(std::int64_t t) noexcept;

void write(Lineage const& lineage, proto::Lineage& record);
Result<Lineage> read(proto::Lineage const& record);

void write(Article const& article, proto::Content& record);
Result<Article> read(proto::Content const& record);
void write(ItemExtras const& extras, proto::Extras& record);
ItemExtras read(proto::Extras const& record);
void write(PageValidators const& page, proto::PageValidators& record);
PageValidators read(proto::PageValidators const& record);

Result<ArticleHead> read(ArticleId id, proto::ArticleRecord const& record);
Result<ArticleVersion> read(VersionKey key, proto::VersionRecord const& record);
Result<VersionHead> read_head(VersionKey key, proto::VersionRecord const& record);
Result<StoryCopy> read(ArticleId article, proto::CopyRecord const& record);

void write(Sighting const& sighting, proto::SightingRecord& record);
Sighting read(SightingKey key, proto::SightingRecord const& record);

void write(dedup::FeedHabits const& habits, proto::FeedRecord& record);
dedup::FeedHabits read_habits(proto::FeedRecord const& record);
FeedRow read(FeedId id, proto::FeedRecord const& record);

void write(Subscription const& subscription, proto::SubscriptionRecord& record);
Subscription read(std::string_view name, proto::SubscriptionRecord const& record);

EditClass edit_class(dedup::EditClass edit) noexcept;
MatchKind match_kind(dedup::MatchKind kind) noexcept;

// Runs of bytes between white space: good enough for "about 400 words".
std::uint32_t count_words(std::string_view text) noexcept;

// {"title":[["kept","..."],["removed","..."]],"text":[...],"words":{"added":1,"removed":2,"kept":3}}
std::string diff_json(dedup::Edit const& edit);

}  // namespace newsfold::storage
