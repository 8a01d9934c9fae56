#include "daemon/commands/archive_file.h"

#include <zlib.h>
#include <zstd.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace newsfold {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr int gzip_window = 15 + 16;  // zlib: the largest window, with gzip's header
constexpr int zstd_level = 6;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

Error system_error(std::string const& doing, std::string const& path) {
  auto const code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::unreadable;
  return {code, "cannot " + doing + " " + path + ": " + std::strerror(errno)};
}

}  // namespace

std::optional<Compression> parse_compression(std::string_view name) {
  if (name == "none") return Compression::none;
  if (name == "gzip") return Compression::gzip;
  if (name == "zstd") return Compression::zstd;
  return std::nullopt;
}

Compression compression_of(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::gzip;
  if (path.ends_with(".zst")) return Compression::zstd;
  return Compression::none;
}

// ---- Writing ------------------------------------------------------------------------------------

struct ArchiveWriter::State {
  std::string path;
  std::string part;
  int descriptor = -1;
  Compression compression = Compression::none;
  z_stream gzip{};
  bool gzip_begun = false;
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> zstd;
  std::vector<char> buffer = std::vector<char>(buffer_bytes);

  State() = default;
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() {
    if (gzip_begun) deflateEnd(&gzip);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
    if (!part.empty()) ::unlink(part.c_str());
  }

