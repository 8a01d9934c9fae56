#include "feeds/clean/extract/blocks.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>

namespace newsfold::clean {
namespace {

constexpr std::uint32_t mix(std::uint32_t a, std::uint32_t b) { return (a ^ b) * 0x9E3779B1u + (a >> 15); }

std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (char c : text.substr(0, 256)) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

int spot_of(Element element) {
  switch (element) {
    case Element::article: return int(Spot::article);
    case Element::main: return int(Spot::main);
    case Element::aside: return int(Spot::aside);
    case Element::nav:
    case Element::menu: return int(Spot::nav);
    case Element::header: return int(Spot::header);
    case Element::footer: return int(Spot::footer);
    case Element::form:
    case Element::fieldset: return int(Spot::form);
    case Element::ul:
    case Element::ol:
    case Element::dl: return int(Spot::list);
    case Element::table: return int(Spot::table);
    case Element::figure:
    case Element::figcaption:
    case Element::caption: return int(Spot::figure);
    case Element::blockquote: return int(Spot::quote);
    case Element::section: return int(Spot::section);
    case Element::details:
    case Element::dialog: return int(Spot::details);
    case Element::h1:
    case Element::h2:
    case Element::h3:
    case Element::h4:
    case Element::h5:
    case Element::h6: return int(Spot::heading);
    default: return -1;
  }
}

bool hides(std::string_view style) {
  constexpr std::size_t bytes_max = 512;
  style = style.substr(0, bytes_max);
  for (auto at = style.find(':'); at != std::string_view::npos; at = style.find(':', at + 1)) {
    auto const value = text::trim(style.substr(at + 1));
    auto const before = text::trim(style.substr(0, at));
    if (value.starts_with("none") && before.ends_with("display")) return true;
    if (value.starts_with("hidden") && before.ends_with("visibility")) return true;
  }
  return false;
}

// What the attributes of an element tell.
struct Marks {
  Names names = 0;
  std::uint32_t class_hash = 0;
  bool hidden = false;
  bool body_prop = false;
  bool nav_role = false;
  bool main_role = false;
  bool aside_role = false;
  bool link = false;
};

class BlockReader {
 public:
  explicit BlockReader(HtmlDocument const& page) : page_(page), meter_(out_.words) {}

  BlockList read() {
    open_.reserve(64);
    for (NodeIndex node = 0; node < page_.size() && out_.blocks.size() < blocks_max;) {
      close_until(node);
      if (page_.is_text(node)) {
        add_text(node);
        ++node;
        continue;
      }
      auto const flow = flow_of(page_, node);
      if (flow == Flow::skipped) {
        node = page_.end(node);
        continue;
      }
      auto const element = page_.element(node);
      if (element == Element::br) {
        if (++breaks_ == 2) end_block();
      } else if (element == Element::img) {
        ++images_;
      } else {
        open(node, element, flow);
      }
      ++node;
    }
    close_until(no_node);
    return std::move(out_);
  }

 private:
  struct Frame {
    NodeIndex end = 0;
    BoxIndex box = no_box;  // the innermost box, itself included
    bool is_box = false;
    TextKind kind = TextKind::plain;
    Place place{};
  };

  void open(NodeIndex node, Element element, Flow flow) {
    Marks marks;
    read_marks(node, marks);
    if (flow == Flow::block) end_block();
    open_.emplace_back();
    auto& frame = open_.back();
    frame.end = page_.end(node);
    if (open_.size() == 1) {
      frame.place.names.fill(Place::far);
      frame.place.spots.fill(Place::far);
    } else {
      auto const& around = open_[open_.size() - 2];
      frame.box = around.box;
      frame.kind = around.kind;
      for (std::size_t i = 0; i < name_count; ++i)
        frame.place.names[i] = std::uint8_t(around.place.names[i] + (around.place.names[i] < Place::far));
      for (std::size_t i = 0; i < spot_count; ++i)
        frame.place.spots[i] = std::uint8_t(around.place.spots[i] + (around.place.spots[i] < Place::far));
    }
    // The page itself is named for what stands in it, not for what it is.
    if (element != Element::body && element != Element::html) {
      for (auto rest = marks.names; rest != 0; rest &= rest - 1)
        frame.place.names[std::size_t(std::countr_zero(rest))] = 0;
      auto const set = [&](Spot spot) { frame.place.spots[std::size_t(spot)] = 0; };
      if (int const spot = spot_of(element); spot >= 0) frame.place.spots[std::size_t(spot)] = 0;
      if (marks.hidden) set(Spot::hidden);
      if (marks.body_prop) set(Spot::body_prop);
      if (marks.nav_role) set(Spot::nav);
      if (marks.main_role) set(Spot::main);
      if (marks.aside_role) set(Spot::aside);
    }
    if (element == Element::a && marks.link) frame.kind = TextKind::link;
    if ((element == Element::b || element == Element::strong) && frame.kind == TextKind::plain)
      frame.kind = TextKind::strong;
    if (flow == Flow::block) {
      Box box;
      box.node = node;
      box.parent = frame.box;
      box.element = element;
      box.first_block = box.end_block = std::uint32_t(out_.blocks.size());
      box.style = mix(marks.class_hash, std::uint32_t(element) + 1);
      frame.box = BoxIndex(out_.boxes.size());
      frame.is_box = true;
      out_.boxes.push_back(box);
    }
    if (element == Element::a && marks.link) ++links_;
  }

