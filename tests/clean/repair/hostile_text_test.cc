// What a text costs that was written to cost much: time and memory grow as its size does, whatever is in it.
#include "feeds/clean/repair/mend_html.h"
#include "feeds/clean/repair/repair.h"
#include "tests/clean/repair/heap_peak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t small_bytes = 128UL << 10;
constexpr std::size_t growth = 7;  // to just below the size up to which words are restored
constexpr std::size_t large_bytes = growth * small_bytes;

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string out;
  while (out.size() + part.size() <= bytes) out += part;
  return out;
}

// Words that differ in all but what `make` puts into each of them.
template <class Make>
std::string numbered(std::size_t bytes, Make make) {
  std::string out;
  for (std::size_t i = 0; out.size() < bytes; ++i) {
    std::string letters;
    for (auto rest = i + 1'000'000; rest > 0; rest /= 26) letters += char('a' + rest % 26);
    out += make(letters);
  }
  return out;
}

struct Hostile {
  std::string name, text;
};

std::vector<Hostile> hostile_texts(std::size_t bytes) {
  std::string const keyword = "카지노";
  std::string const broken = "Ã©â€™";
  std::string const prose = "The gate of the old sluice and the quay. ";
  std::vector<Hostile> texts;
  auto const add = [&](char const* name, std::string text) { texts.push_back({name, std::move(text)}); };
  add("question marks", repeated("?", bytes));
  add("question marks in one word", repeated("a?", bytes));
  add("question marks behind blanks", repeated("? ", bytes));
  add("words of one letter", repeated("a ", bytes));
  add("words of one letter around a keyword", repeated("a a a a a " + keyword + " ", bytes));
  add("one word", repeated("a", bytes));
  add("one word, holding a keyword", repeated("abcdefghijklm" + keyword, bytes));
  add("one line of keywords", repeated(prose + keyword + " ", bytes));
  add("a keyword between long words",
      repeated("a", bytes / 2) + keyword + " " + keyword + "b " + repeated("b", bytes / 3) + keyword);
  add("a keyword inside of words that differ",
      numbered(bytes, [&](auto const& letters) { return letters + keyword + letters + ' '; }));
  add("a keyword inside of one word", repeated("o" + keyword + "rs said in the ", bytes));
  add("foreign words that differ", numbered(bytes, [&](auto const& letters) {
        std::string word;
        for (char const c : letters) word += std::string("\xED\x95") + char(0x80 + (c - 'a'));
        return word + " and in the middle of it ";
      }));
  add("compounds that differ",
      numbered(bytes, [](auto const& letters) { return letters + "ing-the" + letters + ' '; }));
  add("compounds in a row", repeated("casino-online-", bytes));
  add("hyphens", repeated("-", bytes));
  add("mojibake, one line", repeated(broken, bytes));
  add("mojibake, a line of the longest", repeated(repeated(broken, 60'000) + "\n", bytes));
  add("mojibake, many lines", repeated("caf" + broken + "\n", bytes));
  add("mojibake in doubt, and one line that is not",
      repeated("Kapitel – DrÃ¥ber\n", bytes) + "BÃ¸rn pÃ¥ skolen lÃ¦ser.\n");
  add("bytes of any table", repeated("├⌐ Ð° Г© √© й ÈÏ Ã \n", bytes));
  add("East Asian bytes", repeated("ÖÐ¹úÕþ¸®Ðû²¼ÁËÐÂµÄ\n", bytes));
  add("East Asian bytes, in long lines", repeated(repeated("ÖÐ¹úÕþ¸®Ðû²¼ÁËÐÂµÄ", 60'000) + "\n", bytes));
  add("replacement characters", repeated("\xEF\xBF\xBD", bytes));
  add("bytes that are no UTF-8", repeated("\xC3", bytes));
  add("references", repeated("&amp;quot;", bytes));
  add("ampersands", repeated("&", bytes));
  add("references of ampersands", repeated("&amp;", bytes));
  add("control characters", repeated("\x01\x02", bytes));
  add("soft hyphens", repeated("a\xC2\xAD", bytes));
  add("byte order marks", repeated("\xEF\xBB\xBF", bytes));
  add("blanks", repeated(" ", bytes) + broken);
  add("no-break spaces at a line's end", "Ã©tÃ©s" + repeated("\xC2\xA0", bytes) + "\n");
  add("blank lines", repeated("\n", bytes));
  add("advertisements", repeated("ADVERTISEMENT\n", bytes));
  add("captions and credits", repeated("The quay\nPhoto: A. Person\n", bytes));
  add("marks around nothing", repeated("»", 250) + repeated("→ » • \n", bytes));
  return texts;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

struct Cost {
  double seconds = std::numeric_limits<double>::max();
  std::size_t bytes = 0;  // of memory, most at a time
};
Cost cost_of(std::string const& text, int rounds) {
  Cost cost;
  for (int i = 0; i < rounds; ++i) {
    HeapPeak const peak;
    auto const begin = cpu_seconds();
    auto const result = repair_text(text);
    (void)mend_html(text, result);
    cost.seconds = std::min(cost.seconds, cpu_seconds() - begin);
    cost.bytes = peak.bytes();
  }
  return cost;
}

// Where a cost grows with the square it is seven times as far off.
TEST(HostileTexts, CostAsMuchMoreAsTheyAreLonger) {
  constexpr double slack = 3.0;
  constexpr double noise_seconds = 0.03;
  (void)cost_of("The casino-online is ├⌐ or Ã© – 카지노 카지노 카지노", 1);  // reads tables and words
  auto const small = hostile_texts(small_bytes);
  auto const large = hostile_texts(large_bytes);
  for (std::size_t i = 0; i < small.size(); ++i) {
    auto const little = cost_of(small[i].text, 3);
    auto const much = cost_of(large[i].text, 1);
    EXPECT_LE(much.seconds, slack * growth * little.seconds + noise_seconds) << small[i].name;
    EXPECT_LE(much.bytes, 32 * large[i].text.size()) << large[i].name;
  }
}

}  // namespace
}  // namespace newsfold::clean
