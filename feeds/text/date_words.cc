#include "feeds/text/date_words.h"

#include "feeds/text/utf8.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace newsfold::text {

namespace {

struct Months {
  std::string_view language;
  std::string_view names[12];  // spellings parted by blanks, all in lower case
};

constexpr Months months[] = {
    {"en",
     {"jan january", "feb february febr", "mar march", "apr april", "may", "jun june", "jul july",
      "aug august", "sep sept september", "oct october", "nov november", "dec december"}},
    {"de",
     {"januar jän jänner jaenner", "februar feber", "mär märz maerz mrz", "", "mai", "juni", "juli", "", "",
      "okt oktober", "", "dez dezember"}},
    {"fr",
     {"janv janvier", "fév févr février fevrier", "mars", "avr avril", "", "juin", "juil juillet",
      "août aout aoû", "septembre", "octobre", "novembre", "déc décembre decembre"}},
    {"es",
     {"ene enero", "febrero", "marzo", "abr abril", "mayo", "junio", "julio", "ago agosto",
      "set septiembre setiembre", "octubre", "noviembre", "dic diciembre"}},
    {"it",
     {"gen gennaio", "febbraio", "", "aprile", "mag maggio", "giu giugno", "lug luglio", "", "settembre",
      "ott ottobre", "", "dicembre"}},
    {"pt",
     {"janeiro", "fev fevereiro", "março marco", "", "maio", "junho", "julho", "", "setembro", "out outubro",
      "novembro", "dezembro"}},
    {"nl", {"januari", "februari", "mrt maart", "", "mei", "", "", "augustus", "", "", "", ""}},
    {"sv", {"", "", "", "", "maj", "", "", "augusti", "", "", "", "december"}},
    {"no", {"", "", "", "", "", "", "", "", "", "", "", "des desember"}},
    {"fi",
     {"tammi tammikuu tammikuuta", "helmi helmikuu helmikuuta", "maalis maaliskuu maaliskuuta",
      "huhti huhtikuu huhtikuuta", "touko toukokuu toukokuuta", "kesä kesäkuu kesäkuuta",
      "heinä heinäkuu heinäkuuta", "elo elokuu elokuuta", "syys syyskuu syyskuuta", "loka lokakuu lokakuuta",
      "marras marraskuu marraskuuta", "joulu joulukuu joulukuuta"}},
    {"pl",
     {"sty styczeń stycznia", "lut luty lutego", "marzec marca", "kwi kwiecień kwietnia", "maja",
      "cze czerwiec czerwca", "lip lipiec lipca", "sie sierpień sierpnia", "wrz wrzesień września",
      "paź październik października", "lis listopad listopada", "gru grudzień grudnia"}},
    {"cs",
     {"led leden ledna", "úno únor února", "bře březen března", "dub duben dubna", "kvě květen května",
      "čvn červen června", "čvc červenec července", "srp srpen srpna", "zář září", "říj říjen října",
      "listopadu", "pro prosinec prosince"}},
    {"hu",
     {"január", "február", "már március", "ápr április", "máj május", "jún június", "júl július", "augusztus",
      "szept szeptember", "október", "", ""}},
    {"ro",
     {"ian ianuarie", "februarie", "martie", "aprilie", "", "iun iunie", "iul iulie", "", "septembrie",
      "octombrie", "noi noiembrie", "decembrie"}},
    {"tr",
     {"oca ocak", "şub şubat subat", "mart", "nis nisan", "mayıs mayis", "haz haziran", "tem temmuz",
      "ağu ağustos", "eyl eylül", "eki ekim", "kas kasım", "ara aralık"}},
    {"ca",
     {"gen gener", "febrer", "març", "", "maig", "juny", "juliol", "agost", "setembre", "", "", "desembre"}},
    {"id", {"", "pebruari", "maret", "", "", "", "", "agu agustus agt", "", "", "nopember", ""}},
    {"ru",
     {"янв январь января", "фев февр февраль февраля", "мар март марта", "апр апрель апреля", "май мая",
      "июн июнь июня", "июл июль июля", "авг август августа", "сен сент сентябрь сентября",
      "окт октябрь октября", "ноя нояб ноябрь ноября", "дек декабрь декабря"}},
    {"uk",
     {"січ січень січня", "лют лютий лютого", "бер березень березня", "кві квітень квітня",
      "тра травень травня", "чер червень червня", "лип липень липня", "сер серпень серпня",
      "вер вересень вересня", "жов жовтень жовтня", "лис листопад листопада", "гру грудень грудня"}},
    {"el",
     {"ιαν ιανουάριος ιανουαρίου", "φεβ φεβρουάριος φεβρουαρίου", "μάρ μαρ μάρτιος μαρτίου μάώ μαώ",
      "απρ απρίλιος απριλίου", "μάι μαι μαϊ μάιος μαΐου", "ιούν ιουν ιον ιούνιος ιουνίου",
      "ιούλ ιουλ ιολ ιούλιος ιουλίου", "αύγ αυγ αύγουστος αυγούστου", "σεπ σεπτ σεπτέμβριος σεπτεμβρίου",
      "οκτ οκτώβριος οκτωβρίου", "νοέ νοε νοέμ νοεμ νοέμβριος νοεμβρίου", "δεκ δεκέμβριος δεκεμβρίου"}},
    {"he",
     {"ינואר בינואר", "פברואר בפברואר", "מרץ מרס במרץ", "אפריל באפריל", "מאי במאי", "יוני ביוני",
      "יולי ביולי", "אוגוסט באוגוסט", "ספטמבר בספטמבר", "אוקטובר באוקטובר", "נובמבר בנובמבר",
      "דצמבר בדצמבר"}},
    {"ar",
     {"يناير", "فبراير", "مارس", "أبريل ابريل", "مايو", "يونيو", "يوليو", "أغسطس اغسطس", "سبتمبر",
      "أكتوبر اكتوبر", "نوفمبر", "ديسمبر"}},
    {"da", {"", "", "", "", "maj", "", "", "", "", "", "", ""}},
    {"bg",
     {"януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември", "октомври",
      "ноември", "декември"}},
    {"hr",
     {"sij siječanj siječnja", "velj veljača veljače", "ožu ožujak ožujka", "tra travanj travnja",
      "svi svibanj svibnja", "lipanj lipnja", "srpanj srpnja", "kol kolovoz kolovoza", "ruj rujan rujna",
      "listopada", "stu studeni studenoga studenog", "prosinac prosinca"}},
    {"sr",
     {"јануар јануара", "фебруар фебруара", "март марта", "април априла", "мај маја", "јун јуна", "јул јула",
      "август августа", "септембар септембра", "октобар октобра", "новембар новембра", "децембар децембра"}},
    {"hi",
     {"जनवरी", "फरवरी फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर सितम्बर", "अक्टूबर अक्तूबर",
      "नवंबर नवम्बर", "दिसंबर दिसम्बर"}},
    {"bn",
     {"জানুয়ারি জানুয়ারি", "ফেব্রুয়ারি ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন", "জুলাই", "আগস্ট", "সেপ্টেম্বর",
      "অক্টোবর", "নভেম্বর", "ডিসেম্বর"}},
    {"ar-levant",
     {"كانون_الثاني", "شباط", "آذار اذار", "نيسان", "أيار ايار", "حزيران", "تموز", "آب", "أيلول ايلول",
      "تشرين_الأول", "تشرين_الثاني", "كانون_الأول"}},
    {"ar-maghreb", {"جانفي", "فيفري", "", "أفريل", "ماي", "جوان", "جويلية", "أوت", "", "", "", ""}},
    {"fa",
     {"ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر",
      "دسامبر"}},
};

struct Zone {
  std::string_view names;
  int minutes;
};
// RFC 822 and what else stands in feeds. Ambiguous ones as most publishers mean them: IST is India, CST and
// BST are American and British.
constexpr Zone zones[] = {
    {"ut utc gmt z wet", 0},
    {"est cdt", -300},
    {"edt ast", -240},
    {"cst mdt", -360},
    {"mst pdt", -420},
    {"pst akdt", -480},
    {"akst", -540},
    {"hst", -600},
    {"adt brt art", -180},
    {"nst", -210},
    {"ndt", -150},
    {"bst cet mez met west", 60},
    {"cest eet mesz mest sast cat", 120},
    {"eest msk trt eat", 180},
    {"msd gst", 240},
    {"pkt", 300},
    {"ist", 330},
    {"npt", 345},
    {"ict wib", 420},
    {"hkt sgt awst pht", 480},
    {"jst kst", 540},
    {"acst", 570},
    {"acdt", 630},
    {"aest", 600},
    {"aedt", 660},
    {"nzst", 720},
    {"nzdt", 780},
};

bool has_word(std::string_view words, std::string_view word) noexcept {
  while (!words.empty()) {
    auto const end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

char32_t lower_letter(char32_t c) noexcept {
  if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7)) return c + 0x20;
  if (c == 0x130) return 'i';
  if (c >= 0x100 && c <= 0x137) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
  if (c >= 0x14A && c <= 0x177) return c | 1;
  if ((c >= 0x391 && c <= 0x3AB)) return c + 0x20;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 0x25;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  return c;
}

std::string lower_letters(std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) append_utf8(out, lower_letter(next_char(word, at)));
  return out;
}

