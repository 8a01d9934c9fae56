#include "feeds/text/charset_labels.h"

#include "feeds/text/ascii.h"

namespace newsfold::text {

namespace {

using enum EncodingKind;

// US-ASCII and ISO-8859-1 read as windows-1252, ISO-8859-9 as windows-1254, TIS-620 as windows-874,
// Shift_JIS as code page 943: supersets, and what pages with these labels hold.
constexpr Encoding encodings[] = {
    {"UTF-8", "UTF-8", utf8,
     "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf_8 utf-8n"},
    {"windows-1252", "windows-1252", single_byte,
     "windows-1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso-8859_1 8859-1 latin1 latin-1 "
     "latin_1 l1 "
     "us-ascii ascii ansi_x3.4-1968 ibm819 cp819 cp1252 x-cp1252 csisolatin1 iso-ir-100 ansi win-1252"},
    {"windows-1251", "windows-1251", single_byte, "windows-1251 cp1251 x-cp1251 win-1251 win1251"},
    {"windows-1250", "windows-1250", single_byte, "windows-1250 cp1250 x-cp1250 win-1250"},
    {"windows-1253", "windows-1253", single_byte, "windows-1253 cp1253 x-cp1253"},
    {"windows-1254", "windows-1254", single_byte,
     "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 latin5 l5 "
     "csisolatin5 "
     "iso-ir-148"},
    {"windows-1255", "windows-1255", single_byte, "windows-1255 cp1255 x-cp1255"},
    {"windows-1256", "windows-1256", single_byte, "windows-1256 cp1256 x-cp1256"},
    {"windows-1257", "windows-1257", single_byte, "windows-1257 cp1257 x-cp1257"},
    {"windows-1258", "windows-1258", single_byte, "windows-1258 cp1258 x-cp1258"},
    {"windows-874", "windows-874", single_byte,
     "windows-874 dos-874 tis-620 iso-8859-11 iso8859-11 iso885911 cp874 tis620"},
    {"ISO-8859-2", "ISO-8859-2", single_byte,
     "iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 latin2 l2 csisolatin2 iso-ir-101"},
    {"ISO-8859-3", "ISO-8859-3", single_byte,
     "iso-8859-3 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 latin3 l3 csisolatin3 iso-ir-109"},
    {"ISO-8859-4", "ISO-8859-4", single_byte,
     "iso-8859-4 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 latin4 l4 csisolatin4 iso-ir-110"},
    {"ISO-8859-5", "ISO-8859-5", single_byte,
     "iso-8859-5 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 cyrillic csisolatincyrillic iso-ir-144"},
    {"ISO-8859-6", "ISO-8859-6", single_byte,
     "iso-8859-6 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 arabic asmo-708 csiso88596e csiso88596i "
     "csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127"},
    {"ISO-8859-7", "ISO-8859-7", single_byte,
     "iso-8859-7 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 greek greek8 csisolatingreek ecma-118 "
     "elot_928 "
     "sun_eu_greek iso-ir-126"},
    {"ISO-8859-8", "ISO-8859-8", single_byte,
     "iso-8859-8 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 hebrew visual csiso88598e csisolatinhebrew "
     "iso-8859-8-e iso-ir-138 iso-8859-8-i csiso88598i logical"},
    {"ISO-8859-10", "ISO-8859-10", single_byte,
     "iso-8859-10 iso8859-10 iso885910 latin6 l6 csisolatin6 iso-ir-157"},
    {"ISO-8859-13", "ISO-8859-13", single_byte, "iso-8859-13 iso8859-13 iso885913"},
    {"ISO-8859-14", "ISO-8859-14", single_byte, "iso-8859-14 iso8859-14 iso885914"},
    {"ISO-8859-15", "ISO-8859-15", single_byte,
     "iso-8859-15 iso8859-15 iso885915 iso_8859-15 latin-9 latin9 l9 csisolatin9"},
    {"ISO-8859-16", "ISO-8859-16", single_byte, "iso-8859-16"},
    {"KOI8-R", "KOI8-R", single_byte, "koi8-r koi8 koi koi8_r cskoi8r"},
    {"KOI8-U", "KOI8-U", single_byte, "koi8-u koi8-ru"},
    {"IBM866", "IBM866", single_byte, "ibm866 866 cp866 csibm866"},
    {"macintosh", "macintosh", single_byte, "macintosh mac x-mac-roman csmacintosh macroman"},
    {"x-mac-cyrillic", "x-mac-cyrillic", single_byte, "x-mac-cyrillic x-mac-ukrainian"},
    {"GBK", "gb18030", multi_byte,
     "gbk gb2312 gb_2312 gb_2312-80 chinese csgb2312 csiso58gb231280 iso-ir-58 x-gbk cp936 windows-936 "
     "euc-cn"},
    {"gb18030", "gb18030", multi_byte, "gb18030"},
    {"Big5", "Big5-HKSCS", multi_byte, "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950"},
    {"EUC-JP", "EUC-JP", multi_byte, "euc-jp x-euc-jp cseucpkdfmtjapanese eucjp euc_jp"},
    {"ISO-2022-JP", "ISO-2022-JP", multi_byte, "iso-2022-jp csiso2022jp iso-2022-jp-2"},
    {"Shift_JIS", "ibm-943_P15A-2003", multi_byte,
     "shift_jis shift-jis sjis x-sjis ms_kanji ms932 csshiftjis windows-31j cp932"},
    {"EUC-KR", "windows-949", multi_byte,
     "euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
     "windows-949 "
     "cp949 euckr"},
    {"UTF-16LE", "UTF-16LE", utf16,
     "utf-16le utf-16 utf16 ucs-2 csunicode iso-10646-ucs-2 unicode unicodefeff utf-16-le"},
    {"UTF-16BE", "UTF-16BE", utf16, "utf-16be unicodefffe utf-16-be"},
    {"UTF-32LE", "UTF-32LE", utf32, "utf-32le utf-32 utf32 ucs-4 iso-10646-ucs-4"},
    {"UTF-32BE", "UTF-32BE", utf32, "utf-32be"},
};

}  // namespace

Encoding const* find_encoding(std::string_view label) noexcept {
  constexpr std::size_t label_bytes_max = 40;
  label = trim(label);
  if (label.empty() || label.size() > label_bytes_max) return nullptr;
  for (auto const& encoding : encodings)
    if (has_word_ignoring_case(encoding.labels, label)) return &encoding;
  return nullptr;
}

}  // namespace newsfold::text
