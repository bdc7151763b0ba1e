#include "server/limits/client_prefix.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "torii/dns/wire.hpp"

namespace torii::server {
namespace {

constexpr unsigned kV4Bits = 96;  // in front of an IPv4 address

std::uint64_t load_u64(const std::uint8_t* at) noexcept {
  return std::uint64_t{dns::load_u32(at)} << 32 | dns::load_u32(at + 4);
}

}  // namespace

boost::system::result<ClientPrefix, std::string> ClientPrefix::parse(std::string_view text) {
  const auto refused = [&](std::string_view why) {
    return "'" + std::string{text} + "' is no prefix: " + std::string{why} + " (like 192.0.2.0/24 or 2001:db8::/32)";
  };
  const auto slash = text.find('/');
  const std::string host{text.substr(0, slash)};
  std::array<std::uint8_t, 16> octets{};
  ClientPrefix prefix;
  bool is_v4 = true;
  if (inet_pton(AF_INET, host.c_str(), octets.data()) == 1) {
    prefix.address = ClientAddress::v4(dns::load_u32(octets.data()));
  } else if (inet_pton(AF_INET6, host.c_str(), octets.data()) == 1) {
    prefix.address = {load_u64(octets.data()), load_u64(octets.data() + 8)};
    is_v4 = false;
    if (prefix.address.is_v4()) return refused("an IPv4 address is written as such");
  } else {
    return refused("not an address");
  }
  const unsigned bits_max = is_v4 ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > bits_max)
      return refused(is_v4 ? "the length is 0 to 32" : "the length is 0 to 128");
  }
  prefix.bits = is_v4 ? kV4Bits + bits : bits;
  if (masked(prefix.address, prefix.bits) != prefix.address) return refused("there are bits behind its length");
  return prefix;
}

std::string ClientPrefix::text() const {
  std::array<char, INET6_ADDRSTRLEN> shown{};
  std::array<std::uint8_t, 16> octets{};
  for (unsigned i = 0; i < 8; ++i) {
    octets[i] = static_cast<std::uint8_t>(address.high >> (56 - 8 * i));
    octets[8 + i] = static_cast<std::uint8_t>(address.low >> (56 - 8 * i));
  }
  const bool is_v4 = address.is_v4();
  inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? &octets[12] : octets.data(), shown.data(), shown.size());
  return std::string{shown.data()} + "/" + std::to_string(is_v4 ? bits - kV4Bits : bits);
}

PrefixSet::PrefixSet(std::span<const ClientPrefix> prefixes) {
  std::vector<Range> all;
  for (const auto& prefix : prefixes) all.push_back({prefix.address, prefix.last()});
  std::sort(all.begin(), all.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  for (const auto& range : all) {
    // Prefixes are nested or disjoint.
    if (ranges_.empty() || ranges_.back().last < range.first) ranges_.push_back(range);
  }
}

bool PrefixSet::contains(ClientAddress address) const noexcept {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                      [](ClientAddress one, const Range& range) { return one < range.first; });
  return after != ranges_.begin() && address <= std::prev(after)->last;
}

}  // namespace torii::server
