#include "daemon/notify/filter.h"

#include "feeds/text/utf8.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <utility>

namespace newsfold::notify {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return out;
}

Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }

Result<void> check_values(std::vector<std::string> const& values, std::string_view name) {
  if (values.size() > filter_values_max)
    return invalid("more than " + std::to_string(filter_values_max) + " values of " + std::string(name));
  for (auto const& value : values)
    if (value.empty() || value.size() > filter_value_bytes_max)
      return invalid("a value of " + std::string(name) + " is empty or longer than " +
                     std::to_string(filter_value_bytes_max) + " bytes");
  return {};
}

constexpr std::uint8_t event_types_end = 32;  // numbers on disk, all below

Result<std::uint32_t> type_bits(std::vector<std::string> const& globs) {
  if (globs.empty()) return ~std::uint32_t{0};
  std::uint32_t bits = 0;
  for (auto const& glob : globs) {
    std::uint32_t matched = 0;
    for (std::uint8_t number = 1; number < event_types_end; ++number) {
      auto const type = event_type_of(number);
      if (type && glob_matches(glob, to_string(*type))) matched |= std::uint32_t{1} << number;
    }
    if (matched == 0)
      return invalid("no event type is called \"" + glob +
                     "\"; there are article.created, article.updated, article.copied, article.merged, "
                     "article.withdrawn, feed.failing, feed.recovered, feed.moved, feed.gone, feed.gap");
    bits |= matched;
  }
  return bits;
}

// "words and \"phrases\"" to the folded form of each.
Result<std::vector<std::string>> read_query(std::string_view query) {
  if (query.size() > filter_query_bytes_max)
    return invalid("q is longer than " + std::to_string(filter_query_bytes_max) + " bytes");
  std::vector<std::string> phrases;
  auto add = [&phrases](std::string_view text) {
    std::string folded;
    fold_words(folded, text);
    if (folded.size() > 2) phrases.push_back(std::move(folded));
  };
  for (std::size_t at = 0; at < query.size();) {
    if (query[at] == '"') {
      auto const end = std::min(query.find('"', at + 1), query.size());
      add(query.substr(at + 1, end - at - 1));
      at = end + 1;
    } else {
      auto const end = std::min(query.find_first_of(" \t\"", at), query.size());
      add(query.substr(at, end - at));
      at = end == at ? at + 1 : end;
    }
  }
  if (!query.empty() && phrases.empty()) return invalid("q holds no word");
  return phrases;
}

bool stands_alone(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  auto const script = uscript_getScript(UChar32(c), &status);
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
         script == USCRIPT_THAI;
}

void append_part(std::string& key, char name, std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  for (auto const& value : values) {
    key += name;
    key += std::to_string(value.size()) + ':';
    key += value;
  }
}

}  // namespace

void fold_words(std::string& out, std::string_view utf8) {
  if (out.empty()) out += ' ';
  bool in_word = false;
  for (std::size_t at = 0; at < utf8.size();) {
    auto c = text::next_char(utf8, at);
    bool const letter = c < 0x80
                            ? (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                            : u_isalnum(UChar32(c)) != 0 || (U_GET_GC_MASK(UChar32(c)) & U_GC_M_MASK) != 0;
    if (!letter) {
      if (in_word) out += ' ';
      in_word = false;
      continue;
    }
    bool const alone = c >= 0x80 && stands_alone(c);
    if (alone && in_word) out += ' ';
    text::append_utf8(out, c < 0x80 ? (c >= 'A' && c <= 'Z' ? c + 32 : c)
                                    : char32_t(u_foldCase(UChar32(c), U_FOLD_CASE_DEFAULT)));
    in_word = !alone;
    if (alone) out += ' ';
  }
  if (in_word) out += ' ';
}

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view FoldedText::of(storage::ChangeView const& event) {
  if (!made_) {
    folded_.clear();
    for (auto const json : {event.title_json, event.text_json}) {
      // The bodies are JSON strings: "\n" and its kind must part words, not join them.
      std::string plain;
      plain.reserve(json.size());
      for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] != '\\') {
          plain += json[i];
          continue;
        }
        plain += ' ';
        i += i + 1 < json.size() && json[i + 1] == 'u' ? 5 : 1;
      }
      fold_words(folded_, plain);
    }
    made_ = true;
  }
  return folded_;
}

