#include "feeds/text/charset.h"

#include "feeds/text/ascii.h"
#include "feeds/text/charset_labels.h"
#include "feeds/text/utf8.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace newsfold::text {

namespace {

constexpr std::size_t declaration_scan_bytes = 1024;  // an XML declaration stands at the very start
constexpr std::size_t meta_scan_bytes = 8192;         // WHATWG asks for 1024; pages put scripts before it
constexpr std::size_t detection_bytes_max = 64 * 1024;

struct ConverterClose {
  void operator()(UConverter* c) const noexcept { ucnv_close(c); }
};
struct DetectorClose {
  void operator()(UCharsetDetector* d) const noexcept { ucsdet_close(d); }
};

// Nothing where ICU has no such converter. What the encoding does not know becomes U+FFFD.
std::optional<std::string> convert(std::string_view bytes, char const* icu_name) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<UConverter, ConverterClose> from(ucnv_open(icu_name, &status));
  if (U_FAILURE(status)) return std::nullopt;
  std::unique_ptr<UConverter, ConverterClose> to(ucnv_open("UTF-8", &status));
  if (U_FAILURE(status)) return std::nullopt;
  std::string out(bytes.size() + bytes.size() / 2 + 64, '\0');
  std::size_t used = 0;
  char const* source = bytes.data();
  char const* const source_end = source + bytes.size();
  UChar pivot[4096];
  UChar* pivot_source = pivot;
  UChar* pivot_target = pivot;
  UBool reset = true;
  for (;;) {
    char* target = out.data() + used;
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, out.data() + out.size(), &source, source_end, pivot,
                   &pivot_source, &pivot_target, pivot + std::size(pivot), reset, true, &status);
    used = std::size_t(target - out.data());
    reset = false;
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
    out.resize(out.size() * 2);
  }
  if (U_FAILURE(status)) return std::nullopt;
  out.resize(used);
  if (out.starts_with("\xEF\xBB\xBF")) out.erase(0, 3);
  return out;
}

std::size_t count_replacements(std::string_view text) noexcept {
  std::size_t n = 0;
  for (auto at = text.find("\xEF\xBF\xBD"); at != std::string_view::npos;
       at = text.find("\xEF\xBF\xBD", at + 3))
    ++n;
  return n;
}

// The value of `name = "value"` or `name=value` at or behind `from`.
std::string_view value_after(std::string_view text, std::string_view name) noexcept {
  for (auto at = find_ignoring_case(text, name); at != std::string_view::npos;
       at = find_ignoring_case(text, name, at + 1)) {
    auto rest = text.substr(at + name.size());
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty() || rest.front() != '=') continue;
    rest = trim(rest.substr(1));
    while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'' || is_space(rest.front())))
      rest.remove_prefix(1);
    std::size_t n = 0;
    while (n < rest.size() &&
           (is_alnum(rest[n]) || rest[n] == '-' || rest[n] == '_' || rest[n] == '.' || rest[n] == ':'))
      ++n;
    return rest.substr(0, n);
  }
  return {};
}

std::string_view declared_label(std::string_view bytes) noexcept {
  auto const head = bytes.substr(0, declaration_scan_bytes);
  if (auto const at = head.find("<?xml"); at != std::string_view::npos) {
    auto const end = head.find("?>", at);
    auto const label =
        value_after(head.substr(at, end == std::string_view::npos ? end : end - at), "encoding");
    if (!label.empty()) return label;
  }
  auto const wide = bytes.substr(0, meta_scan_bytes);
  for (auto at = find_ignoring_case(wide, "<meta"); at != std::string_view::npos;
       at = find_ignoring_case(wide, "<meta", at + 5)) {
    auto const end = wide.find('>', at);
    auto const label =
        value_after(wide.substr(at, end == std::string_view::npos ? end : end - at), "charset");
    if (!label.empty()) return label;
  }
  return {};
}

struct Marked {
  std::string_view label;
  std::size_t skip;  // length of the byte order mark
};

// Byte order marks, and the zero bytes beside '<' (or '{', or white space) that only wide encodings have.
std::optional<Marked> wide_encoding(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return Marked{"utf-32le", 4};
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return Marked{"utf-32be", 4};
  if (bytes.starts_with("\xEF\xBB\xBF"sv)) return Marked{"utf-8", 3};
  if (bytes.starts_with("\xFF\xFE"sv)) return Marked{"utf-16le", 2};
  if (bytes.starts_with("\xFE\xFF"sv)) return Marked{"utf-16be", 2};
  if (bytes.size() < 4) return std::nullopt;
  auto const starts_document = [](char c) { return c == '<' || c == '{' || c == '[' || is_space(c); };
  bool const zero[4] = {!bytes[0], !bytes[1], !bytes[2], !bytes[3]};
  if (starts_document(bytes[0]) && zero[1] && zero[2] && zero[3]) return Marked{"utf-32le", 0};
  if (zero[0] && zero[1] && zero[2] && starts_document(bytes[3])) return Marked{"utf-32be", 0};
  if (starts_document(bytes[0]) && zero[1] && !zero[2] && zero[3]) return Marked{"utf-16le", 0};
  if (zero[0] && starts_document(bytes[1]) && zero[2] && !zero[3]) return Marked{"utf-16be", 0};
  return std::nullopt;
}

