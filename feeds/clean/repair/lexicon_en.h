#pragma once
// What is known of English words: which there are, and between which neighbours the frequent ones stand.
// Tables are made at first use and shared by all threads.

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace newsfold::clean {

// `lower` in lower case. Plurals and possessives of known words are words.
bool is_english_word(std::string_view lower);

struct FrequentWord {
  std::string_view word;
  double share = 0;  // of the words of running text
  // How much likelier a neighbour is beside this word than anywhere: natural logarithms.
  std::unordered_map<std::string_view, double> before;
  std::unordered_map<std::string_view, double> behind;
};
std::span<FrequentWord const> frequent_words();

}  // namespace newsfold::clean
