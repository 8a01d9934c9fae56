#pragma once
// Numbers as stored rows hold them: little-endian and unaligned, on every machine. Callers see to it that the
// bytes are there.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace newsfold::text {

template <class Number>
constexpr Number little_endian_at(std::string_view bytes, std::size_t at) noexcept {
  // One expression, which compilers know for a load; a loop they do not.
  auto const joined = [&]<std::size_t... i>(std::index_sequence<i...>) {
    return (... | (std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i)));
  };
  return static_cast<Number>(joined(std::make_index_sequence<sizeof(Number)>()));
}

// Over the bytes from `at` on.
template <class Number>
constexpr void put_little_endian(std::string& bytes, std::size_t at, Number value) noexcept {
  auto const part = [&]<std::size_t... i>(std::index_sequence<i...>) {
    (..., (bytes[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i))));
  };
  part(std::make_index_sequence<sizeof(Number)>());
}

template <class Number>
void append_little_endian(std::string& bytes, Number value) {
  auto const at = bytes.size();
  bytes.resize(at + sizeof(Number));
  put_little_endian(bytes, at, value);
}

}  // namespace newsfold::text