// ISO-2022-JP is seven-bit: without its label it looks like ASCII with escapes in it.
bool looks_like_iso_2022_jp(std::string_view bytes) noexcept {
  auto const at = bytes.find("\x1B$");
  return at != std::string_view::npos && at + 2 < bytes.size() &&
         (bytes[at + 2] == 'B' || bytes[at + 2] == '@') && bytes.find("\x1B(") != std::string_view::npos;
}

// Thai has vowels and tone marks above and below its consonants, which ICU's detector does not know: a third
// of the bytes of a text stand in 0xD0..0xDA and 0xE0..0xED, the rest in 0xA1..0xCF.
bool looks_thai(std::string_view sample) noexcept {
  std::size_t consonants = 0;
  std::size_t vowels = 0;
  std::size_t others = 0;
  for (char const c : sample) {
    auto const u = static_cast<unsigned char>(c);
    if (u < 0x80) continue;
    if (u >= 0xA1 && u <= 0xCF)
      ++consonants;
    else if ((u >= 0xD0 && u <= 0xDA) || (u >= 0xE0 && u <= 0xED))
      ++vowels;
    else
      ++others;
  }
  auto const all = consonants + vowels + others;
  return all > 0 && others * 50 < all && vowels * 5 > all && consonants * 5 > all * 2;
}

// For documents without any label that are not UTF-8: what letter frequencies say.
Encoding const* detect(std::string_view bytes) {
  constexpr int confidence_min = 20;          // of 100
  constexpr int accents_confidence_min = 40;  // windows-1252 is the better guess below it
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<UCharsetDetector, DetectorClose> detector(ucsdet_open(&status));
  if (U_FAILURE(status)) return nullptr;
  // Markup and English words say nothing about the rest: only what is above ASCII counts, and where its
  // words end.
  std::string sample;
  std::size_t high = 0;
  std::size_t paired = 0;  // high bytes beside another one
  for (std::size_t i = 0; i < bytes.size() && sample.size() < detection_bytes_max; ++i) {
    bool const is_high = static_cast<unsigned char>(bytes[i]) >= 0x80;
    bool const next_is_high = i + 1 < bytes.size() && static_cast<unsigned char>(bytes[i + 1]) >= 0x80;
    bool const after_high = !sample.empty() && static_cast<unsigned char>(sample.back()) >= 0x80;
    if (is_high) {
      ++high;
      if (next_is_high || after_high) ++paired;
      sample += bytes[i];
    } else if (after_high) {
      // The second byte of a character of Shift_JIS or GBK may be ASCII.
      if (!is_space(bytes[i]) && bytes[i] != '<') sample += bytes[i];
      sample += ' ';
    }
  }
  // Single letters between ASCII ones are accents: of western Europe, unless the words say otherwise.
  bool const accents = paired * 2 < high;
  if (!accents && looks_thai(sample)) return find_encoding("windows-874");
  auto const text = accents ? bytes.substr(0, detection_bytes_max) : std::string_view(sample);
  ucsdet_setText(detector.get(), text.data(), int(text.size()), &status);
  ucsdet_enableInputFilter(detector.get(), accents);
  auto const* match = ucsdet_detect(detector.get(), &status);
  if (U_FAILURE(status) || !match) return nullptr;
  if (ucsdet_getConfidence(match, &status) < (accents ? accents_confidence_min : confidence_min))
    return nullptr;
  char const* name = ucsdet_getName(match, &status);
  if (U_FAILURE(status) || !name) return nullptr;
  auto const* encoding = find_encoding(name);
  // What writes Hebrew today is Windows.
  if (encoding && encoding->name == "ISO-8859-8") encoding = find_encoding("windows-1255");
  if (encoding && accents && encoding->kind != EncodingKind::single_byte) return nullptr;
  if (encoding && (encoding->kind == EncodingKind::utf16 || encoding->kind == EncodingKind::utf32))
    return nullptr;
  return encoding;
}

DecodedText as_utf8(std::string_view bytes, Utf8Survey const& seen) {
  if (seen.valid()) {
    DecodedText out(bytes, "UTF-8");
    out.has_controls = seen.has_controls;
    return out;
  }
  DecodedText out(mend_utf8(bytes), "UTF-8");
  out.bad_sequences = seen.bad_sequences;
  return out;
}

