#include "server/answer/query.hpp"

#include "server/answer/cookie.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using dns::WireReader;

constexpr std::size_t kRrFixedOctets = 10;  // type, class, TTL, RDLENGTH

/// Offset behind the name at `at`, compressed or not; 0 when there is none. Nothing here follows pointers: names of
/// skipped RRs are of no interest.
std::size_t skip_name(dns::Octets request, std::size_t at) noexcept {
  const std::size_t end = at + dns::kNameOctetsMax;
  while (at < request.size() && at < end) {
    const std::size_t length = request[at];
    if (length == 0) return at + 1;
    if (length >= 0xC0) return at + 2;
    if (length > dns::kLabelOctetsMax) return 0;
    at += 1 + length;
  }
  return 0;
}

/// RDATA of OPT, which starts at octet `at` of the request: options of 4 octets and more. Unknown ones are ignored.
/// Source: RFC 6891 section 6.1.2 and the documents of each option.
bool parse_options(dns::Octets rdata, std::size_t at, Query& query) noexcept {
  WireReader options{rdata};
  while (options.left() > 0) {
    const auto code = options.u16();
    const auto length = options.u16();
    const auto content_at = at + options.offset();
    options.octets(length);
    if (!options.ok()) return false;
    switch (static_cast<OptionCode>(code)) {
      case OptionCode::Nsid:
        query.nsid = true;
        break;
      case OptionCode::Cookie:
        if (query.cookie_octets > 0) break;           // the first alone counts (RFC 7873 section 5.2)
        if (!is_cookie_length(length)) return false;  // RFC 7873 section 5.2.2
        query.cookie_octets = static_cast<std::uint8_t>(length);
        query.cookie_at = static_cast<std::uint16_t>(content_at);
        break;
      case OptionCode::Expire:  // with a value it is a response's (RFC 7314 section 2)
        query.expire = query.expire || length == 0;
        break;
      case OptionCode::TcpKeepalive:  // likewise (RFC 7828 section 3.1); over UDP it must not matter in any form
        query.keepalive = query.keepalive || length == 0;
        break;
      case OptionCode::ZoneVersion:  // a payload is ignored (RFC 9660 section 3.2)
        query.zone_version = true;
        break;
      default:
        break;
    }
  }
  return true;
}

/// What stands behind ID and flags.
QueryStatus parse_sections(dns::Octets request, Query& query) noexcept {
  const auto questions = dns::load_u16(&request[4]);
  const std::uint32_t before_additional = std::uint32_t{dns::load_u16(&request[6])} + dns::load_u16(&request[8]);
  const auto additionals = dns::load_u16(&request[10]);
  std::size_t at = dns::kHeaderOctets;
  if (questions == 1) {
    const std::size_t octets = query.labels.read(request.subspan(at));
    if (octets == 0) return QueryStatus::FormErr;
    query.name_octets = static_cast<std::uint16_t>(octets);
    dns::lower_copy(request.subspan(at, octets), query.lower.data());
    at += octets;
    if (request.size() - at < 4) return QueryStatus::FormErr;
    query.qtype = dns::load_u16(&request[at]);
    query.qclass = dns::load_u16(&request[at + 2]);
    at += 4;
  } else if (questions > 1 || additionals == 0) {  // none is good for a cookie only
    return QueryStatus::FormErr;
  }

  std::uint8_t version = 0;
  bool signed_request = false;
  for (std::uint32_t i = 0; i < before_additional + additionals; ++i) {
    const std::size_t owner_at = at;
    at = skip_name(request, at);
    if (at == 0 || at > request.size() || request.size() - at < kRrFixedOctets) return QueryStatus::FormErr;
    const auto* const fixed = request.data() + at;
    const std::size_t rdata_octets = dns::load_u16(fixed + 8);
    at += kRrFixedOctets;
    if (request.size() - at < rdata_octets) return QueryStatus::FormErr;
    const std::size_t rdata_at = at;
    at += rdata_octets;
    if (i < before_additional) continue;
    if (signed_request) return QueryStatus::FormErr;  // TSIG stands last (RFC 8945 section 5.1)
    const auto type = static_cast<RrType>(dns::load_u16(fixed));
    if (type == RrType::TSIG) signed_request = true;
    if (type != RrType::OPT) continue;
    if (query.edns || request[owner_at] != 0) return QueryStatus::FormErr;
    query.edns = true;
    const auto udp_octets = dns::load_u16(fixed + 2);
    query.udp_octets = udp_octets < 512 ? std::uint16_t{512} : udp_octets;  // RFC 6891 section 6.2.3
    version = fixed[5];
    query.dnssec_ok = (fixed[6] & 0x80) != 0;
    // What options of later versions look like is not known (RFC 6891 section 6.1.3).
    if (version == 0 && rdata_octets > 0 && !parse_options(request.subspan(rdata_at, rdata_octets), rdata_at, query))
      return QueryStatus::FormErr;
  }
  if (at != request.size()) return QueryStatus::FormErr;
  if (signed_request) return QueryStatus::NotAuth;
  if (version > 0) return QueryStatus::BadVersion;
  if (questions == 1) return QueryStatus::Ok;
  return query.cookie_octets > 0 && before_additional == 0 ? QueryStatus::CookieOnly : QueryStatus::FormErr;
}

}  // namespace

QueryStatus parse_query(dns::Octets request, Query& query) noexcept {
  if (request.size() < dns::kHeaderOctets || (request[2] & 0x80) != 0) return QueryStatus::Silent;
  query.id = dns::load_u16(request.data());
  query.opcode = static_cast<dns::Opcode>(request[2] >> 3 & 15);
  query.recursion_desired = (request[2] & 1) != 0;
  const auto status = parse_sections(request, query);
  if (query.opcode == dns::Opcode::Query) return status;
  // Other opcodes may have another format. Where it is the common one, OPT is answered with OPT all the same.
  if (status == QueryStatus::FormErr) query.edns = false;
  return QueryStatus::NotImp;
}

}  // namespace torii::server
