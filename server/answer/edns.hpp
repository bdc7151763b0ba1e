#pragma once
/// The OPT record of a response (RFC 6891) and its options.
///
/// What the query asked for, and what the shell must know (a cookie, the idle time), has its room kept from the start,
/// to the octet. What nobody asked for (an extended error, the report channel) goes along only where the answer left
/// room, and so never costs a record or sets TC. Padding (RFC 7830) belongs to encrypted transports, of which there are
/// none here; Client Subnet (RFC 7871) is not implemented and therefore ignored.
#include <cstdint>

#include "server/answer/cookie.hpp"
#include "server/answer/query.hpp"
#include "server/answer/respond.hpp"
#include "server/answer/writer.hpp"

namespace torii::server {

/// What an authoritative server can mean. Source: RFC 8914 section 4.
enum class ExtendedError : std::uint16_t {
  NotReady = 14,          // there is no image yet
  Prohibited = 18,        // transfers, and CHAOS where the operator keeps it to himself
  NotAuthoritative = 20,  // a name in none of our zones
  NotSupported = 21,      // a type that asks for something other than an RRset
  InvalidData = 24,       // the image is damaged
  InvalidQueryType = 30,  // a type that nobody may ask for (RFC 9824)
  None = 0xFFFF,          // not a code
};

class ResponseOpt {
 public:
  static constexpr std::size_t kFixedOctets = 11;

  /// Without OPT in the query there is none in the response. `limit`: octets that the response may have.
  ResponseOpt(const Query& query, const AnswerSettings& settings, const Client& client, Transport transport,
              dns::Octets request, std::size_t limit) noexcept
      : query_{query}, settings_{settings} {
    if (query.nsid || query.keepalive || query.cookie_octets > 0) plan(client, transport, request, limit);
  }

  /// To be called when the zone is known: ZONEVERSION and EXPIRE say something about it.
  /// `at_apex`: QNAME is its apex.
  void found(const image::View& view, const image::ZoneView& zone, bool at_apex, ResponseWriter& writer) noexcept {
    if (query_.zone_version || query_.expire) describe(view, zone, at_apex, writer);
  }
  /// Octets to keep for OPT with the options decided on so far; 0 without OPT.
  [[nodiscard]] std::size_t octets() const noexcept { return query_.edns ? kFixedOctets + option_octets_ : 0; }
  [[nodiscard]] CookieState cookie() const noexcept { return cookie_state_; }
  /// Writes OPT as the last record of the response. False when `error` is to be told and did not fit.
  bool put(dns::Rcode rcode, ExtendedError error, ResponseWriter& writer) const noexcept {
    if (!query_.edns) return true;
    writer.keep(0);
    if (option_octets_ > 0 || error != ExtendedError::None || !settings_.report_agent.empty())
      return put_all(rcode, error, writer);
    put_fixed(rcode, 0, writer);
    return true;
  }
  /// Writes OPT without options, for queries whose options cannot be trusted.
  void put_bare(dns::Rcode rcode, ResponseWriter& writer) const noexcept {
    writer.keep(0);
    put_fixed(rcode, 0, writer);
  }

 private:
  /// OPT without its options, of which there will be `options` octets.
  void put_fixed(dns::Rcode rcode, std::size_t options, ResponseWriter& writer) const noexcept {
    auto* const opt = writer.claim(kFixedOctets);
    if (opt == nullptr) return;
    opt[0] = 0;  // the root owns OPT
    dns::store_u16(opt + 1, static_cast<std::uint16_t>(dns::RrType::OPT));
    dns::store_u16(opt + 3, settings_.udp_octets_max);
    opt[5] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(rcode) >> 4);
    opt[6] = 0;  // version
    opt[7] = query_.dnssec_ok ? 0x80 : 0;
    opt[8] = 0;
    dns::store_u16(opt + 9, static_cast<std::uint16_t>(options));
    writer.count(Section::Additional, 1);
  }
  bool put_all(dns::Rcode rcode, ExtendedError error, ResponseWriter& writer) const noexcept;
  void plan(const Client& client, Transport transport, dns::Octets request, std::size_t limit) noexcept;
  void describe(const image::View& view, const image::ZoneView& zone, bool at_apex, ResponseWriter& writer) noexcept;

  const Query& query_;
  const AnswerSettings& settings_;
  std::size_t option_octets_ = 0;
  FullCookie cookie_;  // set unless the state is None
  CookieState cookie_state_ = CookieState::None;
  bool nsid_ = false;
  bool keepalive_ = false;
  bool zone_version_ = false;
  bool expire_ = false;
  std::uint8_t zone_labels_ = 0;
  std::uint16_t idle_tenths_ = 0;
  std::uint32_t zone_serial_ = 0;
  std::uint32_t expire_seconds_ = 0;
};

}  // namespace torii::server
