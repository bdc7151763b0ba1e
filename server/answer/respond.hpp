#pragma once
/// From a query's octets to the response's octets, with nothing but an image and the settings: no socket, clock or
/// file, no allocation, lock or exception. The server, `toriid query`, tests, fuzzers and benchmarks all call this.
#include <array>
#include <cstdint>
#include <span>

#include "server/answer/cookie.hpp"
#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"
#include "torii/image/view.hpp"

namespace torii::server {

enum class Transport : std::uint8_t { Udp, Tcp };

struct StagedQuery;

/// What an operator may choose about answers. Plain data; spans point into storage that outlives every call.
struct AnswerSettings {
  /// Largest UDP response, and the size advertised in our OPT. Unit: octets of DNS message.
  /// Default: 1232 = IPv6 minimum MTU 1280 - 40 - 8; RFC 9715 wants 1400 at most. Range 512 to 4096.
  std::uint16_t udp_octets_max = 1232;
  /// NSID option content (RFC 5001); empty: the option is not sent. 1024 octets at most.
  dns::Octets nsid;
  /// TXT for CH `version.bind`/`version.server` and `hostname.bind`/`id.server`; empty: REFUSED. 255 octets at most.
  dns::Octets chaos_version;
  dns::Octets chaos_identity;
  /// Secrets of DNS Cookies (RFC 7873); none: the option is ignored.
  CookieSecrets cookies = {};
  /// Whether a UDP query with a COOKIE option must show a server cookie that we made, else it gets BADCOOKIE.
  bool cookies_required = false;
  /// Whether errors are explained to who speaks EDNS (RFC 8914).
  bool extended_errors = true;
  /// Agent domain that resolvers report errors to (RFC 9567), uncompressed wire format; empty: none. 255 octets at
  /// most.
  dns::Octets report_agent = {};
};

/// Who asks, and when: what the shell knows and the request's octets do not say.
struct Client {
  dns::Octets address = {};       // 4 or 16 octets; none: cookies are neither made nor checked
  std::uint32_t now = 0;          // seconds since 1970, modulo 2^32
  std::uint16_t idle_tenths = 0;  // idle timeout of the TCP session. Unit: 100 ms (RFC 7828 section 3.1)
};

/// What a response is, as rate limits tell responses apart.
enum class AnswerKind : std::uint8_t { Error, Positive, NoData, NxDomain, Referral };

/// What happened, for counters and rate limits. Filled by every call.
struct AnswerReport {
  dns::Rcode rcode{};
  dns::RrType qtype{};       // 0 when no question was parsed
  bool responded{};          // false: stay silent
  bool truncated{};          // TC was set
  bool edns{};               // the query carried OPT
  bool dnssec_ok{};          // DO was set
  bool referral{};           // the response is a referral
  bool nxdomain_wildcard{};  // reserved for wildcard-synthesised answers
  AnswerKind kind{};
  std::uint8_t name_octets{};  // of QNAME, which the response repeats at octet 12; 0: it has no question
  /// Where in QNAME the name starts that the response came from: QNAME itself, the cut, the DNAME, the closest encloser
  /// of a wildcard's answer; the zone's apex for a negative answer.
  std::uint8_t source_at{};
  std::uint16_t opt_octets{};  // of the OPT RR, which stands last; 0: there is none
  CookieState cookie{};        // what the query's COOKIE option was worth (RFC 7873 section 5.2)
  friend bool operator==(const AnswerReport&, const AnswerReport&) = default;
};

/// Answers one request. `view` may be empty (no zone loaded): every zone question is then REFUSED.
/// `response` holds at least `max(512, settings.udp_octets_max)` octets for UDP and 65535 for TCP.
/// Returns: octets written to `response`; 0 means stay silent, as for a message that is itself a response, or that is
/// shorter than a header. Source: RFC 1034 section 4.3.2 and the documents named in docs/answers.md.
[[nodiscard]] dns::OctetCount respond(const image::View& view, const AnswerSettings& settings, Transport transport,
                                      dns::Octets request, std::span<std::uint8_t> response, AnswerReport& report,
                                      const Client& client = {}) noexcept;

/// The same for a query that was staged from `request` and `view`.
[[nodiscard]] dns::OctetCount respond(const image::View& view, const AnswerSettings& settings, Transport transport,
                                      dns::Octets request, std::span<std::uint8_t> response, AnswerReport& report,
                                      const Client& client, const StagedQuery& staged) noexcept;

}  // namespace torii::server
