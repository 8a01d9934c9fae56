#include "feeds/clean/metadata/wall.h"

#include "feeds/clean/metadata/phrase_table.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date_words.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <unordered_map>

namespace newsfold::clean {
namespace {

constexpr std::size_t wall_block_bytes_max = 500;  // a longer block is prose
constexpr std::size_t wall_box_bytes_max = 1200;   // the box around it: prices, "already a subscriber?"
constexpr std::uint32_t label_bytes_max = 60;      // of a paragraph, blanks not counted
constexpr std::uint32_t conditions_bytes_max = 200;
constexpr std::size_t walls_max = 20;
constexpr std::size_t paid_max = 200;
constexpr std::uint32_t rest_bytes_max = 500;  // of running text behind a wall that stands
constexpr std::uint32_t cut_bytes_max = 4000;  // of running text before one: who reads more has the article
constexpr std::size_t teaser_words_max = 150;

constexpr char words_bytes[] =
#include "feeds/clean/metadata/data/wall_words.inc"
    ;

struct Phrase {
  std::string_view text;
  Paywall kind{};
};

// Phrases by their first two bytes, so that a text is walked once.
struct Wording {
  std::bitset<65536> starts;
  std::unordered_map<std::uint16_t, std::vector<Phrase>> by_start;
};

std::uint16_t start_of(std::string_view text) {
  return std::uint16_t(static_cast<unsigned char>(text[0]) << 8 | static_cast<unsigned char>(text[1]));
}

Wording const& wording() {
  static auto const made = [] {
    Wording out;
    each_row({words_bytes, sizeof words_bytes - 1}, [&](std::string_view name, std::string_view phrase) {
      if (phrase.size() < 2) return;
      auto const kind = name == "metered"        ? Paywall::metered
                        : name == "registration" ? Paywall::registration
                                                 : Paywall::subscription;
      out.starts.set(start_of(phrase));
      out.by_start[start_of(phrase)].push_back({phrase, kind});
    });
    return out;
  }();
  return made;
}

// Lower case, plain apostrophes, single blanks.
std::string folded(std::string_view text) {
  std::string plain;
  plain.resize(text.size());
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      plain[length++] = text::to_lower(text[at++]);
      continue;
    }
    auto c = text::next_char(text, at);
    if (c == U'’' || c == U'‘') c = U'\'';
    if (c == 0xA0 || c == 0x202F) c = U' ';
    plain.resize(length);
    text::append_utf8(plain, text::lower_letter(c));
    length = plain.size();
    plain.resize(length + text.size() - at);
  }
  plain.resize(length);
  return text::collapse_space(plain);
}

NodeIndex block_of(HtmlDocument const& page, NodeIndex text) {
  auto node = page.parent(text);
  while (node != no_node && flow_of(page, node) == Flow::inline_) node = page.parent(node);
  return node == no_node ? NodeIndex{0} : node;
}

struct Hit {
  NodeIndex block = no_node;
  Paywall kind{};
  std::string text;
  std::uint32_t before = 0;  // bytes of running text between headline and it
  bool named = false;        // it stands in an element that is named as a wall
};

bool is_named_wall(HtmlDocument const& page, NodeIndex node) {
  constexpr int levels_max = 5;
  for (int level = 0; node != no_node && level < levels_max; node = page.parent(node), ++level) {
    auto const tag = page.tag(node);
    if (tag == "body" || tag == "html" || tag == "article" || tag == "main") return false;
    for (auto const* attribute : {"class", "id", "data-testid"}) {
      auto const names = text::lower(page.attribute(node, attribute).substr(0, 300));
      for (std::string_view const word :
           {"paywall",  "pay-wall", "regwall",         "reg-wall",     "registerwall",   "piano",
            "tp-modal", "leaky",    "subscriber-only", "subscription", "subscribe-wall", "premium",
            "locked",   "barrier",  "meter",           "gate",         "plus-offer",     "paygate",
            "abo-",     "abowall",  "offer-page"})
        if (names.find(word) != std::string::npos) return true;
    }
  }
  return false;
}

