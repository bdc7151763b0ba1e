#pragma once
/// Zone text on its way to a file: one buffer, large writes.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace torii::bench {

class TextOut {
 public:
  /// "-" is standard output. Throws std::system_error when the file cannot be made.
  explicit TextOut(const std::string& path);
  TextOut(const TextOut&) = delete;
  TextOut& operator=(const TextOut&) = delete;
  ~TextOut();

  TextOut& operator<<(std::string_view text) {
    if (text.size() > kBuffer - used_) flush();
    text.copy(buffer_.data() + used_, text.size());
    used_ += text.size();
    return *this;
  }
  TextOut& operator<<(char c) {
    if (used_ == kBuffer) flush();
    buffer_[used_++] = c;
    return *this;
  }
  TextOut& operator<<(std::uint32_t number);
  TextOut& base64(std::span<const std::uint8_t> octets);
  TextOut& hex(std::span<const std::uint8_t> octets);
  TextOut& octets(std::span<const std::uint8_t> octets);

  /// Writes what is left and closes. Throws std::system_error when the disk is full and the like.
  void close();
  [[nodiscard]] std::uint64_t written() const noexcept { return flushed_ + used_; }

 private:
  static constexpr std::size_t kBuffer = 1U << 20;
  void flush();

  std::string path_;
  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
  std::uint64_t flushed_ = 0;
};

}  // namespace torii::bench
