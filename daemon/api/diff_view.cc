#include "daemon/api/diff_view.h"

#include <vector>

namespace newsfold::api {
namespace {

std::string_view const html_begin =
    "<!doctype html>\n<html><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width\">"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    "<style>body{font:1.1rem/1.6 serif;max-width:42rem;margin:2rem auto;padding:0 1rem;white-space:pre-line}"
    "ins{background:#d6f5d6;text-decoration:none}del{background:#fadcdc}small{color:#666}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}ins{background:#154a15}"
    "del{background:#5a1a1a}}</style><title>";

void append_escaped(std::string& out, std::string_view text) {
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

void append_html(std::string& out, std::vector<dedup::DiffPart> const& parts) {
  for (auto const& part : parts) {
    char const* const tag = part.kind == dedup::DiffKind::added     ? "ins"
                            : part.kind == dedup::DiffKind::removed ? "del"
                                                                    : nullptr;
    if (tag) out += std::string("<") + tag + ">";
    append_escaped(out, part.text);
    if (tag) out += std::string("</") + tag + ">";
    out += ' ';
  }
}

// Without what a terminal acts on: C0 and DEL, and C1 in its UTF-8 form.
void append_plain(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    bool const c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    if (c1 || c == 0x7F || (c < 0x20 && c != '\n' && c != '\t')) continue;
    out += text[i];
  }
}

void append_ansi(std::string& out, std::vector<dedup::DiffPart> const& parts) {
  for (auto const& part : parts) {
    char const* const colour = part.kind == dedup::DiffKind::added     ? "\x1b[32m"
                               : part.kind == dedup::DiffKind::removed ? "\x1b[31;9m"
                                                                       : nullptr;
    if (colour) out += colour;
    append_plain(out, part.text);
    if (colour) out += "\x1b[0m";
    out += ' ';
  }
}

std::string versions_of(DiffHead const& head) {
  return "article " + std::to_string(head.article) + ", version " + std::to_string(head.from) + " to " +
         std::to_string(head.to);
}

}  // namespace

std::string diff_summary(dedup::Edit const& edit) {
  return std::string(dedup::to_string(edit.kind)) + ": " + std::to_string(edit.words_added) +
         " words added, " + std::to_string(edit.words_removed) + " removed";
}

std::string diff_html(DiffHead const& head, dedup::Edit const& edit) {
  std::string out(html_begin);
  append_escaped(out, head.title);
  out += "</title></head><body><small>" + versions_of(head) + "; " + diff_summary(edit) + "</small>\n<h1>";
  if (edit.title_diff.empty()) {
    append_escaped(out, head.title);
  } else {
    append_html(out, edit.title_diff);
  }
  out += "</h1>\n";
  append_html(out, edit.text_diff);
  out += "\n</body></html>\n";
  return out;
}

std::string diff_ansi(DiffHead const& head, dedup::Edit const& edit) {
  std::string out = versions_of(head) + "; " + diff_summary(edit) + "\n\n";
  if (edit.title_diff.empty()) {
    append_plain(out, head.title);
  } else {
    append_ansi(out, edit.title_diff);
  }
  out += "\n\n";
  append_ansi(out, edit.text_diff);
  out += '\n';
  return out;
}

}  // namespace newsfold::api