bool is_hidden(HtmlDocument const& page, NodeIndex node) {
  for (; node != no_node; node = page.parent(node)) {
    auto style = text::lower(page.attribute(node, "style").substr(0, 300));
    std::erase(style, ' ');
    if (style.find("display:none") != std::string::npos ||
        style.find("visibility:hidden") != std::string::npos)
      return true;
    if (page.attribute(node, "aria-hidden") == "true") return true;
    for (auto const& attribute : page.attributes(node))
      if (attribute.name == "hidden") return true;
  }
  return false;
}

// Walks the text by blocks, looking for walls, and measures the running text before and behind each.
class WallScan {
 public:
  WallScan(HtmlDocument const& page, PageSurvey const& survey, NodeIndex heading,
           std::vector<NodeIndex> const& paid)
      : page_(page), survey_(survey), begin_(heading == no_node ? 0 : page.end(heading)), paid_(paid) {}

  std::vector<Hit> find() {
    for (NodeIndex node = begin_; node < page_.size(); ++node) {
      if (!page_.is_text(node)) continue;
      auto const parent = page_.parent(node);
      if (parent != no_node && (survey_.zones[parent] & zone_skipped) != 0) continue;
      if (auto const block = block_of(page_, node); block != block_) {
        finish();
        block_ = block;
        first_ = node;
      }
      if (run_.size() < 4 * wall_block_bytes_max) run_ += page_.text(node);
    }
    finish();
    return std::move(hits_);
  }

  std::uint32_t running_text() const noexcept { return running_; }  // outside of what is marked as paid
  std::uint32_t paid_text() const noexcept { return paid_running_; }

 private:
  // Blocks come in document order, and so do the paid elements.
  bool is_paid(NodeIndex node) {
    while (next_paid_ < paid_.size() && page_.end(paid_[next_paid_]) <= node) ++next_paid_;
    return next_paid_ < paid_.size() && paid_[next_paid_] <= node;
  }

  void finish() {
    auto const text = text::collapse_space(run_);
    run_.clear();
    if (block_ == no_node || text.size() < 8) return;
    constexpr std::uint8_t foreign = zone_comments | zone_related | zone_navigation;
    auto const zones = survey_.zones[block_];
    bool const outside =
        (zones & foreign) != 0 || ((zones & zone_footer) != 0 && (zones & zone_article) == 0);
    if (outside) return;
    if (text.size() <= wall_block_bytes_max && hits_.size() < walls_max) {
      if (auto const kind = wall_wording(text); kind != Paywall::none && !is_hidden(page_, block_)) {
        hits_.push_back({block_, kind, text, running_, is_named_wall(page_, block_)});
        return;
      }
    }
    constexpr std::size_t paragraph_bytes_min = 80;
    if (text.size() < paragraph_bytes_min || (zones & zone_aside) != 0) return;
    (is_paid(first_) ? paid_running_ : running_) += std::uint32_t(text.size());
  }

  HtmlDocument const& page_;
  PageSurvey const& survey_;
  NodeIndex begin_;
  NodeIndex block_ = no_node;
  std::string run_;
  NodeIndex first_ = 0;  // text of the block in hand
  std::uint32_t running_ = 0;
  std::uint32_t paid_running_ = 0;
  std::vector<NodeIndex> const& paid_;
  std::size_t next_paid_ = 0;
  std::vector<Hit> hits_;
};

std::uint32_t text_bytes(HtmlDocument const& page, NodeIndex element) {
  std::uint32_t bytes = 0;
  for (NodeIndex node = element; node < page.end(element); ++node)
    if (page.is_text(node))
      for (char const c : page.text(node)) bytes += text::is_space(c) ? 0 : 1;
  return bytes;
}

