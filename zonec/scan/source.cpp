#include "zonec/scan/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace torii::zonec {

namespace {

/// The buffer starts small, as most files are, and doubles while reads fill it.
constexpr std::size_t kFirstOctets = std::size_t{4} << 10U;
constexpr std::size_t kBlockOctets = std::size_t{128} << 10U;

std::string system_text(int error) { return std::generic_category().message(error); }

/// Owns the descriptor unless it is standard input.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(int descriptor) noexcept : descriptor_{descriptor} {}
  ~FileSource() override {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  FileSource(FileSource&&) = delete;
  FileSource& operator=(FileSource&&) = delete;

  std::size_t read(std::span<char> out) override {
    if (!error_.empty()) return 0;
    for (;;) {
      const auto count = ::read(descriptor_, out.data(), out.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno == EINTR) continue;
      error_ = "cannot read: " + system_text(errno);
      return 0;
    }
  }

 private:
  int descriptor_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view text) noexcept : rest_{text} {}
  std::size_t read(std::span<char> out) override {
    const auto count = std::min(out.size(), rest_.size());
    if (count > 0) std::memcpy(out.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

/// Gives `head`, which was read to look at it, before the rest.
class PrefixedSource final : public ByteSource {
 public:
  PrefixedSource(std::vector<char> head, std::unique_ptr<ByteSource> rest) noexcept
      : head_{std::move(head)}, rest_{std::move(rest)} {}
  std::size_t read(std::span<char> out) override {
    if (at_ < head_.size()) {
      const auto count = std::min(out.size(), head_.size() - at_);
      std::memcpy(out.data(), head_.data() + at_, count);
      at_ += count;
      return count;
    }
    const auto count = rest_->read(out);
    if (count == 0) error_ = rest_->error();
    return count;
  }

 private:
  std::vector<char> head_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

/// Inflates a gzip file, which is one or more members one after the other. Source: RFC 1952 section 2.2.
class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed) : packed_{std::move(packed)} {
    constexpr int kGzipWindow = 15 + 16;  // largest window, gzip wrapper, checksums verified
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) error_ = "cannot start zlib";
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  GzipSource(GzipSource&&) = delete;
  GzipSource& operator=(GzipSource&&) = delete;

  std::size_t read(std::span<char> out) override {
    if (!error_.empty() || ended_) return 0;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(std::min(out.size(), std::size_t{1} << 30U));
    const auto room = stream_.avail_out;
    while (stream_.avail_out == room && error_.empty() && !ended_) step();
    return room - stream_.avail_out;
  }

 private:
  void step() {
    if (stream_.avail_in == 0) fetch();
    if (stream_.avail_in == 0) {
      // The end of the input: fine between members, otherwise something is missing.
      ended_ = between_members_;
      if (!ended_ && error_.empty()) error_ = "gzip data ends early: the file is cut short";
      return;
    }
    between_members_ = false;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      between_members_ = true;
      inflateReset(&stream_);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      error_ = std::string{"broken gzip data: "} + (stream_.msg != nullptr ? stream_.msg : "inflate failed");
    }
  }
  void fetch() {
    const auto count = packed_->read(input_);
    if (count == 0) error_ = packed_->error();
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
  }

  std::unique_ptr<ByteSource> packed_;
  z_stream stream_{};
  std::array<char, std::size_t{64} << 10U> input_{};
  bool between_members_ = false;
  bool ended_ = false;
};

}  // namespace

OpenedSource open_source(const std::string& path) {
  OpenedSource opened;
  int descriptor = STDIN_FILENO;
  if (path != "-") {
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      opened.error = "cannot open: " + system_text(errno);
      return opened;
    }
  }
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
    opened.identity = {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
  auto file = std::make_unique<FileSource>(descriptor);
  // Two octets tell gzip; a pipe may give them one at a time.
  constexpr std::size_t kMagicOctets = 2;
  std::vector<char> head(kMagicOctets);
  std::size_t have = 0;
  while (have < kMagicOctets) {
    const auto count = file->read(std::span{head}.subspan(have));
    if (count == 0) break;
    have += count;
  }
  head.resize(have);
  if (!file->error().empty()) {
    opened.error = file->error();
    return opened;
  }
  const bool is_gzip = have == kMagicOctets && head[0] == '\x1f' && head[1] == '\x8b';
  std::unique_ptr<ByteSource> whole = std::make_unique<PrefixedSource>(std::move(head), std::move(file));
  if (is_gzip) whole = std::make_unique<GzipSource>(std::move(whole));
  opened.source = std::move(whole);
  return opened;
}

std::unique_ptr<ByteSource> memory_source(std::string_view text) { return std::make_unique<MemorySource>(text); }

BlockBuffer::BlockBuffer(std::unique_ptr<ByteSource> source) : source_{std::move(source)}, buffer_(kFirstOctets + 1) {
  buffer_[0] = '\n';
}

void BlockBuffer::refill(const char* keep_from) {
  const auto kept = static_cast<std::size_t>(end() - keep_from);
  if (kept > 0) std::memmove(buffer_.data(), keep_from, kept);
  const bool was_full = size_ == buffer_.size() - 1;
  size_ = kept;
  if (kept > (buffer_.size() - 1) / 2 || (was_full && buffer_.size() <= kBlockOctets))
    buffer_.resize(2 * (buffer_.size() - 1) + 1);
  const auto count = source_->read(std::span{buffer_}.subspan(kept, buffer_.size() - 1 - kept));
  more_ = count > 0;
  size_ += count;
  octets_ += count;
  buffer_[size_] = '\n';
}

bool BlockBuffer::read_on(std::vector<char>& out, std::size_t count) {
  const auto had = out.size();
  out.resize(had + count);
  const auto got = source_->read(std::span{out}.subspan(had));
  out.resize(had + got);
  octets_ += got;
  return got > 0;
}

void BlockBuffer::put_back(std::vector<char> text) {
  buffer_ = std::move(text);
  size_ = buffer_.size();
  buffer_.resize(std::max(size_, kBlockOctets) + 1);
  buffer_[size_] = '\n';
  more_ = true;  // whether there is more is found out by asking
}

}  // namespace torii::zonec
