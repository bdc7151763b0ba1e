#include "server/answer/query.hpp"

#include "server/answer/cookie.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using dns::WireReader;

/// Skips one name, compressed or not. Nothing here follows pointers: names of skipped RRs are of no interest.
void skip_name(WireReader& reader) noexcept {
  for (std::size_t total = 0;;) {
    const std::size_t length = reader.u8();
    if (!reader.ok()) return;
    if (length == 0) return;
    if (length >= 0xC0) {
      reader.u8();
      return;
    }
    total += 1 + length;
    if (length > dns::kLabelOctetsMax || total > dns::kNameOctetsMax) return reader.fail();
    reader.octets(length);
  }
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
QueryStatus parse_sections(WireReader& reader, dns::Octets request, Query& query) noexcept {
  const auto questions = reader.u16();
  const auto answers = reader.u16();
  const auto authorities = reader.u16();
  const auto additionals = reader.u16();
  if (questions == 1) {
    const auto name = dns::NameView::parse(request.subspan(dns::kHeaderOctets));
    if (!name) return QueryStatus::FormErr;
    query.name_octets = static_cast<std::uint16_t>(name->size());
    dns::lower_copy(reader.octets(name->size()), query.lower.data());
    query.qtype = reader.u16();
    query.qclass = reader.u16();
    if (!reader.ok()) return QueryStatus::FormErr;
  } else if (questions > 1 || additionals == 0) {  // none is good for a cookie only
    return QueryStatus::FormErr;
  }

  std::uint8_t version = 0;
  bool signed_request = false;
  const std::uint32_t before_additional = std::uint32_t{answers} + authorities;
  for (std::uint32_t i = 0; i < before_additional + additionals; ++i) {
    const bool root_owner = reader.left() > 0 && request[reader.offset()] == 0;
    skip_name(reader);
    const auto type = static_cast<RrType>(reader.u16());
    const auto rr_class = reader.u16();
    const auto ttl = reader.u32();
    const auto rdata = reader.octets(reader.u16());
    if (!reader.ok()) return QueryStatus::FormErr;
    if (i < before_additional) continue;
    if (signed_request) return QueryStatus::FormErr;  // TSIG stands last (RFC 8945 section 5.1)
    if (type == RrType::TSIG) signed_request = true;
    if (type != RrType::OPT) continue;
    if (query.edns || !root_owner) return QueryStatus::FormErr;
    query.edns = true;
    query.udp_octets = rr_class < 512 ? std::uint16_t{512} : rr_class;  // RFC 6891 section 6.2.3
    version = static_cast<std::uint8_t>(ttl >> 16);
    query.dnssec_ok = (ttl & 0x8000) != 0;
    // What options of later versions look like is not known (RFC 6891 section 6.1.3).
    if (version == 0 && !rdata.empty() && !parse_options(rdata, reader.offset() - rdata.size(), query))
      return QueryStatus::FormErr;
  }
  if (reader.left() != 0) return QueryStatus::FormErr;
  if (signed_request) return QueryStatus::NotAuth;
  if (version > 0) return QueryStatus::BadVersion;
  if (questions == 1) return QueryStatus::Ok;
  return query.cookie_octets > 0 && before_additional == 0 ? QueryStatus::CookieOnly : QueryStatus::FormErr;
}

}  // namespace

QueryStatus parse_query(dns::Octets request, Query& query) noexcept {
  if (request.size() < dns::kHeaderOctets || (request[2] & 0x80) != 0) return QueryStatus::Silent;
  WireReader reader{request};
  query.id = reader.u16();
  const auto flags = reader.u16();
  query.opcode = static_cast<dns::Opcode>(flags >> 11 & 15);
  query.recursion_desired = (flags & 0x0100) != 0;
  const auto status = parse_sections(reader, request, query);
  if (query.opcode == dns::Opcode::Query) return status;
  // Other opcodes may have another format. Where it is the common one, OPT is answered with OPT all the same.
  if (status == QueryStatus::FormErr) query.edns = false;
  return QueryStatus::NotImp;
}

}  // namespace torii::server
