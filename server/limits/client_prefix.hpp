#pragma once
/// Addresses of clients, and prefixes of them. IPv4 addresses are kept as IPv6 ones, ::ffff:a.b.c.d, so that there is
/// one kind (sockets are opened for one family each, so a client never comes in that disguise itself).
#include <boost/system/result.hpp>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace torii::server {

struct ClientAddress {
  std::uint64_t high{};  // host order
  std::uint64_t low{};
  static constexpr ClientAddress v4(std::uint32_t address) noexcept { return {0, 0xFFFF'0000'0000ULL | address}; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return high == 0 && low >> 32 == 0xFFFF; }
  friend constexpr auto operator<=>(const ClientAddress&, const ClientAddress&) = default;
};

/// `address` with all bits behind the first `bits` cleared. For IPv4, `bits` is 96 more than people write.
constexpr ClientAddress masked(ClientAddress address, unsigned bits) noexcept {
  const auto keep = [](unsigned count) noexcept {
    return count == 0 ? std::uint64_t{0} : ~std::uint64_t{0} << (64U - count);
  };
  return {address.high & keep(bits < 64 ? bits : 64), address.low & keep(bits < 64 ? 0 : bits < 128 ? bits - 64 : 64)};
}

struct ClientPrefix {
  ClientAddress address;
  unsigned bits{};  // 0 to 128, see masked()

  /// `192.0.2.0/24`, `2001:db8::/32`, or an address without a length. Errors: what was expected, in words.
  static boost::system::result<ClientPrefix, std::string> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] ClientAddress last() const noexcept {
    const auto mask = masked({~std::uint64_t{0}, ~std::uint64_t{0}}, bits);
    return {address.high | ~mask.high, address.low | ~mask.low};
  }
};

/// A set of addresses given as prefixes, which may overlap. Looking up is a binary search over disjoint ranges.
class PrefixSet {
 public:
  PrefixSet() = default;
  explicit PrefixSet(std::span<const ClientPrefix> prefixes);
  [[nodiscard]] bool contains(ClientAddress address) const noexcept;

 private:
  struct Range {
    ClientAddress first;
    ClientAddress last;
  };
  std::vector<Range> ranges_;
};

}  // namespace torii::server