// The element around the wall's words that is the wall and nothing more.
NodeIndex box_of(HtmlDocument const& page, NodeIndex block) {
  auto box = block;
  for (auto up = page.parent(block); up != no_node; up = page.parent(up)) {
    auto const tag = page.tag(up);
    if (tag == "body" || tag == "html" || tag == "article" || tag == "main") break;
    if (text_bytes(page, up) > wall_box_bytes_max) break;
    // What stands before the wall's first words is the article's, unless it is as short as a label; behind
    // them come prices and conditions, which may be longer.
    bool running = false;
    for (NodeIndex node = up; node < page.end(up) && !running; ++node) {
      if (page.is_text(node) || page.tag(node) != "p" || node == block) continue;
      running = text_bytes(page, node) > (node < block ? label_bytes_max : conditions_bytes_max);
    }
    if (running) break;
    box = up;
  }
  return box;
}

std::vector<NodeIndex> paid_parts(HtmlDocument const& page, LdArticle const& article) {
  std::vector<NodeIndex> found;
  for (auto const& part : article.parts) {
    if (part.is_free) continue;
    auto const nodes = page.select(part.selector);
    if (!nodes) continue;
    for (auto const node : *nodes)
      if (page.tag(node) != "body" && page.tag(node) != "html" && page.tag(node) != "main" &&
          found.size() < paid_max)
        found.push_back(node);
  }
  std::sort(found.begin(), found.end());
  std::vector<NodeIndex> out;
  for (auto const node : found)
    if (out.empty() || node >= page.end(out.back())) out.push_back(node);
  return out;
}

// ".emailwall", ".regwalled": what the marked parts are called tells a wall of registration.
Paywall kind_of_parts(LdArticle const& article) {
  for (auto const& part : article.parts) {
    auto const name = text::lower(part.selector);
    for (std::string_view const word : {"regwall", "registration", "emailwall", "loginwall", "register"})
      if (!part.is_free && name.find(word) != std::string::npos) return Paywall::registration;
  }
  return Paywall::subscription;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t shown_bytes = 120;
  return "“" + std::string(text::utf8_prefix(text, shown_bytes)) + (text.size() > shown_bytes ? "…”" : "”");
}

// Words; of scripts without blanks two characters count as one.
std::size_t count_written_words(std::string_view text) {
  std::size_t words = 0;
  std::size_t wide = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    auto const c = text::next_char(text, at);
    bool const is_wide =
        (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF);
    bool const blank = c < 0x80 && text::is_space(char(c));
    wide += is_wide ? 1 : 0;
    if (!blank && !is_wide && !inside) ++words;
    inside = !blank && !is_wide;
  }
  return words + wide / 2;
}

Completeness cut_short(std::size_t words) {
  return words <= teaser_words_max ? Completeness::teaser : Completeness::partial;
}

}  // namespace

Paywall wall_wording(std::string_view text) {
  auto const plain = folded(text);
  auto const& known = wording();
  auto best = Paywall::none;
  for (std::size_t at = 0; at + 2 <= plain.size(); ++at) {
    auto const start = start_of(std::string_view(plain).substr(at, 2));
    if (!known.starts.test(start)) continue;
    bool const inside_word = at > 0 && text::is_alnum(plain[at - 1]) && text::is_alnum(plain[at]);
    if (inside_word) continue;
    for (auto const& phrase : known.by_start.at(start))
      if (std::string_view(plain).substr(at).starts_with(phrase.text)) {
        // "You have read your last free article. Subscribe to continue": the meter is the kind of the wall.
        if (phrase.kind == Paywall::metered) return Paywall::metered;
        if (best != Paywall::subscription) best = phrase.kind;
      }
  }
  return best;
}

bool Wall::keeps_paid_text_back() const noexcept {
  constexpr double whole_article = 0.8;
  if (kind == Paywall::none || kind == Paywall::metered) return false;
  return stands || paid_is_hidden || paid_share < whole_article;
}

