// g++ 12 copies an aggregate or an owning lambda that is written inside a co_await expression bit by bit
// and destroys it twice (GCC bugs 99576, 100611 and their kin): such a temporary gets a name on the line
// above. This test reads every co_await expression of the tree for them.

#include "tests/tree/source_tree.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::tree {
namespace {

// Numbers with a type: copying their bits is all there is to do.
constexpr std::array<std::string_view, 8> plain_numbers{"FeedId",    "ArticleId", "StoryId", "Sequence",
                                                        "UtcMicros", "Epoch",     "Version", "WorldTime"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// From after "co_await" to the end of the statement or of the parenthesis that it stands in.
std::string_view awaited(std::string_view code, std::size_t begin) {
  int depth = 0;
  for (std::size_t at = begin; at < code.size(); ++at) {
    char const c = code[at];
    if (c == '(' || c == '{' || c == '[') ++depth;
    if (c == ')' || c == '}' || c == ']') --depth;
    if (depth < 0 || (depth == 0 && c == ';')) return code.substr(begin, at - begin);
  }
  return code.substr(begin);
}

// "Type{" with a capital letter: an aggregate or something that might be one.
bool builds_object(std::string_view expression) {
  for (std::size_t at = 1; at < expression.size(); ++at) {
    if (expression[at] != '{' || !is_word(expression[at - 1])) continue;
    std::size_t begin = at;
    while (begin > 0 && is_word(expression[begin - 1])) --begin;
    auto const type = expression.substr(begin, at - begin);
    if (std::isupper(static_cast<unsigned char>(type.front())) == 0) continue;
    bool plain = false;
    for (auto const name : plain_numbers) plain = plain || name == type;
    if (!plain) return true;
  }
  return false;
}

// A lambda's "[...]" that holds something by value ("[this]" and references own nothing).
bool captures_by_value(std::string_view expression) {
  for (std::size_t at = 0; at < expression.size(); ++at) {
    if (expression[at] != '[') continue;
    std::size_t before = at;
    while (before > 0 && std::isspace(static_cast<unsigned char>(expression[before - 1])) != 0) --before;
    char const previous = before == 0 ? '(' : expression[before - 1];
    if (previous != '(' && previous != ',' && previous != '=' && previous != '{') continue;  // x[i]
    auto const close = expression.find(']', at);
    auto list = expression.substr(at + 1, close == std::string_view::npos ? close : close - at - 1);
    while (!list.empty()) {
      auto const comma = std::min(list.find(','), list.size());
      auto capture = list.substr(0, comma);
      while (!capture.empty() && capture.front() == ' ') capture.remove_prefix(1);
      if (!capture.empty() && capture.front() != '&' && capture != "this") return true;
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return false;
}

std::vector<std::string> offences(std::string_view text) {
  static constexpr std::string_view word = "co_await";
  auto const code = without_comments_and_strings(text);
  std::vector<std::string> out;
  for (auto at = code.find(word); at != std::string::npos; at = code.find(word, at + 1)) {
    auto const expression = awaited(code, at + word.size());
    if (builds_object(expression) || captures_by_value(expression)) out.emplace_back(expression);
  }
  return out;
}

TEST(CoroutineTemporaries, NoAggregateAndNoOwningLambdaStandsInAnAwaitedExpression) {
  for (auto const& file : project_files()) {
    if (!is_cpp(file)) continue;
    for (auto const& offence : offences(file.text)) ADD_FAILURE() << file.path << ": co_await" << offence;
  }
}

TEST(CoroutineTemporaries, AnOffenceWouldBeSeen) {
  EXPECT_FALSE(offences("co_await fetch(Request{url});").empty());
  EXPECT_FALSE(offences("auto x = co_await f(Aggregate{.a = 1, .b = g()});").empty());
  EXPECT_FALSE(
      offences("co_await run_on(pool, [page = std::move(page)] { return extract(page); });").empty());
  EXPECT_FALSE(offences("co_await run_on(pool, [page] { return extract(page); });").empty());
  EXPECT_FALSE(offences("if (!co_await f(Options{})) return;").empty());
}

TEST(CoroutineTemporaries, WhatIsHarmlessPasses) {
  EXPECT_TRUE(offences("co_await fetch(request);").empty());
  EXPECT_TRUE(offences("co_await run_on(pool, [&] { return f(); });").empty());
  EXPECT_TRUE(offences("co_await run_on(pool, [this, &x] { return f(x); });").empty());
  EXPECT_TRUE(offences("auto e = co_await log.read(Sequence{5});").empty());
  EXPECT_TRUE(offences("co_await f(items[i], table[j]);").empty());
  EXPECT_TRUE(offences("// co_await f(Aggregate{1});").empty());
  EXPECT_TRUE(
      offences("while (auto x = co_await pages.receive()) { auto job = [x] { return Page{x}; }; }").empty());
}

}  // namespace
}  // namespace newsfold::tree
