// Articles in several pages, put together where the source wants it.
#include "tests/pipeline/pipeline_fixture.h"

namespace newsfold::pipeline {
namespace {

std::string part(std::string const& about, std::string const& links) {
  std::string text;
  for (int i = 0; i < 6; ++i)
    text += "<p>Engineer number " + std::to_string(i * 7) + " told the council of " + about +
            " why the old sluice leaks, what a new gate costs and who among the fishermen would have to "
            "wait.</p>";
  return "<html lang=en><head><title>Sluice</title></head><body><main><article><h1>Sluice</h1>" + text +
         "</article><div class=pagination>" + links + "</div></main></body></html>";
}

constexpr char feed_document[] =
    R"(<rss version="2.0"><channel><title>Daily</title><item><title>Sluice</title><link>http://daily.example/a</link>)"
    R"(<guid>a</guid><description>The council met.</description></item></channel></rss>)";

class SeriesTest : public PipelineFixture {
 protected:
  void SetUp() override {
    PipelineFixture::SetUp();
    web_.pages["http://daily.example/a"] = part("Alesund", "<a rel=next href='?page=2'>2</a>");
    web_.pages["http://daily.example/a?page=2"] = part("Bergen", "<a rel=next href='?page=3'>3</a>");
    web_.pages["http://daily.example/a?page=3"] = part("Cadiz", "");
  }
  std::string text_with(std::size_t join_pages_max) {
    Source source;
    source.id = feed_.id;
    source.name = feed_.name;
    source.join_pages_max = join_pages_max;
    pipeline_->set_sources({source});
    run(poll(feed_document));
    auto const version = store_->view().version(ArticleId{1}, 0);
    EXPECT_TRUE(version) << version.error().message;
    return version ? version->content.content_text : "";
  }
};

TEST_F(SeriesTest, OnlyTheFirstPageIsAskedForUnlessToldOtherwise) {
  auto const text = text_with(1);
  EXPECT_EQ(web_.asked.size(), 1u);
  EXPECT_EQ(text.find("Bergen"), std::string::npos);
}

TEST_F(SeriesTest, ThePagesOfAnArticleAreItsText) {
  auto const text = text_with(10);
  EXPECT_EQ(web_.asked.size(), 3u);
  auto const second = text.find("Bergen");
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(text.find("Alesund"), second);
  EXPECT_LT(second, text.find("Cadiz"));
}

TEST_F(SeriesTest, NoMorePagesThanTheBoundAreAskedFor) {
  EXPECT_EQ(text_with(2).find("Cadiz"), std::string::npos);
  EXPECT_EQ(web_.asked.size(), 2u);
}

TEST_F(SeriesTest, APageThatIsMissingEndsTheSeries) {
  web_.pages.erase("http://daily.example/a?page=2");
  auto const text = text_with(10);
  EXPECT_NE(text.find("Alesund"), std::string::npos);
  EXPECT_EQ(text.find("Cadiz"), std::string::npos);
}

}  // namespace
}  // namespace newsfold::pipeline