namespace {

// Every word of the table once; where two languages differ the first counts.
std::unordered_map<std::string_view, int> const& month_table() {
  static auto const made = [] {
    std::unordered_map<std::string_view, int> out;
    for (auto const& language : months)
      for (int i = 0; i < 12; ++i)
        for (auto words = language.names[i]; !words.empty();) {
          auto const end = std::min(words.find(' '), words.size());
          out.emplace(words.substr(0, end), i + 1);
          words.remove_prefix(std::min(end + 1, words.size()));
        }
    return out;
  }();
  return made;
}

}  // namespace

int month_of(std::string_view word) noexcept {
  if (word.size() < 3) return 0;
  // Nearly all are English and short.
  if (word.size() == 3) {
    constexpr std::string_view english = "janfebmaraprmayjunjulaugsepoctnovdec";
    auto const at = english.find(word);
    if (at != std::string_view::npos && at % 3 == 0) return int(at / 3) + 1;
  }
  auto const& all = month_table();
  if (auto const found = all.find(word); found != all.end()) return found->second;
  return 0;
}

std::optional<int> zone_minutes(std::string_view word) noexcept {
  for (auto const& zone : zones)
    if (has_word(zone.names, word)) return zone.minutes;
  // Military letters other than Z were given the wrong sign by RFC 822; RFC 2822 reads them as unknown: UTC.
  if (word.size() == 1 && word[0] >= 'a' && word[0] <= 'z' && word[0] != 'j' && word[0] != 't') return 0;
  return std::nullopt;
}

DayHalf day_half(std::string_view word) noexcept {
  for (std::string_view w : {"am", "a.m", "a.m.", "上午", "오전", "午前"})
    if (word == w) return DayHalf::before_noon;
  for (std::string_view w : {"pm", "p.m", "p.m.", "下午", "오후", "午後"})
    if (word == w) return DayHalf::after_noon;
  return DayHalf::none;
}

}  // namespace newsfold::text