DecodedText as_encoding(std::string_view bytes, Encoding const& encoding, Utf8Survey const& seen) {
  // Nothing to convert, but the label is what the document calls itself.
  if (encoding.kind == EncodingKind::single_byte && seen.valid() && seen.sequences == 0) {
    DecodedText out(bytes, encoding.name);
    out.has_controls = seen.has_controls;
    return out;
  }
  auto text = convert(bytes, encoding.icu);
  if (!text) return as_utf8(bytes, seen);
  auto const bad = count_replacements(*text);
  DecodedText out(std::move(*text), encoding.name);
  out.bad_sequences = bad;
  return out;
}

// What reads as multi-byte UTF-8 from end to end is UTF-8: in a single-byte text that is next to
// impossible, in a multi-byte one it happens within a word or two.
bool is_utf8_whatever_the_label(Utf8Survey const& seen, EncodingKind labelled) noexcept {
  constexpr std::size_t chance_sequences_max = 3;
  if (!seen.valid() || seen.sequences == 0) return false;
  return labelled == EncodingKind::single_byte || seen.sequences > chance_sequences_max ||
         seen.long_sequences > 0;
}

}  // namespace

std::string_view encoding_for_label(std::string_view label) {
  auto const* encoding = find_encoding(label);
  return encoding ? encoding->name : std::string_view{};
}

std::string_view charset_of_content_type(std::string_view content_type) noexcept {
  return value_after(content_type, "charset");
}

DecodedText decode(std::string_view bytes, std::string_view content_type) {
  if (auto const marked = wide_encoding(bytes)) {
    auto const body = bytes.substr(marked->skip);
    auto const seen = survey_utf8(body);
    auto const& encoding = *find_encoding(marked->label);
    return encoding.kind == EncodingKind::utf8 ? as_utf8(body, seen) : as_encoding(body, encoding, seen);
  }
  auto const seen = survey_utf8(bytes);
  auto const header_label = charset_of_content_type(content_type);
  auto const document_label = declared_label(bytes);
  auto const* from_header = find_encoding(header_label);
  auto const* from_document = find_encoding(document_label);
  bool const bogus_label = !document_label.empty() && !from_document;
  auto const* labelled = from_header ? from_header : from_document;
  // A document whose bytes are no UTF-16 but says so was converted by somebody who left the label.
  if (labelled && (labelled->kind == EncodingKind::utf16 || labelled->kind == EncodingKind::utf32)) {
    labelled = from_document && from_document->kind < EncodingKind::utf16 ? from_document : nullptr;
  }
  if (seen.has_controls && looks_like_iso_2022_jp(bytes))
    return as_encoding(bytes, *find_encoding("iso-2022-jp"), seen);
  if (!labelled) {
    if (seen.valid()) {
      auto out = as_utf8(bytes, seen);
      out.contradicts_label = bogus_label;
      return out;
    }
    // Mostly well-formed: a few broken characters in a UTF-8 document.
    if (seen.sequences >= seen.bad_sequences) return as_utf8(bytes, seen);
    auto const* guess = detect(bytes);
    return as_encoding(bytes, guess ? *guess : *find_encoding("windows-1252"), seen);
  }
  if (labelled->kind == EncodingKind::utf8) {
    // Called UTF-8 with hardly a sequence of it: the other label knows better, or it is what Windows
    // writes. A few sequences are chance only where bad ones are many times more; in a multi-byte text they
    // are frequent. One or two stray bytes in ASCII stay what the label says.
    constexpr std::size_t stray_bytes_max = 2;
    constexpr std::size_t chance_share = 4;
    auto const* other = from_document != labelled && from_document ? from_document : nullptr;
    bool const multi_byte = other && other->kind != EncodingKind::single_byte;
    if (seen.valid() || seen.sequences * (multi_byte ? 1 : chance_share) >= seen.bad_sequences)
      return as_utf8(bytes, seen);
    if (!other && seen.bad_sequences <= stray_bytes_max) return as_utf8(bytes, seen);
    auto out = as_encoding(bytes, other ? *other : *find_encoding("windows-1252"), seen);
    out.contradicts_label = true;
    return out;
  }
  if (is_utf8_whatever_the_label(seen, labelled->kind)) {
    auto out = as_utf8(bytes, seen);
    out.contradicts_label = true;
    return out;
  }
  // Long UTF-8 with a few bad bytes under a single-byte label is still UTF-8.
  if (labelled->kind == EncodingKind::single_byte && seen.bad_sequences > 0 &&
      seen.sequences > 20 * seen.bad_sequences) {
    auto out = as_utf8(bytes, seen);
    out.contradicts_label = true;
    return out;
  }
  return as_encoding(bytes, *labelled, seen);
}

}  // namespace newsfold::text
