#pragma once
/// A query, parsed once and then trusted.
#include <array>
#include <cstdint>

#include "server/answer/lookup.hpp"
#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"

namespace torii::server {

/// What parsing came to. `FormErr`, `NotImp` and `NotAuth` are answered with no more than a header, or where an OPT was
/// read with header, question and OPT (RFC 6891 section 7).
enum class QueryStatus : std::uint8_t {
  Ok,
  CookieOnly,  // no question but a COOKIE option (RFC 7873 section 5.4)
  Silent,      // a response (QR=1), or shorter than a header: never answered, lest two servers talk forever
  FormErr,
  NotImp,      // an opcode other than QUERY (RFC 1035 section 4.1.1)
  NotAuth,     // signed with TSIG, and we hold no key (RFC 8945 section 5.2)
  BadVersion,  // EDNS version above 0 (RFC 6891 section 6.1.3)
};

/// EDNS options that mean something to us. Source: IANA, DNS EDNS0 Option Codes.
enum class OptionCode : std::uint16_t {
  Nsid = 3,            // RFC 5001
  Expire = 9,          // RFC 7314
  Cookie = 10,         // RFC 7873
  TcpKeepalive = 11,   // RFC 7828
  ExtendedError = 15,  // RFC 8914
  ReportChannel = 18,  // RFC 9567
  ZoneVersion = 19,    // RFC 9660
};

struct Query {
  std::uint16_t id{};
  dns::Opcode opcode{};
  bool recursion_desired{};
  std::array<std::uint8_t, dns::kNameOctetsMax + 8> lower;  // QNAME in lower case; the first name_octets are set
  dns::LabelOffsets labels;                                 // of QNAME
  std::uint16_t name_octets{};                              // of QNAME, at octet 12 of the request; 0: no question
  std::uint16_t qtype{};
  std::uint16_t qclass{};
  bool edns{};
  bool dnssec_ok{};  // DO (RFC 3225)
  bool nsid{};       // asked for, as the four below
  bool expire{};
  bool zone_version{};
  bool keepalive{};
  std::uint8_t cookie_octets{};    // of the content of the COOKIE option; 0: there is none
  std::uint16_t cookie_at{};       // where in the request it starts
  std::uint16_t udp_octets = 512;  // largest response the requestor takes over UDP; never below 512

  /// QNAME, ready to be looked up; only when there is a question.
  [[nodiscard]] LookupName lookup() const noexcept { return {lower.data(), labels}; }
  [[nodiscard]] dns::NameView name() const noexcept { return dns::NameView::trusted(lower.data(), name_octets); }
  /// Octets of header and question: what every answer starts with.
  [[nodiscard]] std::size_t question_end() const noexcept {
    return dns::kHeaderOctets + (name_octets > 0 ? name_octets + 4U : 0U);
  }
};

/// Parses `request` into `query`. Fields read before an error are set.
/// Source: RFC 1035 section 4.1, RFC 6891 section 6.1, RFC 9619 (QDCOUNT is 1).
[[nodiscard]] QueryStatus parse_query(dns::Octets request, Query& query) noexcept;

}  // namespace torii::server
