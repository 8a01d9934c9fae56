#include "feeds/parse/prepare.h"

#include "feeds/parse/position.h"
#include "feeds/text/ascii.h"
#include "feeds/text/charset.h"
#include "feeds/text/entities.h"

#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace newsfold::parse {

namespace {

constexpr int detect_gzip_and_zlib = 32;  // added to zlib's window bits

bool is_gzip(std::string_view bytes) noexcept { return bytes.starts_with("\x1F\x8B\x08"); }

bool is_compressed(std::string_view bytes) noexcept {
  if (bytes.size() < 3) return false;
  auto const b = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (is_gzip(bytes)) return true;
  return b(0) == 0x78 && (b(0) * 256U + b(1)) % 31 == 0 && (b(1) & 0x20) == 0;  // zlib
}

struct Inflated {
  std::string bytes;
  bool whole = true;  // false: damaged, or ends in the middle
};

// All members of a gzip file, as gunzip reads them; what follows them is nobody's.
Result<Inflated> inflate_body(std::string_view bytes, std::size_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + detect_gzip_and_zlib) != Z_OK)
    return Error{ErrorCode::malformed, "the compressed body cannot be read"};
  Inflated out;
  char block[64 * 1024];
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = uInt(std::min<std::size_t>(bytes.size(), UINT32_MAX));
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof block;
    status = inflate(&stream, Z_NO_FLUSH);
    out.bytes.append(block, sizeof block - stream.avail_out);
    if (out.bytes.size() > bytes_max) {
      inflateEnd(&stream);
      return Error{ErrorCode::too_large,
                   "the compressed body grows beyond " + std::to_string(bytes_max) + " bytes"};
    }
    bool const another = status == Z_STREAM_END && is_gzip(bytes.substr(bytes.size() - stream.avail_in));
    if (another) status = inflateReset(&stream);
  }
  inflateEnd(&stream);
  out.whole = status == Z_STREAM_END;
  if (out.bytes.empty()) return Error{ErrorCode::malformed, "the compressed body cannot be read"};
  return out;
}

}  // namespace

std::string document_head(std::string_view bytes, std::size_t bytes_max) {
  if (!is_compressed(bytes)) return std::string(bytes.substr(0, bytes_max));
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + detect_gzip_and_zlib) != Z_OK) return {};
  std::string out(bytes_max, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = uInt(std::min<std::size_t>(bytes.size(), UINT32_MAX));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(std::min<std::size_t>(bytes_max, UINT32_MAX));
  inflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

namespace {

bool is_forbidden_control(char c) noexcept {
  auto const u = static_cast<unsigned char>(c);
  return u < 0x20 && u != '\t' && u != '\n' && u != '\r';
}

// C0 controls go; C1 controls are what windows-1252 has in their places, as in numeric references.
std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (is_forbidden_control(c)) continue;
    bool const c1 = c == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (!c1) {
      out += c;
      continue;
    }
    ++i;
    text::append_decoded(out, "&#" + std::to_string(static_cast<unsigned char>(text[i])) + ";");
  }
  return out;
}

}  // namespace

