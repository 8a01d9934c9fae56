#include "feeds/clean/extract/writer.h"

#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace newsfold::clean {
namespace {

constexpr std::uint32_t caption_words_max = 80;

// May hold running text itself.
bool holds_text(Element element) {
  switch (element) {
    case Element::caption:
    case Element::dd:
    case Element::dt:
    case Element::figcaption:
    case Element::h1:
    case Element::h2:
    case Element::h3:
    case Element::h4:
    case Element::h5:
    case Element::h6:
    case Element::li:
    case Element::p:
    case Element::pre:
    case Element::td:
    case Element::th: return true;
    default: return false;
  }
}

// What HTML keeps of the boxes; a block in none of these becomes a paragraph.
bool carries_meaning(Element element) {
  switch (element) {
    case Element::blockquote:
    case Element::dl:
    case Element::figure:
    case Element::ol:
    case Element::table:
    case Element::tbody:
    case Element::tfoot:
    case Element::thead:
    case Element::tr:
    case Element::ul: return true;
    default: return holds_text(element);
  }
}

class Writer {
 public:
  Writer(HtmlDocument const& page, BlockList const& list, std::vector<char> const& chosen)
      : page_(page), list_(list), chosen_(chosen) {}

  Written write() {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (!chosen_[i]) continue;
      if (last_ != no_block) write_pictures(last_ + 1, i);
      write_block(i);
      last_ = i;
    }
    open_boxes({});
    return std::move(out_);
  }

 private:
  static constexpr std::size_t no_block = ~std::size_t{0};

  // The boxes around a block that HTML keeps, outermost first.
  std::vector<BoxIndex> path_to(BoxIndex box) const {
    std::vector<BoxIndex> path;
    for (; box != no_box; box = list_.boxes[box].parent)
      if (carries_meaning(list_.boxes[box].element)) path.push_back(box);
    std::reverse(path.begin(), path.end());
    return path;
  }

  // Closes what does not lie on the path, and opens the rest of it.
  void open_boxes(std::vector<BoxIndex> const& path) {
    std::size_t same = 0;
    while (same < path.size() && same < open_.size() && open_[same] == path[same]) ++same;
    while (open_.size() > same) {
      append_tag("</", open_.back());
      open_.pop_back();
    }
    for (; same < path.size(); ++same) {
      append_tag("<", path[same]);
      open_.push_back(path[same]);
    }
  }

  void append_tag(char const* begin, BoxIndex box) {
    auto const node = list_.boxes[box].node;
    bool const opens = begin[1] == 0;
    out_.html += begin;
    out_.html += page_.tag(node);
    if (opens && (page_.element(node) == Element::td || page_.element(node) == Element::th))
      append_attributes(node);
    out_.html += '>';
  }

  void append_attributes(NodeIndex node) {
    for (auto const& it : page_.attributes(node)) {
      if (it.value.data() == nullptr || it.name == "style" || it.name == "class" || it.name == "id" ||
          it.name.starts_with("on"))
        continue;
      out_.html += ' ';
      out_.html += it.name;
      out_.html += "=\"";
      text::append_escaped(out_.html, it.value, text::EntityContext::attribute);
      out_.html += '"';
    }
  }

  void write_block(std::size_t i) {
    auto const& block = list_.blocks[i];
    auto const path = path_to(block.box);
    open_boxes(path);
    bool const bare = path.empty() || path.back() != block.box || !holds_text(block.element);
    if (bare) out_.html += "<p>";
    line_.clear();
    write_nodes(block);
    if (bare) out_.html += "</p>";
    out_.html += '\n';
    end_line(block, path);
  }

