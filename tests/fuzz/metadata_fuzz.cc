// Any page gives a title, names and dates that can be written down, and a wall whose elements are its own.
#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/byline.h"
#include "feeds/clean/metadata/metadata.h"
#include "feeds/clean/metadata/wall.h"
#include "feeds/text/utf8.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace newsfold;
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const text = text::mend_utf8(bytes);
  clean::DocumentLimits limits;
  limits.bytes_max = 1UL << 20;
  auto const page = clean::HtmlDocument::parse(text, limits);
  if (!page) return 0;
  Article article;
  auto const metadata = clean::read_metadata(*page, "https://h.example/2026/03/01/page", article);
  if (article.date_published) format_rfc3339(*article.date_published, article.published_offset_minutes);
  if (!text::is_valid_utf8(article.title)) std::abort();
  for (auto const& author : article.authors)
    if (author.name.empty() || !text::is_valid_utf8(author.name)) std::abort();
  auto const wall = clean::find_wall(*page, metadata.survey, metadata.article, metadata.heading);
  for (auto const node : wall.blocks)
    if (node >= page->size()) std::abort();
  for (auto const source :
       {clean::NameSource::declared, clean::NameSource::printed, clean::NameSource::running})
    clean::read_byline(bytes, source);
  clean::wall_wording(bytes);
  return 0;
}