  Result<void> put(char const* bytes, std::size_t size) {
    while (size > 0) {
      auto const n = ::write(descriptor, bytes, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_error("write", path);
      bytes += n;
      size -= std::size_t(n);
    }
    return {};
  }

  Result<void> deflate_some(std::string_view bytes, int flush) {
    gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    gzip.avail_in = uInt(bytes.size());
    do {
      gzip.next_out = reinterpret_cast<Bytef*>(buffer.data());
      gzip.avail_out = uInt(buffer.size());
      deflate(&gzip, flush);
      if (auto done = put(buffer.data(), buffer.size() - gzip.avail_out); !done) return done;
    } while (gzip.avail_out == 0);
    return {};
  }

  Result<void> zstd_some(std::string_view bytes, ZSTD_EndDirective mode) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
      auto const left = ZSTD_compressStream2(zstd.get(), &output, &input, mode);
      if (ZSTD_isError(left))
        return Error{ErrorCode::invalid, std::string("zstd: ") + ZSTD_getErrorName(left)};
      if (auto done = put(buffer.data(), output.pos); !done) return done;
      if (mode == ZSTD_e_end ? left == 0 : input.pos == input.size) return {};
    }
  }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Result<ArchiveWriter> ArchiveWriter::open(std::string const& path, Compression compression) {
  auto state = std::make_unique<State>();
  state->path = path == "-" ? "standard output" : path;
  state->compression = compression;
  if (path == "-") {
    state->descriptor = STDOUT_FILENO;
  } else {
    state->part = path + ".part";
    state->descriptor = ::open(state->part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (state->descriptor < 0) {
      auto error = system_error("write", state->part);
      state->part.clear();
      return error;
    }
  }
  if (compression == Compression::gzip) {
    constexpr int memory_level = 8;  // zlib's default
    state->gzip_begun = deflateInit2(&state->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window,
                                     memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
    if (!state->gzip_begun) return Error{ErrorCode::invalid, "no memory for gzip"};
  }
  if (compression == Compression::zstd) {
    state->zstd.reset(ZSTD_createCCtx());
    if (!state->zstd) return Error{ErrorCode::invalid, "no memory for zstd"};
    ZSTD_CCtx_setParameter(state->zstd.get(), ZSTD_c_compressionLevel, zstd_level);
    ZSTD_CCtx_setParameter(state->zstd.get(), ZSTD_c_checksumFlag, 1);
  }
  return ArchiveWriter(std::move(state));
}

Result<void> ArchiveWriter::write(std::string_view bytes) {
  switch (state_->compression) {
    case Compression::none: return state_->put(bytes.data(), bytes.size());
    case Compression::gzip: return state_->deflate_some(bytes, Z_NO_FLUSH);
    case Compression::zstd: return state_->zstd_some(bytes, ZSTD_e_continue);
  }
  return {};
}

Result<void> ArchiveWriter::finish() {
  auto& state = *state_;
  auto done = Result<void>();
  if (state.compression == Compression::gzip) done = state.deflate_some({}, Z_FINISH);
  if (state.compression == Compression::zstd) done = state.zstd_some({}, ZSTD_e_end);
  if (!done || state.part.empty()) return done;
  if (::fsync(state.descriptor) != 0) return system_error("write", state.part);
  if (::rename(state.part.c_str(), state.path.c_str()) != 0) return system_error("write", state.path);
  state.part.clear();
  return {};
}

// ---- Reading ------------------------------------------------------------------------------------

struct ArchiveReader::State {
  std::string path;
  int descriptor = -1;
  Compression compression = Compression::none;
  z_stream gzip{};
  bool gzip_begun = false;
  bool output_waits = false;  // the buffer was filled: there may be more without reading
  bool member_ended = false;  // a gzip member or zstd frame is whole; another may follow
  std::unique_ptr<ZSTD_DCtx, FreeCompressor> zstd;
  std::vector<char> raw;  // read and not unpacked yet
  std::size_t raw_at = 0;
  bool raw_ended = false;
  std::string text;  // unpacked and not handed out yet
  std::size_t text_at = 0;
  std::vector<char> buffer = std::vector<char>(buffer_bytes);

  State() = default;
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() {
    if (gzip_begun) inflateEnd(&gzip);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
  }

  Result<void> fill() {
    raw.resize(buffer_bytes);
    raw_at = 0;
    for (;;) {
      auto const n = ::read(descriptor, raw.data(), raw.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_error("read", path);
      raw.resize(std::size_t(n));
      raw_ended = n == 0;
      return {};
    }
  }

  Error damaged(std::string const& why) const {
    return {ErrorCode::malformed, path + " is damaged or cut short (" + why + ")"};
  }

  // Unpacks one buffer more into `text`. False: the end was there already.
  Result<bool> more() {
    if (raw_at == raw.size() && !raw_ended && !output_waits)
      if (auto done = fill(); !done) return done.error();
    if (raw_ended && raw_at == raw.size() && !output_waits) {
      if (compression != Compression::none && !member_ended) return damaged("it ends too early");
      return false;
    }
    switch (compression) {
      case Compression::none:
        text.append(raw.data() + raw_at, raw.size() - raw_at);
        raw_at = raw.size();
        return true;
      case Compression::gzip: return inflate_some();
      case Compression::zstd: return unzstd_some();
    }
    return false;
  }

  Result<bool> inflate_some() {
    if (member_ended) inflateReset(&gzip);
    gzip.next_in = reinterpret_cast<Bytef*>(raw.data() + raw_at);
    gzip.avail_in = uInt(raw.size() - raw_at);
    gzip.next_out = reinterpret_cast<Bytef*>(buffer.data());
    gzip.avail_out = uInt(buffer.size());
    auto const status = inflate(&gzip, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      return damaged(gzip.msg ? gzip.msg : "gzip");
    member_ended = status == Z_STREAM_END;
    raw_at = raw.size() - gzip.avail_in;
    output_waits = gzip.avail_out == 0 && !member_ended;
    text.append(buffer.data(), buffer.size() - gzip.avail_out);
    return true;
  }

  Result<bool> unzstd_some() {
    ZSTD_inBuffer input{raw.data(), raw.size(), raw_at};
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    auto const left = ZSTD_decompressStream(zstd.get(), &output, &input);
    if (ZSTD_isError(left)) return damaged(ZSTD_getErrorName(left));
    member_ended = left == 0;
    raw_at = input.pos;
    output_waits = output.pos == buffer.size() && !member_ended;
    text.append(buffer.data(), output.pos);
    return true;
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

Result<ArchiveReader> ArchiveReader::open(std::string const& path) {
  auto state = std::make_unique<State>();
  state->path = path == "-" ? "standard input" : path;
  state->descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->descriptor < 0) return system_error("read", path);
  if (auto done = state->fill(); !done) return done.error();
  constexpr std::string_view gzip_magic = "\x1f\x8b";
  constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";
  std::string_view const head(state->raw.data(), state->raw.size());
  if (head.starts_with(gzip_magic)) {
    state->compression = Compression::gzip;
    state->gzip_begun = inflateInit2(&state->gzip, gzip_window) == Z_OK;
    if (!state->gzip_begun) return Error{ErrorCode::invalid, "no memory for gzip"};
  } else if (head.starts_with(zstd_magic)) {
    state->compression = Compression::zstd;
    state->zstd.reset(ZSTD_createDCtx());
    if (!state->zstd) return Error{ErrorCode::invalid, "no memory for zstd"};
  }
  return ArchiveReader(std::move(state));
}

Result<std::optional<std::string>> ArchiveReader::line() {
  auto& state = *state_;
  std::size_t looked_at = state.text_at;
  for (;;) {
    auto const end = state.text.find('\n', looked_at);
    if (end != std::string::npos) {
      auto line = state.text.substr(state.text_at, end - state.text_at);
      state.text_at = end + 1;
      return std::optional<std::string>(std::move(line));
    }
    state.text.erase(0, std::exchange(state.text_at, 0));
    looked_at = state.text.size();
    if (looked_at > line_bytes_max)
      return Error{ErrorCode::too_large, state.path + " has a line of more than 256 MiB"};
    auto const got = state.more();
    if (!got) return got.error();
    if (*got) continue;
    if (state.text.empty()) return std::optional<std::string>();
    return std::optional<std::string>(std::exchange(state.text, {}));
  }
}

Result<std::string> ArchiveReader::rest(std::size_t bytes_max) {
  auto& state = *state_;
  for (;;) {
    auto const got = state.more();
    if (!got) return got.error();
    if (state.text.size() - state.text_at > bytes_max)
      return Error{ErrorCode::too_large, state.path + " is too large"};
    if (!*got) return state.text.substr(std::exchange(state.text_at, state.text.size()));
  }
}

}  // namespace newsfold
