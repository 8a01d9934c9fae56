#pragma once
// What is known of the template text of each host (feeds/clean/templates), read from the store when a host
// comes up and handed back for the next commit: learning costs no write of its own. A memory that was not
// handed back before a crash has learned a few articles less.
//
// Callable from any thread; a host's memory is worked on by one thread at a time.

#include "feeds/clean/templates/template_blocks.h"
#include "feeds/model/article.h"
#include "storage/store.h"

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace newsfold::pipeline {

class TemplateStore {
 public:
  static constexpr std::size_t hosts_max = 512;  // in memory; at most about 30 KB each

  enum class Lesson : unsigned char {
    learn,    // an article that was not seen before
    nothing,  // one that is looked at again
  };

  // Takes the host's template text out of `article`, text and HTML, and learns from what stood there. Reads
  // the store at a host's first article: blocks.
  void apply(storage::View const& view, std::string_view host, Article& article, Lesson lesson);
  // The text without what is template now: to compare what was stored before that was known.
  std::string strip(storage::View const& view, std::string_view host, std::string const& text);

  // Host and record of those that learned enough since they were last handed out.
  std::vector<std::pair<std::string, std::string>> take_unsaved();

 private:
  struct Host {
    std::mutex mutex;
    clean::TemplateBlocks blocks;
    std::uint32_t unsaved = 0;  // articles learned from
  };
  using Recent = std::list<std::pair<std::string, std::shared_ptr<Host>>>;

  std::shared_ptr<Host> host(storage::View const& view, std::string_view name);

  std::mutex mutex_;  // over what follows
  Recent recent_;     // the one used last first
  std::unordered_map<std::string_view, Recent::iterator> hosts_;
  std::vector<std::pair<std::string, std::string>> unsaved_;
};

}  // namespace newsfold::pipeline
