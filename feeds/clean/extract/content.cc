#include "feeds/clean/extract/content.h"

#include <algorithm>
#include <array>

namespace newsfold::clean {
namespace {

constexpr float sibling_share = 0.2f;   // of the best container's score, from which its sibling belongs to it
constexpr double link_share_max = 0.5;  // a block with more of its text in links is a list of links
constexpr std::size_t removed_max = 200;
constexpr std::size_t removed_characters = 80;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

NodeIndex best_container(HtmlDocument const& page, std::vector<NodeScan> const& scan) {
  NodeIndex best = 0;
  for (NodeIndex node = 0; node < page.size(); ++node)
    if (!page.is_text(node) && scan[node].score > scan[best].score) best = node;
  return best;
}

// The container and those of its siblings that hold text of their own: articles are split by ads.
std::vector<NodeIndex> parts_of_article(HtmlDocument const& page, std::vector<NodeScan> const& scan) {
  std::vector<NodeIndex> parts;
  if (page.size() == 0) return parts;
  auto const best = best_container(page, scan);
  auto const parent = page.parent(best);
  if (parent == no_node) return {best};
  for (NodeIndex child = parent + 1; child < page.end(parent); child = page.end(child)) {
    if (page.is_text(child)) continue;
    auto const& it = scan[child];
    if (it.role == Role::skipped || it.role == Role::furniture) continue;
    bool const paragraph =
        it.role == Role::paragraph && it.text_bytes > 80 && it.link_bytes * 4 < it.text_bytes;
    if (child == best || paragraph || it.score >= scan[best].score * sibling_share) parts.push_back(child);
  }
  return parts;
}

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
}

class Writer {
 public:
  Writer(HtmlDocument const& page, std::vector<NodeScan> const& scan, std::string_view title)
      : page_(page), scan_(scan), title_(title) {}

  void write(NodeIndex part) {
    open_.clear();
    for (NodeIndex node = part; node < page_.end(part);) {
      close_until(node);
      if (page_.is_text(node)) {
        write_text(page_.text(node));
        ++node;
        continue;
      }
      auto const& it = scan_[node];
      if (it.role == Role::skipped) {
        node = page_.end(node);
        continue;
      }
      if (it.role == Role::furniture || is_link_list(node)) {
        note(node, it.role == Role::furniture ? FragmentKind::nav : FragmentKind::related);
        node = page_.end(node);
        continue;
      }
      open(node);
      ++node;
    }
    close_until(no_node);
  }

  Content take() {
    end_paragraph();
    return std::move(content_);
  }

 private:
  bool is_link_list(NodeIndex node) const {
    auto const& it = scan_[node];
    if (it.role != Role::block && it.role != Role::paragraph) return false;
    if (it.text_bytes == 0 || page_.tag(node) == "table") return false;
    return it.text_bytes < 400 && double(it.link_bytes) > link_share_max * double(it.text_bytes) &&
           (page_.tag(node) == "ul" || page_.tag(node) == "ol" || page_.tag(node) == "div" ||
            double(it.link_bytes) > 0.9 * double(it.text_bytes));
  }

  void open(NodeIndex node) {
    auto const tag = page_.tag(node);
    if (tag == "br") {
      paragraph_ += '\n';
      content_.html += "<br>";
      return;
    }
    bool const block = scan_[node].role != Role::inline_element;
    if (block) end_paragraph();
    if (tag == "li") paragraph_ += "- ";
    content_.html += '<';
    content_.html += tag;
    for (auto const* name : {"href", "src", "alt", "title", "datetime", "colspan", "rowspan"}) {
      auto const value = page_.attribute(node, name);
      if (value.empty()) continue;
      content_.html += std::string(" ") + name + "=\"";
      for (char c : value)
        content_.html += c == '"' ? std::string("&quot;") : c == '&' ? "&amp;" : std::string(1, c);
      content_.html += '"';
    }
    content_.html += '>';
    if (page_.end(node) > node + 1 || block) open_.push_back(node);
  }

  void close_until(NodeIndex next) {
    while (!open_.empty() && (next == no_node || page_.end(open_.back()) <= next)) {
      auto const node = open_.back();
      open_.pop_back();
      content_.html += "</";
      content_.html += page_.tag(node);
      content_.html += '>';
      if (scan_[node].role != Role::inline_element) end_paragraph();
    }
  }

  void write_text(std::string_view text) {
    append_escaped(content_.html, text);
    for (char c : text) {
      if (!is_space(c))
        paragraph_ += c;
      else if (!paragraph_.empty() && !is_space(paragraph_.back()))
        paragraph_ += ' ';
    }
  }

  void end_paragraph() {
    while (!paragraph_.empty() && is_space(paragraph_.back())) paragraph_.pop_back();
    auto begin = std::size_t{0};
    while (begin < paragraph_.size() && is_space(paragraph_[begin])) ++begin;
    std::string_view const line = std::string_view(paragraph_).substr(begin);
    if (!line.empty() && line != "-" && line != title_) {
      if (!content_.text.empty()) content_.text += "\n\n";
      content_.text += line;
    }
    paragraph_.clear();
  }

  void note(NodeIndex node, FragmentKind kind) {
    if (content_.removed.size() >= removed_max) return;
    std::string text;
    for (NodeIndex i = node; i < page_.end(node) && text.size() < 4 * removed_characters; ++i) {
      if (!page_.is_text(i)) continue;
      for (char c : page_.text(i)) {
        if (!is_space(c))
          text += c;
        else if (!text.empty() && text.back() != ' ')
          text += ' ';
      }
    }
    if (text.size() > 1) content_.removed.push_back({kind, first_characters(text)});
  }

  HtmlDocument const& page_;
  std::vector<NodeScan> const& scan_;
  std::string_view title_;
  std::vector<NodeIndex> open_;
  std::string paragraph_;
  Content content_;
};

}  // namespace

std::string first_characters(std::string_view text) {
  std::size_t bytes = 0;
  for (std::size_t characters = 0; bytes < text.size(); ++bytes) {
    if ((static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) continue;
    if (characters++ == removed_characters) break;
  }
  return std::string(text.substr(0, bytes));
}

Content extract_content(HtmlDocument const& page, std::vector<NodeScan> const& scan, std::string_view title) {
  Writer writer(page, scan, title);
  for (auto const part : parts_of_article(page, scan)) writer.write(part);
  return writer.take();
}

}  // namespace newsfold::clean