  // The text nodes of a block with the inline elements around them.
  void write_nodes(Block const& block) {
    auto const box = list_.boxes[block.box].node;
    inline_open_.clear();
    std::vector<NodeIndex> around;
    for (auto up = page_.parent(block.begin); up != no_node && up != box; up = page_.parent(up))
      around.push_back(up);
    for (auto at = around.rbegin(); at != around.rend(); ++at) open_inline(*at);
    bool const keeps_lines = block.element == Element::pre;
    for (NodeIndex node = block.begin; node < block.end;) {
      while (!inline_open_.empty() && page_.end(inline_open_.back()) <= node) close_inline();
      if (page_.is_text(node)) {
        text::append_escaped(out_.html, page_.text(node));
        append_text(page_.text(node), keeps_lines);
        ++node;
        continue;
      }
      auto const element = page_.element(node);
      if (flow_of(page_, node) != Flow::inline_) {
        node = page_.end(node);
        continue;
      }
      if (element == Element::br) {
        out_.html += "<br>";
        while (!line_.empty() && line_.back() == ' ') line_.pop_back();
        if (!line_.empty()) line_ += '\n';
      } else if (element == Element::img) {
        write_image(node);
      } else {
        open_inline(node);
      }
      ++node;
    }
    while (!inline_open_.empty()) close_inline();
  }

  void open_inline(NodeIndex node) {
    out_.html += '<';
    out_.html += page_.tag(node);
    append_attributes(node);
    out_.html += '>';
    inline_open_.push_back(node);
  }
  void close_inline() {
    out_.html += "</";
    out_.html += page_.tag(inline_open_.back());
    out_.html += '>';
    inline_open_.pop_back();
  }

  void append_text(std::string_view text, bool keeps_lines) {
    for (std::size_t at = 0; at < text.size();) {
      auto end = at;
      while (end < text.size() && !text::is_space(text[end])) ++end;
      line_.append(text.substr(at, end - at));
      at = end;
      if (at == text.size()) break;
      char const c = text[at++];
      if (keeps_lines) {
        line_ += c == '\r' || c == '\f' ? ' ' : c;
      } else if (!line_.empty() && !text::is_space(line_.back())) {
        line_ += ' ';
      }
    }
  }

  void end_line(Block const& block, std::vector<BoxIndex> const& path) {
    std::string_view line = line_;
    while (!line.empty() && text::is_space(line.back())) line.remove_suffix(1);
    if (block.element != Element::pre)
      while (!line.empty() && text::is_space(line.front())) line.remove_prefix(1);
    if (line.empty()) return;
    BoxIndex item = no_box, row = no_box;
    for (auto const box : path) {
      if (list_.boxes[box].element == Element::li) item = box;
      if (list_.boxes[box].element == Element::tr) row = box;
    }
    bool const cell = row != no_box && (block.element == Element::td || block.element == Element::th);
    if (!out_.text.empty()) {
      bool const next_cell = cell && last_cell_ && row == last_row_;
      bool const next_row = cell && last_cell_ && list_.boxes[row].parent == list_.boxes[last_row_].parent;
      bool const next_item = item != no_box && item != last_item_ && last_item_ != no_box &&
                             list_.boxes[item].parent == list_.boxes[last_item_].parent;
      out_.text += next_cell ? "\t" : next_row || next_item ? "\n" : "\n\n";
    }
    if (item != no_box && item != last_item_) out_.text += "- ";
    out_.text += line;
    last_item_ = item;
    last_row_ = row;
    last_cell_ = cell;
  }

  void write_image(NodeIndex node) {
    out_.html += "<img";
    append_attributes(node);
    out_.html += '>';
  }

  // Pictures between two chosen blocks: those with nothing but a caption around them in their own box.
  void write_pictures(std::size_t from, std::size_t to) {
    auto const begin = list_.blocks[last_].end, end = list_.blocks[to].begin;
    bool opened = false;
    for (NodeIndex node = begin; node < end;) {
      auto const element = page_.element(node);
      if (element == Element::figure && page_.end(node) <= end && is_picture(node, from, to)) {
        if (!opened) open_boxes(common_path(list_.blocks[to].box));
        opened = true;
        write_figure(node, from, to);
        node = page_.end(node);
      } else if (element == Element::img && open_own_figure(node, to)) {
        write_image(node);
        opened = true;
        ++node;
      } else if (element == Element::img && is_between_text(node, from, to)) {
        if (!opened) open_boxes(common_path(list_.blocks[to].box));
        opened = true;
        out_.html += "<figure>";
        write_image(node);
        out_.html += "</figure>\n";
        ++node;
      } else {
        node = element != Element::text && flow_of(page_, node) == Flow::skipped ? page_.end(node) : node + 1;
      }
    }
  }