std::string expand_own_entities(std::string_view text, std::size_t bytes_max) {
  constexpr std::size_t prolog_bytes_max = 64 * 1024;
  constexpr std::size_t entities_max = 256;
  auto const doctype = text.substr(0, prolog_bytes_max).find("<!DOCTYPE");
  if (doctype == std::string_view::npos) return {};
  auto const prolog_end = text.find("]>", doctype);
  if (prolog_end == std::string_view::npos) return {};
  auto const prolog = text.substr(doctype, std::min(prolog_end - doctype, prolog_bytes_max));
  std::unordered_map<std::string_view, std::string_view> entities;
  for (auto at = prolog.find("<!ENTITY"); at != std::string_view::npos && entities.size() < entities_max;
       at = prolog.find("<!ENTITY", at + 8)) {
    auto rest = text::trim(prolog.substr(at + 8));
    std::size_t n = 0;
    while (n < rest.size() && !text::is_space(rest[n])) ++n;
    auto const name = rest.substr(0, n);
    rest = text::trim(rest.substr(n));
    // External and parameter entities are not ours to follow.
    if (name.empty() || name == "%" || rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
    auto const end = rest.find(rest[0], 1);
    if (end == std::string_view::npos) break;
    for (std::string_view own : {"lt", "gt", "amp", "quot", "apos"})
      if (name == own) n = 0;
    if (n > 0) entities.emplace(name, rest.substr(1, end - 1));
  }
  if (entities.empty()) return {};

  std::string out;
  std::size_t grown = 0;
  std::size_t copied = 0;
  for (auto at = text.find('&', prolog_end); at != std::string_view::npos; at = text.find('&', at + 1)) {
    constexpr std::size_t name_bytes_max = 64;
    auto const end = text.substr(at, name_bytes_max).find(';');
    if (end == std::string_view::npos || end < 2) continue;
    auto const found = entities.find(text.substr(at + 1, end - 1));
    if (found == entities.end() || grown + found->second.size() > bytes_max) continue;
    grown += found->second.size();
    out.append(text.substr(copied, at - copied)).append(found->second);
    copied = at + end + 1;
    at = copied - 1;
  }
  if (copied == 0) return {};
  out.append(text.substr(copied));
  return out;
}

namespace {

void note_encoding(PreparedText& out, text::DecodedText const& decoded) {
  std::string const name(decoded.encoding());
  if (decoded.bad_sequences > 0) {
    auto problem =
        problem_of("encoding", std::to_string(decoded.bad_sequences) + " byte sequences are not " + name,
                   name, "each became U+FFFD");
    auto const first = decoded.text().find("\xEF\xBF\xBD");
    if (first != std::string_view::npos) set_place(problem, Excerpt(decoded.text()), first);
    out.problems.push_back(std::move(problem));
  } else if (decoded.contradicts_label) {
    out.problems.push_back(problem_of("encoding_label", "the encoding is not the one that the document names",
                                      "the encoding that it names", "read as " + name));
  }
}

}  // namespace

Result<void> prepare(PreparedText& out, std::string_view bytes, Hints const& hints, Limits const& limits) {
  if (is_compressed(bytes)) {
    auto inflated = inflate_body(bytes, limits.bytes_max);
    if (!inflated) return inflated.error();
    out.inflated = std::move(inflated->bytes);
    bytes = out.inflated;
    out.whole = inflated->whole;
    if (!out.whole)
      out.problems.push_back(problem_of("compression", "the compressed body is damaged or cut off",
                                        "a whole gzip or zlib body", "kept what stands before"));
  }
  auto decoded = text::decode(bytes, hints.content_type);
  out.encoding = decoded.encoding();
  note_encoding(out, decoded);

  bool const has_controls = decoded.has_controls;
  auto const borrowed = decoded.text();
  bool const is_borrowed = borrowed.data() >= bytes.data() && borrowed.data() <= bytes.data() + bytes.size();
  if (!is_borrowed) {
    out.decoded = std::move(decoded).take();
    out.text = out.decoded;
  } else {
    out.text = borrowed;
    out.skipped = std::size_t(borrowed.data() - bytes.data());
  }
  if (has_controls) {
    // C1 controls are allowed in XML, if of no use; C0 ones make it ill-formed.
    auto const first = std::find_if(out.text.begin(), out.text.end(), is_forbidden_control);
    if (first != out.text.end()) {
      auto problem = problem_of("controls", "held control characters", "text", "dropped them");
      set_place(problem, Excerpt(out.text, out.skipped), std::size_t(first - out.text.begin()));
      out.problems.push_back(std::move(problem));
    }
    out.decoded = without_controls(out.text);
    out.text = out.decoded;
  }
  if (auto expanded = expand_own_entities(out.text, limits.entity_bytes_max); !expanded.empty()) {
    out.decoded = std::move(expanded);
    out.text = out.decoded;
  }
  return {};
}

}  // namespace newsfold::parse
