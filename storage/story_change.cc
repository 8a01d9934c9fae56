// Stories: who belongs to which, and what happens when two turn out to be one.

#include "storage/group.h"

#include <algorithm>
#include <set>

namespace newsfold::storage {
namespace {

constexpr int merges_followed_max = 1000;  // a chain of merges longer than this is a row gone wrong

CopyKey story_key(StoryId story) noexcept { return {story, ArticleId{0}}; }

Result<bool> names(Group& group, StoryId one, StoryId other) {
  auto const record = group.stories.find(story_key(one));
  if (!record) return record.error();
  if (!*record) return false;
  for (auto const named : (*record)->separate_from()) {
    auto const present = story_now(group, StoryId{named});
    if (!present) return present.error();
    if (*present == other) return true;
  }
  return false;
}

}  // namespace

Result<StoryId> story_now(Group& group, StoryId story) {
  for (int followed = 0; followed < merges_followed_max; ++followed) {
    auto const record = group.stories.find(story_key(story));
    if (!record) return record.error();
    if (!*record || (*record)->merged_into() == 0) return story;
    story = StoryId{(*record)->merged_into()};
  }
  return Error{ErrorCode::corrupt, "story " + std::to_string(number(story)) + " was merged in a circle"};
}

Result<std::vector<ArticleId>> members(Group& group, StoryId story) {
  CopyKey const low{story, ArticleId{1}};
  CopyKey const high{StoryId{number(story) + 1}, ArticleId{0}};
  auto const begin = low.encode();
  auto const end = high.encode();
  rocksdb::Slice const upper(slice(view_of(end)));
  std::set<ArticleId> found;
  auto const rows = group.store.database->iterate(Family::stories, nullptr, &upper);
  for (rows->Seek(slice(view_of(begin))); rows->Valid(); rows->Next())
    if (auto const key = CopyKey::decode(view_of(rows->key()))) found.insert(key->article);
  if (!rows->status().ok()) return error_of(rows->status(), "read a story");
  group.copies.for_changed(low, high, [&](CopyKey const& key, bool is_there) {
    if (is_there) {
      found.insert(key.article);
    } else {
      found.erase(key.article);
    }
  });
  return std::vector<ArticleId>(found.begin(), found.end());
}

Result<bool> separate(Group& group, StoryId one, StoryId other) {
  auto const here = names(group, one, other);
  if (!here || *here) return here;
  return names(group, other, one);
}

Result<StoryId> merge(Group& group, StoryId one, StoryId other, std::string_view reason) {
  auto const into = std::min(one, other);
  auto const from = std::max(one, other);
  auto const moving = members(group, from);
  if (!moving) return moving.error();
  for (auto const article : *moving) {
    auto const known = group.articles.find(ArticleKey{article});
    if (!known) return known.error();
    if (!*known) continue;  // a copy without its article: verify() removes it
    auto const record = group.articles.change(ArticleKey{article});
    if (!record) return record.error();
    (*record)->set_story(number(into));
    auto const old = group.copies.find(CopyKey{from, article});
    if (!old) return old.error();
    auto moved = *old ? **old : proto::CopyRecord{};
    group.copies.erase(CopyKey{from, article});
    group.copies.add(CopyKey{into, article}) = std::move(moved);
  }
  auto const ended = group.stories.change(story_key(from));
  if (!ended) return ended.error();
  (*ended)->set_merged_into(number(into));
  if ((*ended)->separate_from_size() > 0) {
    auto const kept = group.stories.change(story_key(into));
    if (!kept) return kept.error();
    (*kept)->mutable_separate_from()->MergeFrom((*ended)->separate_from());
    (*ended)->clear_separate_from();
  }
  group.store.recent.merge(from, into);
  group.head.set_stories(group.head.stories() - 1);
  group.head.set_copies(group.head.copies() + 1);

  auto const leader = moving->empty() ? ArticleId{number(from)} : moving->front();
  auto const record = group.articles.find(ArticleKey{leader});
  if (!record) return record.error();
  if (*record) {
    auto event = group.event_of(EventType::article_merged, leader, **record);
    event.former_story = from;
    group.add_bare_event(event, **record, reason);
  }
  return into;
}

Result<StoryId> place(Group& group, dedup::FoldDecision const& decision) {
  if (decision.kind == dedup::MatchKind::new_story) return StoryId{0};
  auto const matched = group.articles.find(ArticleKey{decision.article});
  if (!matched) return matched.error();
  if (!*matched) return StoryId{0};  // removed meanwhile
  StoryId story{(*matched)->story()};
  // The article that is about to be stored is what shows it.
  auto const reason = "article " + std::to_string(group.head.last_article() + 1) + " is a copy of both";
  for (auto const also : decision.merged) {
    auto const present = story_now(group, also);
    if (!present) return present.error();
    if (*present == story) continue;
    auto const there = members(group, *present);
    if (!there) return there.error();
    if (there->empty()) continue;
    auto const kept_apart = separate(group, story, *present);
    if (!kept_apart) return kept_apart.error();
    if (*kept_apart) continue;
    auto const merged = merge(group, story, *present, reason);
    if (!merged) return merged.error();
    story = *merged;
  }
  return story;
}

}  // namespace newsfold::storage
