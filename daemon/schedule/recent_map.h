#pragma once
// A map that knows which of its entries was put in longest ago: what has a bound lets go of the oldest, one
// by one, instead of all at once. Each call costs the same however much is in it.

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace newsfold::schedule {

template <class Value>
class RecentMap {
 public:
  // Null where there is none; valid until the entry is taken out.
  Value const* find(std::string_view key) const {
    auto const it = by_key_.find(key);
    return it == by_key_.end() ? nullptr : &it->second->second;
  }

  // From now on the newest, whether it was there or not.
  void put(std::string_view key, Value value) {
    if (auto const it = by_key_.find(key); it != by_key_.end()) {
      it->second->second = std::move(value);
      entries_.splice(entries_.end(), entries_, it->second);
      return;
    }
    entries_.emplace_back(std::string(key), std::move(value));
    by_key_.emplace(entries_.back().first, std::prev(entries_.end()));
  }

  // REQUIRES: size() > 0.
  std::pair<std::string, Value> take_oldest() {
    by_key_.erase(entries_.front().first);
    auto oldest = std::move(entries_.front());
    entries_.pop_front();
    return oldest;
  }

  std::size_t size() const noexcept { return entries_.size(); }
  auto begin() { return entries_.begin(); }  // the oldest
  auto end() { return entries_.end(); }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;
  Entries entries_;
  std::unordered_map<std::string_view, typename Entries::iterator> by_key_;  // views of the entries' keys
};

}  // namespace newsfold::schedule