  void read_marks(NodeIndex node, Marks& marks) {
    for (auto const& it : page_.attributes(node)) {
      if (it.value.data() == nullptr) continue;
      switch (it.kind) {
        case AttributeKind::class_: {
          auto const& word = known(it.value);
          marks.names |= word.names;
          marks.class_hash = word.hash;
          break;
        }
        case AttributeKind::style:
          if (hides(it.value)) marks.hidden = true;
          break;
        case AttributeKind::itemprop:
          if (it.value == "articleBody" || it.value == "reviewBody" || it.value == "text")
            marks.body_prop = true;
          marks.names |= names_of(it.value);
          break;
        case AttributeKind::role:
          marks.nav_role = it.value == "navigation" || it.value == "menu" || it.value == "search";
          marks.main_role = it.value == "main";
          marks.aside_role = it.value == "complementary";
          break;
        case AttributeKind::href: marks.link = true; break;
        case AttributeKind::aria_hidden:
          if (it.value == "true") marks.hidden = true;
          break;
        case AttributeKind::id:
        case AttributeKind::aria_label:
        case AttributeKind::data_component:
        case AttributeKind::data_name:
        case AttributeKind::data_qa:
        case AttributeKind::data_testid: marks.names |= names_of(it.value); break;
        case AttributeKind::other:
        case AttributeKind::property:
        case AttributeKind::pubdate:
        case AttributeKind::rel: break;
      }
    }
  }

  // Pages repeat their classes: each value is read once.
  struct Known {
    Names names = 0;
    std::uint32_t hash = 0;
  };
  Known const& known(std::string_view value) {
    auto const [at, is_new] = known_.try_emplace(value);
    if (is_new) at->second = {value.empty() ? 0 : names_in(value), hash_of(value)};
    return at->second;
  }
  Names names_of(std::string_view value) { return known(value).names; }

  void add_text(NodeIndex node) {
    auto const text = page_.text(node);
    bool const blank = std::all_of(text.begin(), text.end(), text::is_space);
    if (blank) {
      if (in_block_) meter_.add(" ", TextKind::plain);
      return;
    }
    if (open_.empty()) return;
    if (!in_block_) {
      in_block_ = true;
      meter_.begin();
      block_ = {};
      block_.begin = node;
      block_.words_begin = std::uint32_t(out_.words.size());
      block_.box = open_.back().box;
      place_depth_ = lowest_ = open_.size();
      block_.place = open_.back().place;
    } else if (lowest_ < place_depth_) {
      place_depth_ = lowest_;
      block_.place = open_[lowest_ - 1].place;
    }
    if (breaks_ == 1) meter_.add(" ", TextKind::plain);
    breaks_ = 0;
    block_.end = node + 1;
    meter_.add(text, open_.back().kind);
  }

  void end_block() {
    breaks_ = 0;
    if (!in_block_) return;
    in_block_ = false;
    block_.counts = meter_.finish();
    block_.words_end = std::uint32_t(out_.words.size());
    block_.depth = std::uint16_t(std::min<std::size_t>(open_.size(), 65535));
    block_.links = std::uint16_t(std::min<std::size_t>(links_, 65535));
    block_.images_before = std::uint16_t(std::min<std::size_t>(images_, 65535));
    links_ = images_ = 0;
    if (block_.box == no_box) return;
    auto const& box = out_.boxes[block_.box];
    block_.element = box.element;
    block_.style = box.parent == no_box ? box.style : mix(box.style, out_.boxes[box.parent].style);
    out_.blocks.push_back(block_);
  }

  void close_until(NodeIndex next) {
    while (!open_.empty() && (next == no_node || open_.back().end <= next)) {
      auto const& frame = open_.back();
      if (frame.is_box) {
        end_block();
        out_.boxes[frame.box].end_block = std::uint32_t(out_.blocks.size());
      }
      open_.pop_back();
      lowest_ = std::min(lowest_, std::max<std::size_t>(open_.size(), 1));
    }
  }

  HtmlDocument const& page_;
  BlockList out_;
  TextMeter meter_;
  std::vector<Frame> open_;
  std::unordered_map<std::string_view, Known> known_;
  Block block_;
  bool in_block_ = false;
  std::size_t place_depth_ = 0;  // of the element whose place the block has
  std::size_t lowest_ = 0;       // the fewest elements open since the block began
  std::size_t breaks_ = 0;
  std::size_t links_ = 0;
  std::size_t images_ = 0;
};

}  // namespace

BlockList list_blocks(HtmlDocument const& page) { return BlockReader(page).read(); }

}  // namespace newsfold::clean
