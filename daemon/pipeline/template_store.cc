#include "daemon/pipeline/template_store.h"

#include "feeds/clean/sanitize/html_blocks.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <unordered_set>

namespace newsfold::pipeline {
namespace {

constexpr std::size_t removed_max = 200;  // of an article's account
constexpr std::size_t removed_bytes = 80;
constexpr std::uint32_t articles_per_save = 8;

std::string beginning(std::string_view text) { return std::string(text::utf8_prefix(text, removed_bytes)); }

// The same paragraphs out of the HTML, where list items have no mark of their own.
std::string without(std::string const& html, std::vector<std::string> const& paragraphs) {
  std::unordered_set<std::uint64_t> gone;
  for (std::string_view paragraph : paragraphs) {
    gone.insert(clean::block_hash(paragraph));
    if (paragraph.starts_with("- ")) gone.insert(clean::block_hash(paragraph.substr(2)));
  }
  return clean::drop_html_blocks(
      html, [&](std::string_view text) { return gone.contains(clean::block_hash(text)); });
}

}  // namespace

std::shared_ptr<TemplateStore::Host> TemplateStore::host(storage::View const& view, std::string_view name) {
  {
    std::lock_guard const lock(mutex_);
    if (auto const found = hosts_.find(name); found != hosts_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->second;
    }
  }
  auto made = std::make_shared<Host>();
  if (auto const stored = view.blocks(name)) made->blocks = clean::TemplateBlocks::decode(*stored);

  std::lock_guard const lock(mutex_);
  if (auto const found = hosts_.find(name); found != hosts_.end()) return found->second->second;
  recent_.emplace_front(std::string(name), made);
  hosts_.emplace(recent_.front().first, recent_.begin());
  if (recent_.size() > hosts_max) {
    auto const& [oldest, memory] = recent_.back();
    {
      std::lock_guard const host_lock(memory->mutex);
      if (memory->unsaved > 0) unsaved_.emplace_back(oldest, memory->blocks.encode());
    }
    hosts_.erase(oldest);
    recent_.pop_back();
  }
  return made;
}

void TemplateStore::apply(storage::View const& view, std::string_view name, Article& article, Lesson lesson) {
  if (name.empty() || article.content_text.empty()) return;
  auto const memory = host(view, name);
  clean::TemplateBlocks::Stripped stripped;
  std::string record;
  {
    std::lock_guard const lock(memory->mutex);
    if (lesson == Lesson::learn) {
      memory->blocks.observe(article.content_text);
      // Young memories change most with each article.
      if (++memory->unsaved >=
          std::min(articles_per_save, 1 + memory->blocks.articles() / articles_per_save)) {
        record = memory->blocks.encode();
        memory->unsaved = 0;
      }
    }
    stripped = memory->blocks.strip(article.content_text);
  }
  if (!record.empty()) {
    std::lock_guard const lock(mutex_);
    unsaved_.emplace_back(name, std::move(record));
  }
  if (stripped.removed.empty()) return;
  article.content_text = std::move(stripped.text);
  article.content_html = without(article.content_html, stripped.removed);
  for (auto const& paragraph : stripped.removed)
    if (article.removed.size() < removed_max)
      article.removed.push_back({FragmentKind::template_block, beginning(paragraph)});
}

std::string TemplateStore::strip(storage::View const& view, std::string_view name, std::string const& text) {
  if (name.empty()) return text;
  auto const memory = host(view, name);
  std::lock_guard const lock(memory->mutex);
  return memory->blocks.strip(text).text;
}

std::vector<std::pair<std::string, std::string>> TemplateStore::take_unsaved() {
  std::lock_guard const lock(mutex_);
  return std::exchange(unsaved_, {});
}

}  // namespace newsfold::pipeline
