#pragma once
/// DNS Cookies (RFC 7873) in the form that servers of different makers share (RFC 9018): who shows a server cookie that
/// we made has received a packet at its address before, so the address is not forged.
///
/// A server cookie is version 1, three reserved octets, the time it was made, and a SipHash-2-4 over client cookie,
/// these eight octets and the client's address. Nothing is remembered: whoever knows the secret can check it, so the
/// servers of an anycast address share theirs. Rolling it over loses no client when it is done in the three steps of
/// RFC 9018 section 5: accept the new secret everywhere, make cookies with it everywhere, forget the old one
/// everywhere.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "torii/dns/siphash.hpp"
#include "torii/dns/wire.hpp"

namespace torii::server {

inline constexpr std::size_t kClientCookieOctets = 8;
inline constexpr std::size_t kServerCookieOctets = 16;  // of version 1; others have 8 to 32 (RFC 7873 section 4)
inline constexpr std::size_t kCookieOctets = kClientCookieOctets + kServerCookieOctets;
inline constexpr std::size_t kCookieSecretsMax = 3;  // current, next, previous

/// Secrets by which server cookies are accepted. The first makes new ones. None: cookies are off.
struct CookieSecrets {
  std::array<dns::SipHashKey, kCookieSecretsMax> keys{};
  std::uint8_t count = 0;
};

/// A secret of 16 octets. Source: RFC 9018 section 4.4.
[[nodiscard]] dns::SipHashKey cookie_key(std::span<const std::uint8_t, 16> secret) noexcept;
/// The same from 32 hexadecimal digits; nothing when it is not that.
[[nodiscard]] std::optional<dns::SipHashKey> cookie_key_from_hex(std::string_view text) noexcept;

enum class CookieState : std::uint8_t {
  None,        // no COOKIE option, or cookies are off
  ClientOnly,  // no server cookie yet
  Bad,         // a server cookie that is not ours, too old, or from the future
  Valid,
};

using FullCookie = std::array<std::uint8_t, kCookieOctets>;

struct CookieReply {
  CookieState state{};
  FullCookie cookie{};  // for the response, unless `state` is None
};

/// Length of a COOKIE option: a client cookie, alone or with a server cookie. Source: RFC 7873 section 5.2.2.
constexpr bool is_cookie_length(std::size_t octets) noexcept {
  return octets == kClientCookieOctets || (octets >= 16 && octets <= 40);
}

/// Client cookie and a server cookie made now. Source: RFC 9018 section 4.
[[nodiscard]] FullCookie make_cookie(const dns::SipHashKey& key,
                                     std::span<const std::uint8_t, kClientCookieOctets> client, dns::Octets address,
                                     std::uint32_t now) noexcept;

/// Checks `option`, the content of a COOKIE option of a good length, and says what to reply: the same cookie while it
/// is younger than half an hour and made with the first secret, else a fresh one. Unit of `now`: seconds since 1970,
/// modulo 2^32.  Source: RFC 9018 section 4.3 (an hour back, five minutes ahead).
[[nodiscard]] CookieReply check_cookie(const CookieSecrets& secrets, dns::Octets option, dns::Octets address,
                                       std::uint32_t now) noexcept;

}  // namespace torii::server
