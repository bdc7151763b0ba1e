#pragma once
/// The few RDATAs that zonec looks into, as plain views. Each reader gives nothing when the octets are not of that
/// form; `ZoneBuilder` lets in only RDATA that they accept, so later code may dereference their results.
#include <cstdint>
#include <optional>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"

namespace torii::zonec {

/// RFC 4034 section 3.1.
struct Rrsig {
  dns::RrType covered{};
  std::uint8_t algorithm{};
  std::uint8_t labels{};
  std::uint32_t original_ttl{};  // seconds
  std::uint32_t expiration{};    // serial time, RFC 4034 section 3.1.5
  std::uint32_t inception{};
  std::uint16_t key_tag{};
  dns::NameView signer;
  dns::Octets signature;
  static std::optional<Rrsig> parse(dns::Octets rdata) noexcept;
};

/// RFC 4034 section 2.1.
struct Dnskey {
  std::uint16_t flags{};
  std::uint8_t protocol{};
  std::uint8_t algorithm{};
  std::uint16_t tag{};  // RFC 4034 appendix B
  static std::optional<Dnskey> parse(dns::Octets rdata) noexcept;
  [[nodiscard]] bool is_zone_key() const noexcept { return (flags & 0x0100U) != 0 && protocol == 3; }
};

/// RFC 4034 section 4.1.
struct Nsec {
  dns::NameView next;
  dns::Octets bitmap;
  static std::optional<Nsec> parse(dns::Octets rdata) noexcept;
};

/// RFC 5155 sections 3.1 and 4.1; NSEC3PARAM leaves `next` and `bitmap` empty.
struct Nsec3 {
  std::uint8_t algorithm{};
  std::uint8_t flags{};
  std::uint16_t iterations{};
  dns::Octets salt;
  dns::Octets next;
  dns::Octets bitmap;
  static std::optional<Nsec3> parse(dns::Octets rdata) noexcept;
  static std::optional<Nsec3> parse_param(dns::Octets rdata) noexcept;
  [[nodiscard]] bool opt_out() const noexcept { return (flags & 1U) != 0; }
};

/// RFC 1035 section 3.3.13.
struct Soa {
  dns::NameView primary;
  dns::NameView mailbox;
  dns::Serial serial;
  std::uint32_t minimum{};  // seconds
  static std::optional<Soa> parse(dns::Octets rdata) noexcept;
};

/// True unless `type` is one of those above and its reader refuses `rdata`. Form in general: dns::rdata_fault.
[[nodiscard]] bool is_readable(dns::RrType type, dns::Octets rdata) noexcept;

/// The name that an NS, CNAME, DNAME or PTR RDATA consists of.
[[nodiscard]] inline dns::NameView target_of(dns::Octets rdata) noexcept {
  return dns::NameView::trusted(rdata.data(), rdata.size());
}

}  // namespace torii::zonec
