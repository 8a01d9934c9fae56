#include "daemon/nats/subject.h"

#include <gtest/gtest.h>

namespace newsfold::nats {
namespace {

notify::LoggedEvent event() {
  notify::LoggedEvent made;
  made.type = EventType::article_created;
  made.feed_name = "BBC World. News>*";
  made.language = "en-GB";
  return made;
}

TEST(SubjectTemplate, FillsItsPlaceholdersIn) {
  EXPECT_EQ(SubjectTemplate::parse("newsfold.{type}").value().of(event()), "newsfold.article.created");
  EXPECT_EQ(SubjectTemplate::parse("a.{lang}.{feed}.b").value().of(event()), "a.en.BBC_World__News__.b");
  EXPECT_EQ(SubjectTemplate::parse("news.{lang}").value().of({}), "news.und");
  EXPECT_EQ(SubjectTemplate::parse("just-this").value().of(event()), "just-this");
}

TEST(SubjectTemplate, NamesTheSubjectsThatAreItsOwn) {
  EXPECT_EQ(SubjectTemplate::parse("newsfold.{type}").value().pattern(), "newsfold.>");
  EXPECT_EQ(SubjectTemplate::parse("a.b.{feed}.c").value().pattern(), "a.b.>");
  EXPECT_EQ(SubjectTemplate::parse("just.this").value().pattern(), "just.this");
}

TEST(SubjectTemplate, RefusesWhatIsNoSubject) {
  for (std::string const text :
       {"", ".", "a.", "a..b", "{type}", "a.{what}", "a.x{type}", "a.*", "a.>", "a b", "ä"})
    EXPECT_FALSE(SubjectTemplate::parse(text)) << text;
  EXPECT_FALSE(SubjectTemplate::parse(std::string(subject_bytes_max + 1, 'a')));
}

TEST(Token, HasNoMeaningToNats) {
  EXPECT_EQ(token_of(""), "_");
  EXPECT_EQ(token_of("a.b c\n\xff>*"), "a_b_c____");
  EXPECT_EQ(token_of(std::string(5000, 'x')).size(), token_bytes_max);
}

}  // namespace
}  // namespace newsfold::nats