Wall find_wall(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
               NodeIndex heading) {
  Wall out;
  if (page.size() == 0) return out;
  // The flag may stand at the article or at the page around it.
  auto const* flagged = article;
  for (auto const& other : survey.json_ld.articles)
    if ((flagged == nullptr || !flagged->is_free) && other.is_free) flagged = &other;
  auto const is_free = flagged ? flagged->is_free : std::nullopt;
  if (flagged && is_free == false) out.paid = paid_parts(page, *flagged);

  WallScan scan(page, survey, heading, out.paid);
  auto const hits = scan.find();
  auto const all = scan.running_text();
  Hit const* standing = nullptr;
  for (auto const& hit : hits) {
    auto const rest = all - hit.before;
    bool const breaks_off = rest <= std::max(rest_bytes_max, hit.before / 5);
    bool const early = hit.before <= cut_bytes_max || (hit.named && is_free == false);
    if (breaks_off && early && standing == nullptr) standing = &hit;
    if (breaks_off || hit.named) out.blocks.push_back(box_of(page, hit.block));
  }
  std::sort(out.blocks.begin(), out.blocks.end());
  out.blocks.erase(std::unique(out.blocks.begin(), out.blocks.end()), out.blocks.end());

  auto tier = text::lower(survey.meta("article:content_tier"));
  auto const marked = scan.paid_text();
  out.paid_share = marked > 0 ? double(marked) / double(marked + all) : 0;
  out.paid_is_hidden =
      !out.paid.empty() && std::all_of(out.paid.begin(), out.paid.end(), [&](NodeIndex node) {
        return is_hidden(page, node) || text_bytes(page, node) == 0;
      });
  auto const kind_shown = standing ? standing->kind : Paywall::none;
  out.stands = standing != nullptr;

  if (tier == "metered") {
    out.kind = Paywall::metered;
    out.evidence = "article:content_tier is metered";
  } else if (tier == "locked") {
    out.kind = Paywall::subscription;
    out.evidence = "article:content_tier is locked";
  } else if (is_free == false && tier != "free") {
    out.kind = kind_shown != Paywall::none ? kind_shown : kind_of_parts(*flagged);
    out.evidence = "JSON-LD isAccessibleForFree is false";
    if (!out.paid.empty()) out.evidence += ", of " + std::to_string(out.paid.size()) + " elements";
  } else if (is_free == true || tier == "free") {
    // The publisher's word; a wall in such a page is for something else, or for readers who read a lot.
    out.stands = false;
    return out;
  } else if (standing) {
    out.kind = kind_shown;
    out.evidence = "the text ends at " + quoted(standing->text);
    return out;
  }
  if (standing) out.evidence += "; the text ends at " + quoted(standing->text);
  return out;
}

void judge_completeness(Wall const& wall, LdArticle const* declared, bool left_out, Article& article) {
  article.paywall = wall.kind;
  article.paywall_evidence = wall.evidence;
  article.truncated = false;
  article.completeness = Completeness::full;
  if (wall.kind == Paywall::none) return;
  auto const words = count_written_words(article.content_text);
  auto const declared_words = declared ? count_written_words(declared->body) : std::size_t{0};
  bool const short_of_declared = declared_words > 60 && words * 10 < declared_words * 8;
  bool const ends_open = article.content_text.ends_with("…") || article.content_text.ends_with("...");
  bool const paid_missing = wall.kind != Paywall::metered && wall.paid_is_hidden;
  article.truncated = left_out || wall.stands || short_of_declared || ends_open || paid_missing;
  // The declared text is here in full: the wall stood for somebody else.
  if (!left_out && declared_words > 60 && words * 10 >= declared_words * 9) article.truncated = false;
  if (article.truncated) article.completeness = cut_short(words);
}

void judge_feed_text(std::string_view last_line, Article& article) {
  auto const kind = wall_wording(last_line);
  // Words that stayed in the text are the article's own.
  if (kind == Paywall::none || article.content_text.ends_with(last_line)) return;
  article.paywall = kind;
  article.paywall_evidence = "the text ends at " + quoted(last_line);
  article.truncated = true;
  article.completeness = cut_short(count_written_words(article.content_text));
}

void judge_by_page(Article const& page, Article& article) {
  if (page.paywall == Paywall::none) return;
  article.paywall = page.paywall;
  article.paywall_evidence = page.paywall_evidence;
  auto const words = count_written_words(article.content_text);
  // A feed may give in full what its pages keep back.
  bool const much_more = words > teaser_words_max && words > 2 * count_written_words(page.content_text);
  if (!page.truncated || much_more) return;
  article.truncated = true;
  article.completeness = cut_short(words);
}

}  // namespace newsfold::clean
