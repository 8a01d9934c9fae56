#include "daemon/admin/search.h"

#include "daemon/notify/filter.h"
#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <utility>

namespace newsfold::admin {
namespace {

constexpr std::size_t slice_articles = 256;  // read between two looks at the clock
constexpr std::size_t excerpt_before = 60;   // bytes
constexpr std::size_t excerpt_bytes = 160;

// The first word of the query, for the excerpt: what stands there as the text has it.
std::string first_word(std::string_view words) {
  auto const begin = words.find_first_not_of(" \t\"");
  if (begin == std::string_view::npos) return {};
  auto const end = std::min(words.find_first_of(" \t\"", begin), words.size());
  return std::string(words.substr(begin, end - begin));
}

// Cut between characters, white space folded to blanks.
std::string excerpt_of(std::string_view text, std::string_view word) {
  auto const at = std::search(text.begin(), text.end(), word.begin(), word.end(),
                              [](char a, char b) { return text::to_lower(a) == text::to_lower(b); });
  if (at == text.end() || word.empty()) return {};
  auto const found = std::size_t(at - text.begin());
  auto begin = found > excerpt_before ? found - excerpt_before : 0;
  while (begin > 0 && text::is_continuation(text[begin])) --begin;
  auto end = std::min(text.size(), begin + excerpt_bytes);
  while (end < text.size() && text::is_continuation(text[end])) ++end;
  std::string out = begin > 0 ? "..." : "";
  for (char const c : text.substr(begin, end - begin)) out += c == '\n' || c == '\t' ? ' ' : c;
  return out + (end < text.size() ? "..." : "");
}

}  // namespace

Result<SearchResult> search(storage::View const& view, SearchQuery const& query) {
  notify::FilterSpec spec;
  spec.query = query.words;
  spec.feeds = query.feeds;
  auto const filter = notify::Filter::make(spec);
  if (!filter) return filter.error();
  if (!filter->asks_for_words()) return Error{ErrorCode::invalid, "say at least one word to look for"};
  auto const word = first_word(query.words);
  auto const deadline = std::chrono::steady_clock::now() + query.time_max;

  SearchResult result;
  storage::ArticlePage page;
  page.after = query.before;
  std::string folded;
  for (;;) {
    page.limit = std::min(slice_articles, query.articles_max - result.read);
    auto const heads = view.articles(page);
    if (!heads) return heads.error();
    for (auto const& head : *heads) {
      page.after = head.id;
      ++result.read;
      result.back_to = head.stored_at;
      auto const version = view.version(head.id, 0);
      if (!version) continue;  // newsfold verify tells of it
      folded.clear();
      notify::fold_words(folded, version->content.title);
      notify::fold_words(folded, version->content.content_text);
      if (!filter->matches(head, folded)) continue;
      result.hits.push_back({head, excerpt_of(version->content.content_text, word)});
      if (result.hits.size() >= query.hits_max) {
        result.next_before = page.after;
        return result;
      }
    }
    if (heads->size() < page.limit) return result;
    result.next_before = page.after;
    if (result.read >= query.articles_max || std::chrono::steady_clock::now() >= deadline) return result;
    result.next_before.reset();
  }
}

}  // namespace newsfold::admin