  // The figure whose caption is the block before or behind the picture. False where there is none.
  bool open_own_figure(NodeIndex image, std::size_t to) {
    for (auto path : {open_, path_to(list_.blocks[to].box)}) {
      auto const figure = std::find_if(path.begin(), path.end(), [&](BoxIndex box) {
        auto const& it = list_.boxes[box];
        return it.element == Element::figure && it.node < image && image < page_.end(it.node);
      });
      if (figure == path.end()) continue;
      path.erase(figure + 1, path.end());
      open_boxes(path);
      return true;
    }
    return false;
  }

  // What the next block shares with what is open: a picture must not stand inside of a list's markup or a
  // heading.
  std::vector<BoxIndex> common_path(BoxIndex box) const {
    auto path = path_to(box);
    std::size_t same = 0;
    while (same < path.size() && same < open_.size() && path[same] == open_[same] &&
           list_.boxes[path[same]].element == Element::blockquote)
      ++same;
    path.resize(same);
    return path;
  }

  bool is_picture(NodeIndex figure, std::size_t from, std::size_t to) const {
    std::uint32_t words = 0, links = 0;
    for (auto i = from; i < to; ++i) {
      auto const& block = list_.blocks[i];
      if (block.begin < figure || block.begin >= page_.end(figure)) continue;
      words += block.counts.words;
      links += block.counts.link_words;
    }
    if (words > caption_words_max || links * 2 > words) return false;
    for (NodeIndex node = figure; node < page_.end(figure); ++node)
      if (page_.element(node) == Element::img || page_.element(node) == Element::picture) return true;
    return false;
  }

  void write_figure(NodeIndex figure, std::size_t from, std::size_t to) {
    out_.html += "<figure>";
    for (NodeIndex node = figure; node < page_.end(figure); ++node)
      if (page_.element(node) == Element::img) {
        write_image(node);
        break;
      }
    std::string caption;
    for (auto i = from; i < to; ++i) {
      auto const& block = list_.blocks[i];
      if (block.begin < figure || block.begin >= page_.end(figure) || block.counts.words == 0) continue;
      if (!caption.empty()) caption += ' ';
      caption += line_of(page_, block, 1024);
    }
    if (!caption.empty()) {
      out_.html += "<figcaption>";
      text::append_escaped(out_.html, caption);
      out_.html += "</figcaption>";
    }
    out_.html += "</figure>\n";
  }

  // The smallest box with text around the picture holds no text that was left out.
  bool is_between_text(NodeIndex image, std::size_t from, std::size_t to) const {
    NodeIndex around = page_.parent(image);
    for (; around != no_node; around = page_.parent(around)) {
      bool some = false;
      for (auto i = from; i < to; ++i) {
        auto const& block = list_.blocks[i];
        if (block.begin >= around && block.begin < page_.end(around) && block.counts.words > 0) return false;
      }
      some = (last_ != no_block && list_.blocks[last_].begin >= around) ||
             list_.blocks[to].begin < page_.end(around);
      if (some) return true;
    }
    return false;
  }

  HtmlDocument const& page_;
  BlockList const& list_;
  std::vector<char> const& chosen_;
  Written out_;
  std::vector<BoxIndex> open_;
  std::vector<NodeIndex> inline_open_;
  std::string line_;
  std::size_t last_ = no_block;
  BoxIndex last_item_ = no_box;
  BoxIndex last_row_ = no_box;
  bool last_cell_ = false;
};

}  // namespace

Written write_blocks(HtmlDocument const& page, BlockList const& list, std::vector<char> const& chosen) {
  return Writer(page, list, chosen).write();
}

std::string line_of(HtmlDocument const& page, Block const& block, std::size_t bytes_max) {
  std::string out;
  for (NodeIndex node = block.begin; node < block.end && out.size() < bytes_max;) {
    if (page.is_text(node)) {
      for (char c : page.text(node)) {
        if (!text::is_space(c))
          out += c;
        else if (!out.empty() && out.back() != ' ')
          out += ' ';
      }
      ++node;
      continue;
    }
    if (page.element(node) == Element::br && !out.empty() && out.back() != ' ') out += ' ';
    node = flow_of(page, node) == Flow::inline_ ? node + 1 : page.end(node);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace newsfold::clean
