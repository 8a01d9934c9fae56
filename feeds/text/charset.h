#pragma once
// Bytes to UTF-8, once, before anything else reads them. What decides, in this order: a byte order mark;
// the zero bytes that UTF-16 and UTF-32 leave around markup; being well-formed multi-byte UTF-8, whatever
// a label says; the charset of the HTTP header; the XML declaration or the <meta> of the document; and
// windows-1252 for what is left. Labels are those of the WHATWG Encoding standard.
//
// A few bad sequences in a UTF-8 document become U+FFFD one by one: the document is never read again as
// something else because of them. Callable from any thread.

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::text {

// The text of a document. Borrows the bytes it was made from where they were UTF-8 already: they must
// outlive it.
class DecodedText {
 public:
  DecodedText(std::string_view borrowed, std::string_view encoding)
      : borrowed_(borrowed), encoding_(encoding) {}
  DecodedText(std::string owned, std::string_view encoding)
      : owned_(std::move(owned)), is_owned_(true), encoding_(encoding) {}

  std::string_view text() const noexcept { return is_owned_ ? std::string_view(owned_) : borrowed_; }
  std::string take() && { return is_owned_ ? std::move(owned_) : std::string(borrowed_); }

  // WHATWG name, as "UTF-8", "windows-1252", "Shift_JIS".
  std::string_view encoding() const noexcept { return encoding_; }

  std::size_t bad_sequences = 0;   // how many U+FFFD were put in
  bool has_controls = true;        // false: surely no control but tab, line feed, carriage return
  bool contradicts_label = false;  // the document or the header named another, usable encoding

 private:
  std::string_view borrowed_;
  std::string owned_;
  bool is_owned_ = false;
  std::string_view encoding_;  // of static storage
};

// `content_type` is the HTTP header as it came, or "". A byte order mark is not part of the text.
DecodedText decode(std::string_view bytes, std::string_view content_type = {});

// The WHATWG name of a label ("latin1" -> "windows-1252"); "" for an unknown one. Static storage.
std::string_view encoding_for_label(std::string_view label);

// The charset parameter of an HTTP Content-Type; "" where there is none.
std::string_view charset_of_content_type(std::string_view content_type) noexcept;

}  // namespace newsfold::text
