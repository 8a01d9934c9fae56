#pragma once
// The habits of feeds that make known items look new: fetches of a feed, one after another, and how many
// articles must come of them. Tried on the pure decision (identity_test.cc) and through pipeline and store
// (tests/pipeline/same_item_test.cc).

#include <string>
#include <vector>

namespace newsfold::dedup {

struct Entry {
  std::string guid;
  std::string url;
  std::string title;
  std::string text;
  int minute = -1;  // of publication; -1: no date
};
using Document = std::vector<Entry>;

inline std::string body(int i) {
  std::string text;
  for (int word = 0; word < 30; ++word) text += "word" + std::to_string(i * 100 + word) + ' ';
  return text;
}

inline std::string link(int i) { return "https://paper.example/story/" + std::to_string(i); }

// Items 0 .. n-1, each as `make` has it.
template <class Make>
Document document(int n, Make const& make) {
  Document made;
  for (int i = 0; i < n; ++i) made.push_back(make(i));
  return made;
}

inline Entry plain(int i) {
  return {"id-" + std::to_string(i), link(i), "Title " + std::to_string(i), body(i), i};
}

struct Habit {
  char const* name;
  std::vector<Document> fetches;
  std::size_t articles;
};

inline std::vector<Habit> publisher_habits() {
  auto const with = [](auto change) {
    return document(10, [&](int i) {
      auto entry = plain(i);
      change(entry, i);
      return entry;
    });
  };
  auto const nothing = [](Entry&, int) {};
  std::vector<Habit> table;
  table.push_back({"a feed that behaves", {with(nothing), with(nothing), with(nothing)}, 10});
  auto const new_guids = [&](std::string fetch) {
    return with([&](Entry& e, int i) { e.guid = fetch + std::to_string(i); });
  };
  table.push_back({"new guids at every fetch", {new_guids("a"), new_guids("b"), new_guids("c")}, 10});
  auto const new_guids_edited = [&](std::string fetch) {
    return with([&](Entry& e, int i) {
      e.guid = fetch + std::to_string(i);
      e.minute = -1;
      if (fetch == "d") e.title += " UPDATED";
    });
  };
  table.push_back({"new guids at every fetch, then edited titles",
                   {new_guids_edited("a"), new_guids_edited("b"), new_guids_edited("d")},
                   10});
  auto const one_guid = with([](Entry& e, int) { e.guid = "https://paper.example/"; });
  table.push_back({"one guid for all items", {one_guid, one_guid}, 10});
  auto const one_guid_one_date = with([](Entry& e, int) {
    e.guid = "feed";
    e.minute = 5;
  });
  table.push_back({"one guid and one date for all items", {one_guid_one_date, one_guid_one_date}, 10});
  auto const no_guid = with([](Entry& e, int) { e.guid.clear(); });
  table.push_back({"no guid", {no_guid, no_guid}, 10});
  auto const bare = with([](Entry& e, int) {
    e.guid.clear();
    e.url.clear();
    e.minute = -1;
  });
  table.push_back({"nothing but title and text", {bare, bare}, 10});
  auto const sessions = [&](std::string session) {
    return with([&](Entry& e, int) {
      e.guid.clear();
      e.url += ";jsessionid=" + session + "?utm_campaign=" + session;
    });
  };
  table.push_back(
      {"session ids and campaigns in links", {sessions("0123456789AB"), sessions("BA9876543210")}, 10});
  auto const volatile_links = [&](std::string token) {
    return with([&](Entry& e, int i) {
      e.guid.clear();
      e.url = "https://paper.example/t/" + token + "/" + std::to_string(i);
    });
  };
  table.push_back(
      {"links anew at every fetch", {volatile_links("x1"), volatile_links("x2"), volatile_links("x3")}, 10});
  auto const volatile_both = [&](std::string token) {
    return with([&](Entry& e, int i) {
      e.guid = token + std::to_string(i);
      e.url = "https://paper.example/t/" + token + "/" + std::to_string(i);
    });
  };
  table.push_back({"guids and links anew at every fetch",
                   {volatile_both("x"), volatile_both("y"), volatile_both("z")},
                   10});
  auto const wrapped =
      with([](Entry& e, int) { e.url = "https://www.google.com/url?q=" + e.url + "&usg=1"; });
  auto const unguided = [](Document d) {
    for (auto& e : d) e.guid.clear();
    return d;
  };
  table.push_back({"redirect wrappers that come and go", {unguided(with(nothing)), unguided(wrapped)}, 10});
  auto const edited = with([](Entry& e, int) { e.title = "UPDATE: " + e.title; });
  table.push_back({"edited titles, guids hold", {with(nothing), edited}, 10});
  table.push_back({"edited titles, no guids", {unguided(with(nothing)), unguided(edited)}, 10});
  auto const moved = with([](Entry& e, int i) { e.url = "https://new.example/" + std::to_string(i); });
  table.push_back({"a site that moved its pages, guids hold", {with(nothing), moved}, 10});
  auto const announced_again = with([](Entry& e, int i) { e.minute = 10'000 + i; });
  table.push_back({"an archive announced anew with new dates", {with(nothing), announced_again}, 10});
  auto const migrated = with([](Entry& e, int i) {
    e.minute = 10'000 + i;
    e.guid = "new-" + e.guid;
    e.url = "https://paper.example/archive/" + std::to_string(i);
  });
  table.push_back(
      {"an archive announced anew with new dates, guids and links", {with(nothing), migrated}, 10});
  auto const secure = with([](Entry& e, int) {
    e.guid.clear();
    e.url = "http://www." + e.url.substr(8) + "/";
  });
  table.push_back({"http and https, with and without www", {unguided(with(nothing)), secure}, 10});
  auto const guid_is_link = with([](Entry& e, int) {
    e.guid = "http" + e.url.substr(5);
    e.url.clear();
  });
  table.push_back({"guids that are links, http then https",
                   {guid_is_link, with([](Entry& e, int) {
                      e.guid = e.url + "?utm_source=feed";
                      e.url.clear();
                    })},
                   10});
  auto const one_link = with([](Entry& e, int) { e.url = "https://paper.example/live"; });
  table.push_back({"one link for all items, guids hold", {one_link, one_link}, 10});
  table.push_back({"one link for all items, no guids", {unguided(one_link), unguided(one_link)}, 10});
  return table;
}

// The document with two items that were not there before, which keep what the habit keeps.
inline Document with_new_items(Document document) {
  auto const first = document.front();
  auto const second = document[1];
  for (int i : {500, 501}) {
    auto entry = first;
    auto const fresh = plain(i);
    if (first.guid != second.guid) entry.guid = fresh.guid;
    if (first.url != second.url) entry.url = fresh.url;
    if (first.minute != second.minute) entry.minute = 20'000 + i;
    entry.title = fresh.title;
    entry.text = fresh.text;
    document.push_back(entry);
  }
  return document;
}

}  // namespace newsfold::dedup
