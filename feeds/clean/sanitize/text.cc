// The two ways from HTML to text. They share the tokenizer with the sanitizer, and its list of tags.
#include "feeds/clean/sanitize/html_token.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/clean/sanitize/tags.h"
#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"

namespace newsfold::clean {

namespace {

enum class Layout : unsigned char { paragraphs, line };

// White space waits until text follows, so that it never stands at an end and the widest gap wins.
enum class Gap : unsigned char { none, blank, line, paragraph };

class TextWriter {
 public:
  explicit TextWriter(Layout layout) : layout_(layout) {}

  void text(std::string_view raw) {
    if (raw.find('&') != std::string_view::npos) {
      scratch_.clear();
      text::append_decoded(scratch_, raw);
      raw = scratch_;
    }
    while (!raw.empty()) {
      std::size_t n = 0;
      while (n < raw.size() && !text::is_space(raw[n])) ++n;
      if (n > 0) {
        write_gap();
        out_.append(raw.substr(0, n));
        raw.remove_prefix(n);
      }
      while (!raw.empty() && text::is_space(raw.front())) {
        raw.remove_prefix(1);
        gap(Gap::blank);
      }
    }
  }
  void gap(Gap wanted) {
    if (wanted > gap_) gap_ = wanted;
  }
  std::string take() { return std::move(out_); }

 private:
  void write_gap() {
    if (gap_ != Gap::none && !out_.empty()) {
      if (gap_ == Gap::blank || layout_ == Layout::line)
        out_ += ' ';
      else
        out_.append(gap_ == Gap::line ? "\n" : "\n\n");
    }
    gap_ = Gap::none;
  }

  Layout layout_;
  Gap gap_ = Gap::none;
  std::string out_;
  std::string scratch_;
};

Gap gap_of(TagShape shape) noexcept {
  switch (shape) {
    case TagShape::inline_: return Gap::none;
    case TagShape::empty: return Gap::none;
    case TagShape::line: return Gap::line;
    case TagShape::block: return Gap::paragraph;
  }
  return Gap::none;
}

// A tag of a name that HTML does not know begins at `at`. Its name is enough to tell: where the tag ends need
// not be looked for, which a title full of them would make us do again and again.
bool is_unknown_tag(std::string_view html, std::size_t at) noexcept {
  constexpr std::size_t name_bytes_max = 64;
  auto rest = html.substr(at + 1, name_bytes_max);
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty() || !text::is_alpha(rest.front())) return false;
  return find_tag(without_prefix(rest.substr(0, rest.find_first_of(" \t\r\n\f/>")))) == nullptr;
}

std::string to_text(std::string_view html, Dialect dialect, Layout layout) {
  TextWriter out(layout);
  HtmlToken token;
  std::size_t at = 0;
  bool frames_closed = true;
  bool const wants_known_tags = layout == Layout::line && dialect == Dialect::html;
  bool rest_is_text = false;  // a tag is open to the end
  while (at < html.size()) {
    auto const markup = html.find('<', at);
    out.text(html.substr(at, markup == std::string_view::npos ? markup : markup - at));
    if (markup == std::string_view::npos) break;
    auto const as_text = [&] {
      out.text("&lt;");
      at = markup + 1;
    };
    // In a title what looks like an unknown tag is more likely "<3" or "Map<K, V>".
    if (rest_is_text || (wants_known_tags && is_unknown_tag(html, markup))) {
      as_text();
      continue;
    }
    read_token(html, markup, token);
    at = token.end;
    if (token.kind == HtmlTokenKind::text) {
      as_text();
    } else if (token.kind == HtmlTokenKind::cdata) {
      if (dialect == Dialect::xml) {
        std::string escaped;
        text::append_escaped(escaped, token.content);
        out.text(escaped);
      }
    } else if (token.kind != HtmlTokenKind::comment) {
      auto const* tag = find_tag(without_prefix(token.name));
      if (token.cut_off && wants_known_tags) {
        rest_is_text = true;
        as_text();
      }
      if (!tag || token.cut_off) continue;
      bool const opens =
          token.kind == HtmlTokenKind::start && !(dialect == Dialect::xml && token.self_closing);
      if (opens && tag->raw_text && (frames_closed || tag->name != "iframe")) {
        auto const end = find_raw_end(html, at, tag->name);
        // A frame that is never closed must not swallow the rest; it is looked for once.
        if (end < html.size() || tag->name != "iframe")
          at = end;
        else
          frames_closed = false;
        continue;
      }
      out.gap(gap_of(tag->shape));
    }
  }
  return out.take();
}

}  // namespace

std::string html_to_text(std::string_view html, Dialect dialect) {
  return to_text(html, dialect, Layout::paragraphs);
}

std::string html_to_line(std::string_view html, Dialect dialect) {
  return to_text(html, dialect, Layout::line);
}

}  // namespace newsfold::clean
