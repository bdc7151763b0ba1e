#include "bench/zonegen/text_out.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace torii::bench {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

TextOut::TextOut(const std::string& path) : path_{path}, buffer_(kBuffer) {
  descriptor_ =
      path == "-" ? ::dup(STDOUT_FILENO) : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), path};
}

TextOut::~TextOut() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TextOut& TextOut::operator<<(std::uint32_t number) {
  std::array<char, 10> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return *this << std::string_view{digits.data(), end};
}

TextOut& TextOut::base64(std::span<const std::uint8_t> octets) {
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const auto left = octets.size() - i;
    std::uint32_t bits = static_cast<std::uint32_t>(octets[i]) << 16;
    if (left > 1) bits |= static_cast<std::uint32_t>(octets[i + 1]) << 8;
    if (left > 2) bits |= octets[i + 2];
    *this << kBase64[bits >> 18 & 63] << kBase64[bits >> 12 & 63] << (left > 1 ? kBase64[bits >> 6 & 63] : '=')
          << (left > 2 ? kBase64[bits & 63] : '=');
  }
  return *this;
}

TextOut& TextOut::hex(std::span<const std::uint8_t> octets) {
  for (const auto octet : octets) *this << "0123456789abcdef"[octet >> 4] << "0123456789abcdef"[octet & 15];
  return *this;
}

TextOut& TextOut::octets(std::span<const std::uint8_t> octets) {
  for (const auto octet : octets) *this << static_cast<char>(octet);
  return *this;
}

void TextOut::flush() {
  for (std::size_t at = 0; at < used_;) {
    const auto count = ::write(descriptor_, buffer_.data() + at, used_ - at);
    if (count < 0 && errno != EINTR) throw std::system_error{errno, std::generic_category(), path_};
    if (count > 0) at += static_cast<std::size_t>(count);
  }
  flushed_ += used_;
  used_ = 0;
}

void TextOut::close() {
  flush();
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) throw std::system_error{errno, std::generic_category(), path_};
}

}  // namespace torii::bench
