#pragma once
// The project's own files, for tests that read them.

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::tree {

struct SourceFile {
  std::string path;  // from the project's folder, with slashes
  std::string text;
};

// Every file of the project but for build output, sorted by path; files that are no text are left out.
std::vector<SourceFile> const& project_files();

bool is_cpp(SourceFile const& file);

std::vector<std::string_view> lines(std::string_view text);

// The same length and the same lines, with comments and the insides of literals blanked.
std::string without_comments_and_strings(std::string_view text);

}  // namespace newsfold::tree
