#pragma once
// Text files that may be compressed (gzip, zstd): written whole or not at all, read line by line.

#include "feeds/model/error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold {

enum class Compression : std::uint8_t { none, gzip, zstd };
std::optional<Compression> parse_compression(std::string_view name);
// By the end of a file's name: .gz, .zst.
Compression compression_of(std::string_view path);

// Writes into PATH.part, which finish() renames; what is not finished is removed. "-" is standard output.
class ArchiveWriter {
 public:
  static Result<ArchiveWriter> open(std::string const& path, Compression compression);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ~ArchiveWriter();

  Result<void> write(std::string_view bytes);
  Result<void> finish();

 private:
  struct State;
  explicit ArchiveWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Recognises compression by the first bytes. "-" is standard input.
class ArchiveReader {
 public:
  static constexpr std::size_t line_bytes_max = std::size_t{256} << 20;

  static Result<ArchiveReader> open(std::string const& path);
  ArchiveReader(ArchiveReader&&) noexcept;
  ~ArchiveReader();

  // The next line without its end; nothing at the end. Fails with `malformed` for a damaged file, with
  // `too_large` for a line beyond the bound.
  Result<std::optional<std::string>> line();
  // Everything that is left, at most `bytes_max`.
  Result<std::string> rest(std::size_t bytes_max);

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace newsfold
