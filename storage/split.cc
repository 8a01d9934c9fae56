// A wrong fold undone by hand, and remembered.

#include "storage/group.h"

#include <algorithm>

namespace newsfold::storage {
namespace {

// `article` goes from the story it is in to `into`; says so.
Result<void> move_out(Group& group, ArticleId article, StoryId from, StoryId into, std::string_view reason) {
  auto const known = group.articles.find(ArticleKey{article});
  if (!known) return known.error();
  if (!*known) return {};
  auto const record = group.articles.change(ArticleKey{article});
  if (!record) return record.error();
  Lineage lineage;
  lineage.match = MatchKind::by_hand;
  lineage.original = (*record)->lineage().original();
  (*record)->set_story(number(into));
  (*record)->clear_lineage();
  storage::write(lineage, *(*record)->mutable_lineage());
  group.copies.erase(CopyKey{from, article});
  auto& place = group.copies.add(CopyKey{into, article});
  place.set_feed((*record)->feed());
  place.set_joined_at(micros(group.now));
  storage::write(lineage, *place.mutable_lineage());
  auto event = group.event_of(EventType::article_copied, article, **record);
  event.former_story = from;
  group.add_bare_event(event, **record, "split: " + std::string(reason));
  return {};
}

Result<void> split_in(Group& group, ArticleId article, std::string_view reason) {
  auto const record = group.articles.find(ArticleKey{article});
  if (!record) return record.error();
  if (!*record) return Error{ErrorCode::not_found, "there is no article " + std::to_string(number(article))};
  StoryId const story{(*record)->story()};
  auto const together = members(group, story);
  if (!together) return together.error();
  if (together->size() < 2)
    return Error{ErrorCode::invalid, "article " + std::to_string(number(article)) + " is alone in its story"};

  // A story keeps the number of its first article: where that one is to go, the others move out instead.
  bool const leads = number(article) == number(story);
  auto moving = leads ? *together : std::vector<ArticleId>{article};
  if (leads) std::erase(moving, article);
  StoryId const into{number(moving.front())};
  auto const row = group.stories.change(CopyKey{into, ArticleId{0}});
  if (!row) return row.error();
  (*row)->clear_merged_into();
  (*row)->add_separate_from(number(story));
  for (auto const each : moving)
    if (auto moved = move_out(group, each, story, into, reason); !moved) return moved;
  group.head.set_stories(group.head.stories() + 1);
  group.head.set_copies(group.head.copies() - 1);
  return {};
}

}  // namespace

Result<CommitReport> Store::split(ArticleId article, std::string_view reason, UtcMicros now) {
  Group group(*state_, now);
  if (auto done = split_in(group, article, reason); !done) return done.error();
  if (auto written = group.write(); !written) return written.error();
  return std::move(group.report);
}

}  // namespace newsfold::storage
