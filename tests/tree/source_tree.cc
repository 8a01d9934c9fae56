#include "tests/tree/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace newsfold::tree {
namespace {

namespace fs = std::filesystem;

bool is_skipped(fs::path const& path) {
  auto const name = path.filename().string();
  return name == ".git" || name == ".cache" || name.starts_with("build");
}

std::string read(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<SourceFile> read_project() {
  std::vector<SourceFile> out;
  fs::path const root(PROJECT_DIR);
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
    if (is_skipped(it->path())) {
      if (it->is_directory()) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      auto text = read(it->path());
      if (text.find('\0') != std::string::npos) continue;
      out.push_back({it->path().lexically_relative(root).generic_string(), std::move(text)});
    }
  }
  std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.path < b.path; });
  return out;
}

// Where the literal or comment that begins at `at` ends; `at` where none begins there.
std::size_t end_of_blank(std::string_view text, std::size_t at) {
  auto const rest = text.substr(at);
  auto const or_end = [&](std::size_t end) { return std::min(end, text.size()); };
  if (rest.starts_with("//")) return or_end(text.find('\n', at));
  if (rest.starts_with("/*")) return or_end(text.find("*/", at + 2));
  bool const after_word = at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0);
  if (rest.starts_with("R\"") && !after_word) {
    auto const open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    auto const close = ")" + std::string(text.substr(at + 2, open - at - 2)) + "\"";
    auto const end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  if (rest.front() == '"' || (rest.front() == '\'' && !after_word)) {  // 1'000 is no character
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != rest.front() && text[end] != '\n')
      end += text[end] == '\\' ? 2 : 1;
    return or_end(end + 1);
  }
  return at;
}

}  // namespace

std::vector<SourceFile> const& project_files() {
  static auto const files = read_project();
  return files;
}

bool is_cpp(SourceFile const& file) { return file.path.ends_with(".cc") || file.path.ends_with(".h"); }

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string without_comments_and_strings(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < text.size();) {
    auto const end = end_of_blank(text, at);
    for (std::size_t i = at; i < end; ++i) {
      if (out[i] != '\n') out[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return out;
}

}  // namespace newsfold::tree
