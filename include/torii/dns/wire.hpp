#pragma once
/// Octets in network order: loads and stores, and a cursor that cannot run past the end.
#include <cstdint>
#include <cstring>
#include <span>

namespace torii::dns {

using Octets = std::span<const std::uint8_t>;

/// Big-endian loads and stores at a place the caller has checked. Source: RFC 1035 section 2.3.2.
constexpr std::uint16_t load_u16(const std::uint8_t* at) noexcept {
  return static_cast<std::uint16_t>((at[0] << 8) | at[1]);
}
constexpr std::uint32_t load_u32(const std::uint8_t* at) noexcept {
  return (std::uint32_t{at[0]} << 24) | (std::uint32_t{at[1]} << 16) | (std::uint32_t{at[2]} << 8) | at[3];
}
constexpr void store_u16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
constexpr void store_u32(std::uint8_t* at, std::uint32_t value) noexcept {
  store_u16(at, static_cast<std::uint16_t>(value >> 16));
  store_u16(at + 2, static_cast<std::uint16_t>(value));
}

/// Cursor over one message or one RDATA. The first read past the end latches; later reads give zero or empty,
/// so a parser reads straight down and asks `ok()` once.
class WireReader {
 public:
  explicit constexpr WireReader(Octets message) noexcept : rest_{message}, size_{message.size()} {}
  constexpr Octets octets(std::size_t count) noexcept {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto head = rest_.first(count);
    rest_ = rest_.subspan(count);
    return head;
  }
  constexpr std::uint8_t u8() noexcept {
    const auto one = octets(1);
    return ok_ ? one[0] : std::uint8_t{0};
  }
  constexpr std::uint16_t u16() noexcept {
    const auto two = octets(2);
    return ok_ ? load_u16(two.data()) : std::uint16_t{0};
  }
  constexpr std::uint32_t u32() noexcept {
    const auto four = octets(4);
    return ok_ ? load_u32(four.data()) : std::uint32_t{0};
  }
  /// Everything not read yet; reading goes to the end.
  constexpr Octets rest() noexcept { return octets(rest_.size()); }
  [[nodiscard]] constexpr std::size_t left() const noexcept { return rest_.size(); }
  /// Octets read so far, counted from the start of the message.
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return size_ - rest_.size(); }
  [[nodiscard]] constexpr bool ok() const noexcept { return ok_; }
  constexpr void fail() noexcept { ok_ = false; }

 private:
  Octets rest_;
  std::size_t size_;
  bool ok_ = true;
};

}  // namespace torii::dns
