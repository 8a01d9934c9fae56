#pragma once
// Feeds for the benchmarks: RSS with twenty items of full text each, in a folder that nginx serves.

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace newsfold::bench {

class FeedFiles {
 public:
  FeedFiles(std::filesystem::path folder, int feeds);

  static std::string name_of(int feed) { return "feed" + std::to_string(feed) + ".xml"; }
  void write_all();
  // A new item in every n-th feed, the oldest goes: in other feeds each round, the first of which is 1.
  void publish(int every_nth);
  static bool publishes(int feed, int round, int every_nth);

 private:
  std::string words(std::size_t count);
  std::string item(int feed);
  void write(int feed) const;

  std::filesystem::path folder_;
  std::mt19937_64 random_{7};
  std::vector<std::string> vocabulary_;
  std::vector<std::vector<std::string>> items_;  // of each feed, newest first
  std::uint64_t next_ = 1;
  int round_ = 0;
};

}  // namespace newsfold::bench
