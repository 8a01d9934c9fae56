#include "feeds/clean/html/reduce.h"

#include "feeds/clean/html/open_elements.h"
#include "feeds/clean/sanitize/html_token.h"
#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace newsfold::clean {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t signs_max = 10'000;

// In <svg>: drawings. An element of HTML in there may end the drawing, and its text may be part of the page.
bool is_drawing(std::string_view name) {
  static constexpr text::ByteSet first("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  if (name.empty() || !first.has(name.front())) return false;
  switch (element_named(name)) {
    case Element::other: return !text::equals_ignoring_case(name, "foreignobject");
    case Element::a:
    case Element::style:
    case Element::svg:
    case Element::title: return true;
    default: return false;
  }
}

bool is_choice(std::string_view name) {
  auto const element = element_named(name);
  return element == Element::option || element == Element::optgroup || element == Element::select;
}

class Reducer {
 public:
  Reducer(std::string_view html, DocumentLimits const& limits) : html_(html), limits_(limits) {
    token_.has_cdata = false;
  }

  ReducedHtml reduce() {
    out_.html.reserve(html_.size() / 2);
    for (auto at = html_.find('<'); at != npos; at = html_.find('<', at)) {
      read_token(html_, at, token_);
      if (at > seen_) take_text(at);
      behind_block_ = false;
      seen_ = at = take(at);
    }
    copy_until(html_.size());
    return std::move(out_);
  }

 private:
  // The text before the token at `end`.
  void take_text(std::size_t end) {
    auto const text = html_.substr(seen_, end - seen_);
    if (!text::is_space(text.front()) || !text::trim(text).empty()) return take_words(end);
    // A third of a page's texts are line ends between its blocks: nobody sees them.
    bool const is_tag = token_.kind == HtmlTokenKind::start || token_.kind == HtmlTokenKind::end;
    bool const at_block = behind_block_ || (is_tag && is_block(element_named(token_.name)));
    if (at_block && !open_.keeps_blanks()) drop(seen_, end);
  }

  void take_words(std::size_t end) {
    if (too_many() || !open_.is_between_cells() || copied_ > seen_) return open_.reopen();
    // Each such text is moved to the one before it, which is copied every time. In elements of their own they
    // stay apart.
    ++elements_;
    copy_until(seen_);
    out_.html += "<span>";
    copy_until(end);
    out_.html += "</span>";
  }

  // What is done with the token at `at`; gives where to go on.
  std::size_t take(std::size_t at) {
    switch (token_.kind) {
      case HtmlTokenKind::text:
        // For the library it might be markup, together with what follows once something in between went. A
        // page of nothing else would be four times as long.
        replace(at, at + 1, ++signs_ <= signs_max ? "&lt;" : "");
        return at + 1;
      case HtmlTokenKind::cdata:  // not read as such
      case HtmlTokenKind::comment: return take_comment(at);
      case HtmlTokenKind::end: return take_end(at);
      case HtmlTokenKind::start: break;
    }
    return take_start(at);
  }

  std::size_t take_comment(std::size_t at) {
    if (text::starts_with_ignoring_case(html_.substr(at), "<!doctype")) return token_.end;
    auto const text = html_.substr(at, token_.end - at);
    bool const closed = text.ends_with("-->") || text.ends_with("--!>");
    // What is never closed hides the rest of the page.
    return drop(at, closed || !text.starts_with("<!--") ? token_.end : html_.size());
  }

  std::size_t take_end(std::size_t at) {
    auto const element = element_named(token_.name);
    if (element == Element::plaintext) return drop(at, token_.end);
    bool const makes_one = element == Element::p || element == Element::br;
    if (too_many() || (makes_too_many() && (makes_one || is_formatting(element))))
      return drop(at, token_.end);
    if (is_once_more(element) || !open_.close(element, token_.name)) return drop(at, token_.end);
    behind_block_ = is_block(element);
    return token_.end;
  }

  std::size_t take_start(std::size_t at) {
    auto const element = element_named(token_.name);
    bool const known = !token_.cut_off;
    if (makes_too_many()) end_formatting(at);
    switch (element) {
      case Element::script: return take_script(at);
      case Element::iframe:
      case Element::noembed:
      case Element::noframes:
      case Element::style:
      case Element::textarea: return take_raw(at, Raw::dropped);
      case Element::title: return take_raw(at, Raw::kept);
      case Element::xmp: return take_listing(at);
      case Element::plaintext: return drop(at, token_.end);
      case Element::svg:
      case Element::select:
        if (known && !token_.self_closing && !too_many()) return take_closed(at, element);
        break;
      default: break;
    }
    take_tag(at, element);
    return token_.end;
  }

  // The tag itself, if the page can bear it. False where it went.
  bool take_tag(std::size_t at, Element element) {
    bool const holds = !is_void(element);
    bool const is_deep = holds && open_.depth() >= limits_.depth_max;
    bool const formats = is_formatting(element);
    bool const too_much = formats && (makes_too_many() || open_.formatting() >= limits_.formatting_max);
    if (too_many() || is_deep || too_much || is_once_more(element) || open_.is_out_of_place(element)) {
      if (holds && !(formats && makes_too_many())) open_.refuse(element, token_.name);
      drop(at, token_.end);
      return false;
    }
    ++elements_;
    open_.open(element, token_.name);
    behind_block_ = is_block(element);
    attributes_ += token_.attribute_count;
    if (attributes_ > limits_.attributes_max)
      replace(std::size_t(token_.name.data() - html_.data()) + token_.name.size(), token_.end, ">");
    else if (token_.has_more)
      replace(token_.kept_end, token_.end, token_.self_closing ? " />" : ">");
    return true;
  }

  // Tags that a page has once, and that are passed over from then on. A few more are left to the library.
  bool is_once_more(Element element) {
    constexpr std::uint32_t few = 16;
    switch (element) {
      case Element::html: return ++tags_of_page_[0] > few;
      case Element::head: return ++tags_of_page_[1] > few;
      case Element::body: return ++tags_of_page_[2] > few;
      case Element::frameset: return true;
      case Element::form: return ++tags_of_page_[3] > 16 * few;
      default: return false;
    }
  }

  bool too_many() const noexcept { return elements_ >= limits_.elements_max; }

  // From then on the page does without formatting elements.
  bool makes_too_many() const noexcept { return open_.made() >= limits_.made_max; }

  // Ends those that the page left open, lest they be opened again in every block.
  void end_formatting(std::size_t at) {
    for (auto last = open_.last_formatting(); last != Element::other; last = open_.last_formatting()) {
      copy_until(at);
      out_.html += "</";
      out_.html += name_of(last);
      out_.html += '>';
      while (!open_.close(last, {})) continue;
    }
  }

  enum class Raw : unsigned char { kept, dropped };

  // An element whose text holds no markup. Its end tag is taken along.
  std::size_t take_raw(std::size_t at, Raw raw) {
    auto const name = token_.name;
    auto const begin = token_.end;
    auto const end = find_end(begin, name);
    if (too_many()) return drop(at, end_of_tag(end));
    ++elements_;
    if (token_.has_more) replace(token_.kept_end, begin, ">");
    if (raw == Raw::dropped) {
      drop(begin, end);
    } else {
      // Inside of a drawing the library would take it for markup.
      for (auto less = html_.find('<', begin); less < end; less = html_.find('<', less + 1))
        replace(less, less + 1, "&lt;");
    }
    return end_of_tag(end);
  }

  // <xmp>: text as it stands, without references. The library gets the same as a <span>.
  std::size_t take_listing(std::size_t at) {
    auto const begin = token_.end;
    auto const end = find_end(begin, token_.name);
    auto const next = end_of_tag(end);
    if (too_many()) return drop(at, next);
    ++elements_;
    replace(at, begin, "<span>");
    text::append_escaped(out_.html, html_.substr(begin, end - begin));
    replace(begin, next, "</span>");
    return next;
  }

  std::size_t take_script(std::size_t at) {
    auto const begin = token_.end;
    auto const end = find_end(begin, token_.name);
    auto const next = end_of_tag(end);
    if (too_many()) return drop(at, next);
    ++elements_;
    if (token_.has_more) replace(token_.kept_end, begin, ">");
    auto const script = html_.substr(begin, end - begin);
    if (!text::trim(script).empty()) {
      replace(begin, end, script_mark + std::to_string(out_.scripts.size()));
      out_.scripts.push_back(script);
    } else {
      drop(begin, end);
    }
    return next;
  }

  // <svg> and <select> without what is in them, where nothing is in them but what belongs there.
  std::size_t take_closed(std::size_t at, Element element) {
    auto const begin = token_.end;
    if (!take_tag(at, element)) return begin;
    if (begin < not_closed_until_) return begin;
    std::size_t depth = 1;
    auto& inner = inner_;
    auto less = html_.find('<', begin);
    for (; less != npos; less = html_.find('<', inner.end)) {
      if (html_.substr(less).starts_with("<![CDATA[")) break;
      read_token(html_, less, inner);
      if (inner.cut_off) break;
      if (inner.kind != HtmlTokenKind::start && inner.kind != HtmlTokenKind::end) continue;
      if (!(element == Element::svg ? is_drawing(inner.name) : is_choice(inner.name))) break;
      if (element_named(inner.name) != element) continue;
      // <select> in <select> is an end tag.
      bool const ends = inner.kind == HtmlTokenKind::end || element == Element::select;
      if (!ends && inner.self_closing) continue;
      depth = ends ? depth - 1 : depth + 1;
      if (depth > 0) continue;
      if (inner.kind == HtmlTokenKind::start) break;
      drop(begin, less);
      return less;
    }
    // What stopped us here stops whatever begins before it.
    not_closed_until_ = std::min(less, html_.size());
    return begin;
  }

  // Where the text of a raw element ends. Asked for one name after the other it stays linear: what was not
  // found is not looked for again.
  std::size_t find_end(std::size_t from, std::string_view name) {
    auto const element = element_named(name);
    auto& missing = no_end_from_[std::size_t(element) % no_end_from_.size()];
    if (missing.element == element && from >= missing.from) return html_.size();
    auto const end = element == Element::script ? find_script_end(from) : find_raw_end(html_, from, name);
    if (end == html_.size()) missing = {element, from};
    return end;
  }

  // A script that begins a comment and in it a script ends behind the inner one ("double escaped").
  std::size_t find_script_end(std::size_t from) {
    auto end = find_raw_end(html_, from, "script");
    auto const comment = html_.substr(0, end).find("<!--", from);
    if (comment == npos) return end;
    for (auto at = comment;;) {
      auto const closed = html_.substr(0, end).find("-->", at);
      auto const inner = find_script_start(at, std::min(closed, end));
      if (inner == npos) return end;
      // The end tag that was found is the inner script's; within the comment another may follow.
      auto const next = find_raw_end(html_, end + 1, "script");
      if (next == html_.size()) return end;
      at = end;
      end = next;
    }
  }
  std::size_t find_script_start(std::size_t from, std::size_t end) const {
    for (auto at = html_.substr(0, end).find("<s", from); at != npos;
         at = html_.substr(0, end).find("<s", at + 2))
      if (element_named(html_.substr(at + 1, 6)) == Element::script) return at;
    return npos;
  }

  // Behind the end tag at `at`.
  std::size_t end_of_tag(std::size_t at) {
    if (at >= html_.size()) return html_.size();
    read_token(html_, at, token_);
    return token_.end;
  }

  void copy_until(std::size_t end) {
    if (end > copied_) out_.html.append(html_.substr(copied_, end - copied_));
    copied_ = std::max(copied_, end);
  }
  std::size_t drop(std::size_t begin, std::size_t end) {
    copy_until(begin);
    copied_ = std::max(copied_, end);
    return end;
  }
  void replace(std::size_t begin, std::size_t end, std::string_view by) {
    drop(begin, end);
    out_.html += by;
  }

  struct Missing {
    Element element = Element::text;
    std::size_t from = 0;
  };

  std::string_view html_;
  DocumentLimits const& limits_;
  ReducedHtml out_;
  HtmlToken token_;
  HtmlToken inner_;  // in a drawing or a list of choices; kept for what it knows to be missing
  OpenElements open_;
  std::size_t copied_ = 0;  // what stands before it is in out_, or went
  std::size_t seen_ = 0;    // the end of the token before
  std::size_t signs_ = 0;   // '<' that begin no markup
  std::size_t elements_ = 0;
  std::size_t attributes_ = 0;
  std::size_t not_closed_until_ = 0;
  std::array<Missing, 16> no_end_from_{};
  bool behind_block_ = false;  // the token before was the tag of a block
  std::array<std::uint32_t, 4> tags_of_page_{};
};

}  // namespace

ReducedHtml reduce_html(std::string_view html, DocumentLimits const& limits) {
  return Reducer(html, limits).reduce();
}

}  // namespace newsfold::clean
