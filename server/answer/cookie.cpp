#include "server/answer/cookie.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace torii::server {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedOctets = 8;  // version, reserved, time
constexpr std::size_t kHashOctets = 8;
constexpr std::size_t kAddressOctetsMax = 16;
constexpr std::int32_t kAgeMax = 3600;   // RFC 9018 section 4.3
constexpr std::int32_t kAheadMax = 300;  // clocks of a fleet differ
constexpr std::int32_t kRenewAfter = 1800;

/// The hash of `head`, which is a client cookie and the first octets of a server cookie, and of the address.
std::array<std::uint8_t, kHashOctets> hash_of(const dns::SipHashKey& key, const std::uint8_t* head,
                                              dns::Octets address) noexcept {
  constexpr std::size_t kHead = kClientCookieOctets + kFixedOctets;
  std::array<std::uint8_t, kHead + kAddressOctetsMax> input{};
  std::memcpy(input.data(), head, kHead);
  const auto octets = std::min(address.size(), kAddressOctetsMax);
  std::copy_n(address.begin(), octets, input.begin() + kHead);
  // The reference writes its result least octet first, as a little-endian word lies in memory.
  return std::bit_cast<std::array<std::uint8_t, kHashOctets>>(dns::siphash24(key, {input.data(), kHead + octets}));
}

/// Takes as long for any two hashes, so that timing tells nothing about ours.
bool is_same(const std::array<std::uint8_t, kHashOctets>& ours, const std::uint8_t* theirs) noexcept {
  unsigned difference = 0;
  for (std::size_t i = 0; i < kHashOctets; ++i) difference |= static_cast<unsigned>(ours[i] ^ theirs[i]);
  return difference == 0;
}

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

dns::SipHashKey cookie_key(std::span<const std::uint8_t, 16> secret) noexcept {
  dns::SipHashKey key;
  std::memcpy(&key.low, secret.data(), 8);
  std::memcpy(&key.high, secret.data() + 8, 8);
  return key;
}

std::optional<dns::SipHashKey> cookie_key_from_hex(std::string_view text) noexcept {
  std::array<std::uint8_t, 16> secret{};
  if (text.size() != 2 * secret.size()) return std::nullopt;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const int high = digit_of(text[2 * i]);
    const int low = digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    secret[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return cookie_key(secret);
}

FullCookie make_cookie(const dns::SipHashKey& key, std::span<const std::uint8_t, kClientCookieOctets> client,
                       dns::Octets address, std::uint32_t now) noexcept {
  FullCookie cookie{};
  std::ranges::copy(client, cookie.begin());
  cookie[kClientCookieOctets] = kVersion;
  dns::store_u32(&cookie[kClientCookieOctets + 4], now);
  std::ranges::copy(hash_of(key, cookie.data(), address), cookie.begin() + kClientCookieOctets + kFixedOctets);
  return cookie;
}

CookieReply check_cookie(const CookieSecrets& secrets, dns::Octets option, dns::Octets address,
                         std::uint32_t now) noexcept {
  if (secrets.count == 0 || address.empty() || !is_cookie_length(option.size())) return {};
  CookieReply reply{.state = option.size() == kClientCookieOctets ? CookieState::ClientOnly : CookieState::Bad};
  if (option.size() == kCookieOctets && option[kClientCookieOctets] == kVersion) {
    // Serial number arithmetic: the time wraps in 2106 (RFC 9018 section 4.3).
    const auto age = static_cast<std::int32_t>(now - dns::load_u32(&option[kClientCookieOctets + 4]));
    for (std::size_t i = 0; i < secrets.count && age <= kAgeMax && age >= -kAheadMax; ++i) {
      // The reserved octets count as they came (RFC 9018 section 4.2).
      const auto hash = hash_of(secrets.keys[i], option.data(), address);
      if (!is_same(hash, option.data() + kClientCookieOctets + kFixedOctets)) continue;
      reply.state = CookieState::Valid;
      if (i > 0 || age > kRenewAfter) break;
      std::ranges::copy(option, reply.cookie.begin());
      return reply;
    }
  }
  reply.cookie = make_cookie(secrets.keys[0], option.first<kClientCookieOctets>(), address, now);
  return reply;
}

}  // namespace torii::server
