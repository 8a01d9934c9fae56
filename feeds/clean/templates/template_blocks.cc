#include "feeds/clean/templates/template_blocks.h"

#include "feeds/text/lines.h"
#include "feeds/text/little_endian.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>
#include <xxhash.h>

#include <algorithm>
#include <functional>
#include <unordered_set>

namespace newsfold::clean {
namespace {

// In a quarter of the articles, four at least: wherever it stands. A quotation in three articles is none.
constexpr std::uint32_t count_min = 4;
constexpr double share_min = 0.25;
// In an eighth, eight at least, and nearly always at the edge: some sections' template.
constexpr std::uint32_t edge_count_min = 8;
constexpr double edge_share_min = 0.12;
constexpr double at_edge_min = 0.8;
constexpr std::size_t edge_paragraphs = 3;
// What was template stays it while it comes half as often as the rarer kind: no article changes back and
// forth. The background of a story that a young host told four times becomes an article's own again.
constexpr double still_share_min = edge_share_min / 2;

constexpr std::uint32_t forget_after = 400;         // articles without it
constexpr std::uint32_t forget_known_after = 2000;  // the same for what is template
constexpr double window_articles = 400;             // over which a share is taken
constexpr std::size_t paragraphs_max = 400;         // of one article
constexpr double copied_max = 0.5;    // of an article's bytes known from others, template left out
constexpr double stripped_max = 0.6;  // of an article's bytes

constexpr char format_version = 1;
constexpr std::size_t header_bytes = 5;
constexpr std::size_t block_bytes = 21;

template <class Number>
Number take(std::string_view& bytes) {
  auto const value = text::little_endian_at<Number>(bytes, 0);
  bytes.remove_prefix(sizeof(Number));
  return value;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

std::vector<std::string_view> paragraphs_of(std::string_view text) {
  std::vector<std::string_view> out;
  text::for_each_line(text, [&out](std::string_view line) {
    if (!is_blank(line)) out.push_back(line);
  });
  return out;
}

std::uint64_t block_hash(std::string_view paragraph) {
  std::string form;
  form.reserve(paragraph.size());
  bool letters = false;
  bool in_number = false;
  for (std::size_t at = 0; at < paragraph.size();) {
    auto c = text::next_char(paragraph, at);
    if (c < 0x80 ? std::string_view(" \t\r\n").find(char(c)) != std::string_view::npos
                 : u_isUWhiteSpace(UChar32(c)) != 0)
      continue;
    bool const digit = u_isdigit(UChar32(c)) != 0;
    if (digit && in_number) continue;
    in_number = digit;
    letters = letters || (!digit && u_isalpha(UChar32(c)) != 0);
    text::append_utf8(form, digit ? U'0' : char32_t(u_foldCase(UChar32(c), U_FOLD_CASE_DEFAULT)));
  }
  return letters ? std::max<std::uint64_t>(XXH3_64bits(form.data(), form.size()), 1) : 0;
}

TemplateBlocks TemplateBlocks::decode(std::string_view bytes) {
  TemplateBlocks out;
  if (bytes.size() < header_bytes || bytes[0] != format_version ||
      (bytes.size() - header_bytes) % block_bytes != 0 || bytes.size() > bytes_max)
    return out;
  bytes.remove_prefix(1);
  out.articles_ = take<std::uint32_t>(bytes);
  while (!bytes.empty()) {
    auto const hash = take<std::uint64_t>(bytes);
    Block block;
    block.first = take<std::uint32_t>(bytes);
    block.last = take<std::uint32_t>(bytes);
    block.count = take<std::uint16_t>(bytes);
    auto const edge = take<std::uint16_t>(bytes);
    block.edge = std::min<std::uint32_t>(edge, block.count);
    block.known = bytes[0] != 0;
    bytes.remove_prefix(1);
    if (block.first > block.last || block.last > out.articles_) return {};
    out.blocks_.emplace(hash, block);
  }
  return out;
}

std::string TemplateBlocks::encode() const {
  std::string out(1, format_version);
  text::append_little_endian(out, articles_);
  for (auto const& [hash, block] : blocks_) {
    text::append_little_endian(out, hash);
    text::append_little_endian(out, block.first);
    text::append_little_endian(out, block.last);
    text::append_little_endian(out, std::uint16_t(std::min<std::uint32_t>(block.count, 0xFFFF)));
    text::append_little_endian(out, std::uint16_t(std::min<std::uint32_t>(block.edge, 0xFFFF)));
    out += block.known ? '\1' : '\0';
  }
  return out;
}

bool TemplateBlocks::recurs(Block const& block, std::uint32_t articles) {
  auto const since = std::min(window_articles, double(articles - block.first + 1));
  auto const count = double(block.count);
  if (block.count >= count_min && count >= share_min * since) return true;
  return block.count >= edge_count_min && count >= edge_share_min * since &&
         double(block.edge) >= at_edge_min * count;
}

bool TemplateBlocks::is_template(std::uint64_t block) const {
  auto const found = blocks_.find(block);
  if (found == blocks_.end() || !found->second.known) return false;
  auto const since = std::min(window_articles, double(articles_ - found->second.first + 1));
  return double(found->second.count) >= still_share_min * since;
}

void TemplateBlocks::observe(std::string_view text) {
  auto paragraphs = paragraphs_of(text);
  if (paragraphs.empty()) return;
  std::vector<std::uint64_t> hashes;
  hashes.reserve(paragraphs.size());
  std::size_t bytes = 0;
  std::size_t copied = 0;
  for (auto const paragraph : paragraphs) {
    hashes.push_back(block_hash(paragraph));
    if (is_template(hashes.back())) continue;
    bytes += paragraph.size();
    auto const known = blocks_.find(hashes.back());
    // What recurs is on its way to become template; copies repeat what stood in one article or two.
    if (known != blocks_.end() && known->second.count <= 2) copied += paragraph.size();
  }
  if (double(copied) > copied_max * double(bytes)) return;

  ++articles_;
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i < hashes.size() && i < paragraphs_max; ++i) {
    if (hashes[i] == 0 || !seen.insert(hashes[i]).second) continue;
    auto& block = blocks_[hashes[i]];
    if (block.count == 0) block.first = articles_;
    block.last = articles_;
    ++block.count;
    if (i < edge_paragraphs || i + edge_paragraphs >= hashes.size()) ++block.edge;
    block.known = block.known || recurs(block, articles_);
  }
  forget();
}

// The aged ones first; then, where there are still too many, those seen once, the oldest first.
void TemplateBlocks::forget() {
  if (blocks_.size() <= blocks_max) return;
  std::erase_if(blocks_, [this](auto const& entry) {
    auto const& block = entry.second;
    return articles_ - block.last > (block.known ? forget_known_after : forget_after);
  });
  if (blocks_.size() <= blocks_max) return;
  // A quarter at once, so that this is rare.
  constexpr std::size_t kept = blocks_max - blocks_max / 4;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> worth;  // worth, hash
  worth.reserve(blocks_.size());
  for (auto const& [hash, block] : blocks_)
    worth.emplace_back((block.known ? std::uint64_t(1) << 63 : 0) |
                           std::uint64_t(std::min<std::uint32_t>(block.count - 1, 0xFFFF)) << 32 | block.last,
                       hash);
  std::nth_element(worth.begin(), worth.begin() + std::ptrdiff_t(kept), worth.end(), std::greater<>());
  for (auto i = kept; i < worth.size(); ++i) blocks_.erase(worth[i].second);
}

TemplateBlocks::Stripped TemplateBlocks::strip(std::string_view text) const {
  Stripped out;
  std::size_t bytes = 0;
  std::size_t gone = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    auto const line = text.substr(at, end - at);
    auto const next = std::min(end + 1, text.size());
    bytes += line.size();
    if (!is_blank(line) && is_template(block_hash(line))) {
      gone += line.size();
      out.removed.emplace_back(line);
      // With its line goes one of two blank lines around it.
      bool const blank_before = out.text.empty() || out.text.ends_with("\n\n");
      at = blank_before && next < text.size() && text[next] == '\n' ? next + 1 : next;
      continue;
    }
    out.text.append(text, at, next - at);
    at = next;
  }
  if (out.removed.empty() || double(gone) > stripped_max * double(bytes)) return {std::string(text), {}};
  bool const ended_line = text.ends_with('\n');
  while (out.text.ends_with('\n')) out.text.pop_back();
  if (ended_line) out.text += '\n';
  return out;
}

}  // namespace newsfold::clean
