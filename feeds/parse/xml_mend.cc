#include "feeds/parse/xml_mend.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <vector>

namespace newsfold::parse {

namespace {

using text::equals_ignoring_case;
using text::is_alnum;
using text::is_alpha;
using text::is_space;

// What an element is to the mender, by its local name.
enum class Role : unsigned char {
  other,
  root,  // rss, feed, RDF, channel
  item,  // item, entry
  leaf,  // child of a channel or an item that holds text only
  html,  // may stand unescaped in a leaf
  html_void,
};

constexpr std::string_view roots[] = {"rss", "feed", "rdf", "channel", "urlset", "sitemapindex"};
constexpr std::string_view item_names[] = {"item", "entry"};
// Only names that HTML does not use as well, or that cannot stand in the text of a feed.
constexpr std::string_view leaves[] = {"title",         "link",
                                       "description",   "pubdate",
                                       "guid",          "comments",
                                       "category",      "published",
                                       "updated",       "encoded",
                                       "creator",       "id",
                                       "lastbuilddate", "managingeditor",
                                       "webmaster",     "generator",
                                       "language",      "copyright",
                                       "rights",        "subtitle",
                                       "tagline",       "issued",
                                       "modified",      "created",
                                       "date",          "subject",
                                       "commentrss",    "origlink",
                                       "updateperiod",  "ttl",
                                       "docs",          "updatefrequency",
                                       "enclosure",     "thumbnail",
                                       "duration"};
constexpr std::string_view html_names[] = {
    "a",     "abbr",   "b",          "big",     "blockquote", "center", "cite",   "code",  "dd",    "del",
    "div",   "dl",     "dt",         "em",      "font",       "h1",     "h2",     "h3",    "h4",    "h5",
    "h6",    "i",      "iframe",     "ins",     "kbd",        "li",     "object", "ol",    "p",     "pre",
    "q",     "s",      "script",     "small",   "span",       "strike", "strong", "style", "sub",   "sup",
    "table", "tbody",  "td",         "tfoot",   "th",         "thead",  "tr",     "tt",    "u",     "ul",
    "video", "figure", "figcaption", "section", "article",    "header", "footer", "form",  "audio", "label"};
constexpr std::string_view html_voids[] = {"br",    "hr",    "img", "input", "wbr",
                                           "embed", "param", "col", "area"};

bool is_one_of(auto const& list, std::string_view name) noexcept {
  return std::any_of(std::begin(list), std::end(list),
                     [&](std::string_view known) { return equals_ignoring_case(known, name); });
}

Role role_of(std::string_view name) noexcept {
  constexpr std::size_t known_name_bytes_max = 15;
  auto const colon = name.rfind(':');
  auto const local = colon == std::string_view::npos ? name : name.substr(colon + 1);
  if (local.size() > known_name_bytes_max) return Role::other;
  if (is_one_of(item_names, local)) return Role::item;
  if (is_one_of(leaves, local)) return Role::leaf;
  if (is_one_of(roots, local)) return Role::root;
  if (colon == std::string_view::npos || equals_ignoring_case(name.substr(0, colon), "xhtml")) {
    if (is_one_of(html_voids, local)) return Role::html_void;
    if (is_one_of(html_names, local)) return Role::html;
  }
  return Role::other;
}

bool is_name_char(char c) noexcept {
  return is_alnum(c) || c == ':' || c == '-' || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

struct Open {
  std::string_view name;
  Role role;
};

class Mender {
 public:
  Mender(std::string_view in, std::size_t depth_max) : in_(in), depth_max_(depth_max) {
    out_.reserve(in.size() + in.size() / 8 + 64);
  }
  std::string run();

 private:
  void markup();
  bool start_tag();
  bool end_tag();
  void declaration();
  void cdata();
  void make_room_for(std::string_view name, Role role);
  void write_attributes();
  void write_attribute(std::string_view name, std::string_view value);
  std::size_t end_of_value(char quote) const noexcept;
  void open(std::string_view name, Role role);
  void close_top();
  std::size_t find_behind(std::string_view mark, std::size_t from, std::size_t& none_from) const noexcept;

  bool has_open(std::string_view name) const {
    auto const found = open_count_.find(text::lower(name));
    return found != open_count_.end() && found->second > 0;
  }

  std::string_view in_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
  bool doctype_seen_ = false;
  std::string out_;
  std::vector<Open> open_;
  std::unordered_map<std::string, std::size_t>
      open_count_;  // by lower-case name: stray end tags cost nothing
  // Behind these offsets no such mark follows: an unclosed comment is looked for once, not at every '<'.
  mutable std::size_t no_comment_end_ = std::string_view::npos;
  mutable std::size_t no_cdata_end_ = std::string_view::npos;
};

std::string Mender::run() {
  while (at_ < in_.size()) {
    auto const next = std::min(in_.find('<', at_), in_.size());
    out_.append(in_.substr(at_, next - at_));
    at_ = next;
    if (at_ < in_.size()) markup();
  }
  while (!open_.empty()) close_top();
  return std::move(out_);
}

void Mender::markup() {
  char const next = at_ + 1 < in_.size() ? in_[at_ + 1] : ' ';
  if (next == '!' || next == '?') return declaration();
  if (next == '/' && end_tag()) return;
  if ((is_alpha(next) || next == '_') && start_tag()) return;
  out_ += "&lt;";
  ++at_;
}

std::size_t Mender::find_behind(std::string_view mark, std::size_t from,
                                std::size_t& none_from) const noexcept {
  if (from >= none_from) return std::string_view::npos;
  auto const found = in_.find(mark, from);
  if (found != std::string_view::npos) return found + mark.size();
  none_from = std::min(none_from, from);
  return found;
}

void Mender::declaration() {
  auto const rest = in_.substr(at_);
  if (rest.starts_with("<![CDATA[")) return cdata();
  if (rest.starts_with("<!--")) {
    auto const end = find_behind("-->", at_ + 4, no_comment_end_);
    at_ = end == std::string_view::npos ? at_ + 4 : end;  // an unclosed one hides nothing
    return;
  }
  if (rest.starts_with("<?")) {
    // Looked for up to the next tag, lest many of them find the same end far behind.
    auto end = in_.substr(0, in_.find('<', at_ + 1)).find("?>", at_ + 2);
    if (end != std::string_view::npos) {
      at_ = end + 2;
      return;
    }
    end = in_.find('>', at_);  // "<?xml ... >" forgot its question mark
    at_ = end == std::string_view::npos ? in_.size() : end + 1;
    return;
  }
  // <!DOCTYPE ... [ ... ]>: the brackets hold declarations with '>' of their own. There is one of them.
  std::size_t brackets = 0;
  auto at = at_ + 2;
  if (!doctype_seen_) {
    doctype_seen_ = true;
    for (; at < in_.size(); ++at) {
      if (in_[at] == '[') ++brackets;
      if (in_[at] == ']' && brackets > 0) --brackets;
      if (in_[at] == '>' && brackets == 0) {
        at_ = at + 1;
        return;
      }
    }
  }
  // Never closed, or some other declaration: only its first line is taken for it.
  auto const end = in_.find_first_of(">\n", at_);
  at_ = end == std::string_view::npos ? in_.size() : end + 1;
}

void Mender::cdata() {
  constexpr std::string_view start = "<![CDATA[";
  auto const end = find_behind("]]>", at_ + start.size(), no_cdata_end_);
  if (end != std::string_view::npos) {
    out_.append(in_.substr(at_, end - at_));
    at_ = end;
    return;
  }
  // Never closed: it ends with the element it stands in, or with the text.
  auto stop = in_.size();
  if (!open_.empty()) {
    auto const closing = "</" + std::string(open_.back().name);
    stop = std::min(in_.find(closing, at_), stop);
  }
  out_.append(in_.substr(at_, stop - at_)).append("]]>");
  at_ = stop;
}

bool Mender::start_tag() {
  auto end = at_ + 1;
  while (end < in_.size() && is_name_char(in_[end])) ++end;
  auto const name = in_.substr(at_ + 1, end - at_ - 1);
  // "<john@example.com>" and "<3" are text.
  if (end >= in_.size()) {
    at_ = in_.size();  // cut off inside a tag: nothing of it can be used
    return true;
  }
  if (name.ends_with(':') || name.starts_with(':')) return false;
  auto const role = role_of(name);
  bool const of_a_feed = role == Role::root || role == Role::item || role == Role::leaf;
  bool const unended = in_[end] == '<' && of_a_feed;  // "<item<title>"
  if (!is_space(in_[end]) && in_[end] != '/' && in_[end] != '>' && !unended) return false;
  make_room_for(name, role);
  bool const deep = open_.size() >= depth_max_;
  auto const mark = out_.size();
  out_.append("<").append(name);
  at_ = end;
  write_attributes();
  if (at_ >= in_.size()) {
    out_.resize(mark);  // cut off inside the tag
    return true;
  }
  bool const closed = in_[at_] == '/';
  at_ = std::min(in_.size(), at_ + (closed ? 2U : 1U));
  // A document that starts again inside itself goes on; only a channel may hold channels (CDF).
  bool const again = role == Role::root && has_open(name) && !equals_ignoring_case(name, "channel");
  if ((deep && role != Role::item) || again) {
    out_.resize(mark);
    return true;
  }
  if (closed || role == Role::html_void) {
    out_ += "/>";
    return true;
  }
  out_ += '>';
  open(name, role);
  return true;
}

// Closes what cannot be open where an element of this role starts.
void Mender::make_room_for(std::string_view name, Role role) {
  // What is called <x:channel> may be anything; what stands around the first root is not of the feed.
  if (role == Role::root && name.find(':') == std::string_view::npos) {
    bool const inside_root =
        std::any_of(open_.begin(), open_.end(), [](Open const& o) { return o.role == Role::root; });
    while (inside_root && open_.back().role != Role::root) close_top();
    return;
  }
  if (role == Role::item) {
    bool const inside_item =
        std::any_of(open_.rbegin(), open_.rend(), [](Open const& o) { return o.role == Role::item; });
    while (inside_item && open_.back().role != Role::item) close_top();
    if (inside_item) return close_top();
    while (!open_.empty() && open_.back().role != Role::root) close_top();
    return;
  }
  if (role != Role::leaf || open_.empty()) return;
  // A field directly inside a field: the first was never closed. Inside HTML a <title> is HTML, too.
  if (open_.back().role == Role::leaf && !equals_ignoring_case(open_.back().name, name)) close_top();
}

void Mender::write_attributes() {
  for (;;) {
    while (at_ < in_.size() && is_space(in_[at_])) ++at_;
    if (at_ >= in_.size() || in_[at_] == '>' || in_[at_] == '<') {
      if (at_ < in_.size() && in_[at_] == '<') --at_;  // a tag that was never closed ends before the next
      return;
    }
    if (in_[at_] == '/' && at_ + 1 < in_.size() && in_[at_ + 1] == '>') return;
    auto const name_at = at_;
    while (at_ < in_.size() && is_name_char(in_[at_])) ++at_;
    auto const name = in_.substr(name_at, at_ - name_at);
    if (name.empty()) {
      ++at_;
      continue;
    }
    while (at_ < in_.size() && is_space(in_[at_])) ++at_;
    if (at_ >= in_.size() || in_[at_] != '=') {
      write_attribute(name, name);  // <option selected>
      continue;
    }
    ++at_;
    while (at_ < in_.size() && is_space(in_[at_])) ++at_;
    char const quote = at_ < in_.size() ? in_[at_] : '\0';
    if (quote == '"' || quote == '\'') {
      ++at_;
      auto const end = end_of_value(quote);
      write_attribute(name, in_.substr(at_, end - at_));
      at_ = end < in_.size() && in_[end] == quote ? end + 1 : end;
    } else {
      auto const value_at = at_;
      while (at_ < in_.size() && !is_space(in_[at_]) && in_[at_] != '>' && in_[at_] != '<') {
        if (in_[at_] == '/' && at_ + 1 < in_.size() && in_[at_ + 1] == '>') break;
        ++at_;
      }
      write_attribute(name, in_.substr(value_at, at_ - value_at));
    }
  }
}

// A closing quote, or where a value without one must end.
std::size_t Mender::end_of_value(char quote) const noexcept {
  for (auto at = at_; at < in_.size(); ++at) {
    if (in_[at] == quote) return at;
    if (in_[at] == '<') {
      // Markup inside a value, or a value that was never closed: the tag's '>' tells.
      auto const back = in_.substr(at_, at - at_).find('>');
      return back == std::string_view::npos ? at : at_ + back;
    }
  }
  auto const bracket = in_.find('>', at_);
  return bracket == std::string_view::npos ? in_.size() : bracket;
}

void Mender::write_attribute(std::string_view name, std::string_view value) {
  if (!is_alpha(name.front()) && name.front() != '_') return;
  out_ += ' ';
  out_.append(name).append("=\"");
  for (char const c : value) {
    if (c == '"')
      out_.append("&quot;");
    else
      out_ += c;
  }
  out_ += '"';
}

bool Mender::end_tag() {
  auto end = at_ + 2;
  while (end < in_.size() && is_name_char(in_[end])) ++end;
  auto const name = in_.substr(at_ + 2, end - at_ - 2);
  if (name.empty()) return false;
  auto const next = in_.find_first_of("<>", end);
  if (next == std::string_view::npos)
    at_ = in_.size();
  else
    at_ = in_[next] == '>' ? next + 1 : next;
  if (!has_open(name)) return true;
  auto const role = role_of(name);
  if (role == Role::html) {
    // HTML never closes a field: its end tag reaches down to the field it stands in.
    for (auto i = open_.size(); i-- > 0;) {
      if (equals_ignoring_case(open_[i].name, name)) break;
      if (open_[i].role == Role::leaf || open_[i].role == Role::item || open_[i].role == Role::root)
        return true;
    }
  }
  while (!equals_ignoring_case(open_.back().name, name)) close_top();
  close_top();
  return true;
}

void Mender::open(std::string_view name, Role role) {
  open_.push_back({name, role});
  ++open_count_[text::lower(name)];
}

void Mender::close_top() {
  auto const name = open_.back().name;
  open_.pop_back();
  --open_count_[text::lower(name)];
  out_.append("</").append(name).append(">");
}

}  // namespace

std::string mend_xml(std::string_view text, std::size_t depth_max) { return Mender(text, depth_max).run(); }

}  // namespace newsfold::parse
