#pragma once
/// Where text comes from: a file descriptor, a gzip stream over one, or memory; and the block buffer over it.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace torii::zonec {

/// A stream of octets that is read once.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ByteSource(ByteSource&&) = delete;
  ByteSource& operator=(ByteSource&&) = delete;
  virtual ~ByteSource() = default;
  /// Fills the front of `out`. Returns: octets written; 0 at the end or after an error, which `error()` tells apart.
  virtual std::size_t read(std::span<char> out) = 0;
  /// Empty unless reading failed.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 protected:
  std::string error_;
};

/// Identity of an open file, to see an $INCLUDE that comes back to itself. Zero for what is no regular file.
struct FileIdentity {
  std::uint64_t device{};
  std::uint64_t inode{};
  friend bool operator==(FileIdentity, FileIdentity) = default;
};

struct OpenedSource {
  std::unique_ptr<ByteSource> source;  // null when it could not be opened
  FileIdentity identity;
  std::string error;  // why, when `source` is null
};

/// Opens `path`, `-` for standard input, and inflates on the way when the first octets are gzip's magic.
[[nodiscard]] OpenedSource open_source(const std::string& path);
/// `text` outlives the source.
[[nodiscard]] std::unique_ptr<ByteSource> memory_source(std::string_view text);

/// The part of a source that is being scanned, always followed by a newline that is not part of it: a loop over text
/// stops there without asking for the end.
class BlockBuffer {
 public:
  explicit BlockBuffer(std::unique_ptr<ByteSource> source);
  [[nodiscard]] const char* begin() const noexcept { return buffer_.data(); }
  [[nodiscard]] const char* end() const noexcept { return buffer_.data() + size_; }
  /// True until the source has given everything.
  [[nodiscard]] bool more() const noexcept { return more_; }
  /// Drops what stands before `keep_from`, moves the rest to the front and reads on. Pointers into the buffer end here.
  void refill(const char* keep_from);
  /// Appends about `count` octets from the source to `out`, which is text that was taken out of the buffer. Returns:
  /// false when there was nothing more.
  bool read_on(std::vector<char>& out, std::size_t count);
  /// Makes `text`, which was taken out or read on, what is scanned next. Pointers into the buffer end here.
  void put_back(std::vector<char> text);
  [[nodiscard]] const std::string& error() const noexcept { return source_->error(); }
  /// Octets read from the source so far.
  [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t size_ = 0;
  std::uint64_t octets_ = 0;
  bool more_ = true;
};

}  // namespace torii::zonec