void FoldedText::clear() noexcept { made_ = false; }

Result<Filter> Filter::make(FilterSpec const& spec) {
  for (auto const& [values, name] : {std::pair{&spec.types, "type"},
                                     {&spec.feeds, "feed"},
                                     {&spec.tags, "tag"},
                                     {&spec.languages, "lang"}})
    if (auto checked = check_values(*values, name); !checked) return checked.error();
  Filter filter;
  auto const types = type_bits(spec.types);
  if (!types) return types.error();
  filter.types_ = *types;
  for (auto const& feed : spec.feeds) filter.feeds_.push_back(lower(feed));
  for (auto const& tag : spec.tags) filter.tags_.push_back(lower(tag));
  for (auto const& language : spec.languages) filter.languages_.push_back(lower(language));
  auto phrases = read_query(spec.query);
  if (!phrases) return phrases.error();
  filter.phrases_ = std::move(*phrases);
  filter.copies_ = spec.copies;
  filter.key_ = std::to_string(filter.types_) + (filter.copies_ == Copies::fold ? "F" : "S");
  append_part(filter.key_, 'f', filter.feeds_);
  append_part(filter.key_, 't', filter.tags_);
  append_part(filter.key_, 'l', filter.languages_);
  append_part(filter.key_, 'q', filter.phrases_);
  return filter;
}

bool Filter::wants_feed(std::string_view name) const {
  if (feeds_.empty()) return true;
  auto const folded = lower(name);
  return std::any_of(feeds_.begin(), feeds_.end(),
                     [&](auto const& glob) { return glob_matches(glob, folded); });
}

bool Filter::wants_language(std::string_view language) const {
  if (languages_.empty()) return true;
  auto const folded = lower(language);
  return std::any_of(languages_.begin(), languages_.end(), [&](std::string const& wanted) {
    return folded == wanted || (folded.starts_with(wanted) && folded[wanted.size()] == '-');
  });
}

bool Filter::wants_words(std::string_view folded_text) const {
  return std::all_of(phrases_.begin(), phrases_.end(), [&](std::string const& phrase) {
    return folded_text.find(phrase) != std::string_view::npos;
  });
}

bool Filter::matches(storage::ChangeView const& event, FoldedText& text) const {
  if (!wants(event.type)) return false;
  if (!wants_feed(event.feed_name)) return false;
  if (is_article_event(event.type)) {
    if (copies_ == Copies::fold && number(event.story) != number(event.article) &&
        event.type != EventType::article_merged)
      return false;
    if (!wants_language(event.language)) return false;
  } else if (!languages_.empty() || !tags_.empty() || !phrases_.empty()) {
    return false;
  }
  if (!tags_.empty()) {
    bool found = false;
    for (auto const tag : event.tags)
      found |= std::find(tags_.begin(), tags_.end(), lower(tag)) != tags_.end();
    if (!found) return false;
  }
  return phrases_.empty() || wants_words(text.of(event));
}

bool Filter::matches(storage::ArticleHead const& head, std::string_view folded_text) const {
  if (!wants_feed(head.feed_name) || !wants_language(head.language)) return false;
  if (copies_ == Copies::fold && number(head.story) != number(head.id)) return false;
  if (!tags_.empty() && std::none_of(head.tags.begin(), head.tags.end(), [&](auto const& tag) {
        return std::find(tags_.begin(), tags_.end(), lower(tag)) != tags_.end();
      }))
    return false;
  return wants_words(folded_text);
}

}  // namespace newsfold::notify
