#pragma once
/// Each kind of RDATA field as text. Used through presentation.hpp; the octets are those that for_each_field passed on.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "torii/dns/presentation_codec.hpp"
#include "torii/dns/rdata_fields.hpp"
#include "torii/dns/svc_params.hpp"

namespace torii::dns::detail {

inline void append_bitmap(std::string& out, Octets bitmap) {
  bool first = true;
  for (std::size_t at = 0; at < bitmap.size(); at += std::size_t{2} + bitmap[at + 1]) {
    const unsigned window = bitmap[at];
    for (unsigned bit = 0; bit < 8U * bitmap[at + 1]; ++bit) {
      if ((bitmap[at + 2 + bit / 8] & 0x80 >> bit % 8) == 0) continue;
      if (!first) out += ' ';
      first = false;
      append_type_mnemonic(out, static_cast<RrType>(window << 8 | bit));
    }
  }
}

inline void append_nxt_bitmap(std::string& out, Octets bitmap) {
  bool first = true;
  for (unsigned bit = 0; bit < 8U * bitmap.size(); ++bit) {
    if ((bitmap[bit / 8] & 0x80 >> bit % 8) == 0) continue;
    if (!first) out += ' ';
    first = false;
    append_type_mnemonic(out, static_cast<RrType>(bit));
  }
}

/// Certificate types that have a mnemonic. Source: RFC 4398 section 2.1.
struct CertTypeName {
  std::uint16_t number;
  std::string_view mnemonic;
};
inline constexpr auto kCertTypes = std::to_array<CertTypeName>({{1, "PKIX"},
                                                                {2, "SPKI"},
                                                                {3, "PGP"},
                                                                {4, "IPKIX"},
                                                                {5, "ISPKI"},
                                                                {6, "IPGP"},
                                                                {7, "ACPKIX"},
                                                                {8, "IACPKIX"},
                                                                {253, "URI"},
                                                                {254, "OID"}});

inline void append_cert_type(std::string& out, std::uint16_t number) {
  for (const auto& cert_type : kCertTypes) {
    if (cert_type.number != number) continue;
    out += cert_type.mnemonic;
    return;
  }
  append_number(out, number);
}

/// Degrees, minutes, seconds and the hemisphere. Source: RFC 1876 section 3.
inline void append_angle(std::string& out, std::uint32_t raw, char positive, char negative) {
  constexpr std::uint32_t kEquator = 0x8000'0000U;
  const std::uint32_t angle = raw >= kEquator ? raw - kEquator : kEquator - raw;  // thousandths of a second of arc
  append_number(out, angle / 3'600'000);
  out += ' ';
  append_number(out, angle / 60'000 % 60);
  out += ' ';
  append_number(out, angle / 1000 % 60);
  out += '.';
  append_padded(out, angle % 1000, 3);
  out += ' ';
  out += raw >= kEquator ? positive : negative;
}

inline void append_metres(std::string& out, std::uint64_t centimetres) {
  append_number(out, centimetres / 100);
  if (centimetres % 100 != 0) {
    out += '.';
    append_padded(out, centimetres % 100, 2);
  }
  out += 'm';
}

/// Returns: false for a size of zero times a power of ten, which text cannot tell from plain zero.
inline bool append_location(std::string& out, Octets loc) {
  append_angle(out, load_u32(loc.data() + 4), 'N', 'S');
  out += ' ';
  append_angle(out, load_u32(loc.data() + 8), 'E', 'W');
  constexpr std::uint32_t kSeaLevel = 10'000'000;  // RFC 1876 section 2: 100,000 m below the spheroid is zero
  const std::uint32_t altitude = load_u32(loc.data() + 12);
  out += altitude < kSeaLevel ? " -" : " ";
  append_metres(out, altitude < kSeaLevel ? kSeaLevel - altitude : altitude - kSeaLevel);
  for (std::size_t i = 1; i < 4; ++i) {
    const unsigned mantissa = loc[i] >> 4;
    if (mantissa == 0 && loc[i] != 0) return false;
    std::uint64_t centimetres = mantissa;
    for (unsigned power = loc[i] & 15U; power > 0; --power) centimetres *= 10;
    out += ' ';
    append_metres(out, centimetres);
  }
  return true;
}

/// Returns: false when an item's family is neither IPv4 nor IPv6.
inline bool append_prefixes(std::string& out, Octets apl) {
  for (std::size_t at = 0; at < apl.size();) {
    const std::uint16_t family = load_u16(apl.data() + at);
    const std::size_t length = apl[at + 3] & 0x7F;
    if (family != 1 && family != 2) return false;
    std::array<std::uint8_t, 16> address{};
    for (std::size_t i = 0; i < length; ++i) address[i] = apl[at + 4 + i];
    if (at > 0) out += ' ';
    if ((apl[at + 3] & 0x80) != 0) out += '!';
    out += family == 1 ? "1:" : "2:";
    family == 1 ? append_ipv4(out, address) : append_ipv6(out, address);
    out += '/';
    append_number(out, apl[at + 2]);
    at += 4 + length;
  }
  return true;
}

/// Returns: false when the bitmap ends with a zero octet, which text cannot express.
inline bool append_services(std::string& out, Octets services) {
  if (services.size() > 1 && services.back() == 0) return false;
  append_number(out, services[0]);
  const auto bitmap = services.subspan(1);
  for (std::size_t port = 0; port < 8 * bitmap.size(); ++port) {
    if ((bitmap[port / 8] & 0x80U >> port % 8) == 0) continue;
    out += ' ';
    append_number(out, port);
  }
  return true;
}

inline void append_gateway(std::string& out, std::uint8_t gateway_type, Octets gateway) {
  switch (gateway_type) {
    case kGatewayIpv4:
      append_ipv4(out, gateway);
      return;
    case kGatewayIpv6:
      append_ipv6(out, gateway);
      return;
    case kGatewayName:
      append_name_text(out, NameView::trusted(gateway.data(), gateway.size()));
      return;
    default:
      out += '.';
  }
}

inline void append_host_identity(std::string& out, Octets hip) {
  const std::size_t hit = hip[0];
  const std::size_t key = load_u16(hip.data() + 2);
  append_number(out, hip[1]);
  out += ' ';
  append_hex(out, hip.subspan(4, hit));
  out += ' ';
  append_base64(out, hip.subspan(4 + hit, key));
  for (std::size_t at = 4 + hit + key; at < hip.size();) {
    const auto server = NameView::parse(hip.subspan(at));
    out += ' ';
    append_name_text(out, *server);
    at += server->size();
  }
}

inline void append_strings(std::string& out, Octets strings) {
  for (std::size_t at = 0; at < strings.size(); at += std::size_t{1} + strings[at]) {
    if (at > 0) out += ' ';
    append_quoted(out, strings.subspan(at + 1, strings[at]));
  }
}

/// Appends one field, nothing for an absent one. Returns: false when text cannot express the value.
inline bool append_field(std::string& out, Field field, Octets octets) {
  switch (field) {
    case Field::CompressibleName:
    case Field::Name:
      append_name_text(out, NameView::trusted(octets.data(), octets.size()));
      break;
    case Field::U8:
    case Field::Algorithm:
    case Field::KeyProtocol:
      append_number(out, octets[0]);
      break;
    case Field::NotifyScheme:
      octets[0] == 1 ? static_cast<void>(out += "NOTIFY") : append_number(out, octets[0]);
      break;
    case Field::U16:
      append_number(out, load_u16(octets.data()));
      break;
    case Field::Type:
      append_type_mnemonic(out, static_cast<RrType>(load_u16(octets.data())));
      break;
    case Field::CertType:
      append_cert_type(out, load_u16(octets.data()));
      break;
    case Field::U32:
    case Field::Period:
      append_number(out, load_u32(octets.data()));
      break;
    case Field::Time:
      append_time(out, load_u32(octets.data()));
      break;
    case Field::Ipv4:
      append_ipv4(out, octets);
      break;
    case Field::Ipv6:
      append_ipv6(out, octets);
      break;
    case Field::CharString:
    case Field::OptionalCharString:
      if (!octets.empty()) append_quoted(out, octets.subspan(1));
      break;
    case Field::CharStrings:
      append_strings(out, octets);
      break;
    case Field::LongText:
    case Field::NonEmptyLongText:
      append_quoted(out, octets);
      break;
    case Field::Base64:
    case Field::OptionalBase64:
      append_base64(out, octets);
      break;
    case Field::Hex:
      append_hex(out, octets);
      break;
    case Field::Base32Hash:
      append_base32hex(out, octets.subspan(1));
      break;
    case Field::Salt:
      octets.size() == 1 ? static_cast<void>(out += '-') : append_hex(out, octets.subspan(1));
      break;
    case Field::TypeBitmap:
    case Field::NonEmptyTypeBitmap:
      append_bitmap(out, octets);
      break;
    case Field::NxtBitmap:
      append_nxt_bitmap(out, octets);
      break;
    case Field::Location:
      return append_location(out, octets);
    case Field::AddressPrefixes:
      return append_prefixes(out, octets);
    case Field::SvcParams:
      append_svc_params(out, octets);
      break;
    case Field::IpsecGateway:
      append_number(out, octets[0]);
      out += ' ';
      append_number(out, octets[1]);
      out += ' ';
      append_gateway(out, octets[0], octets.subspan(2));
      break;
    case Field::AmtRelay:
      out += (octets[0] & 0x80) != 0 ? "1 " : "0 ";
      append_number(out, octets[0] & 0x7FU);
      out += ' ';
      append_gateway(out, octets[0] & 0x7F, octets.subspan(1));
      break;
    case Field::HostIdentity:
      append_host_identity(out, octets);
      break;
    case Field::Services:
      return append_services(out, octets);
    case Field::Nsap:
      out += "0x";
      append_hex(out, octets);
      break;
    case Field::Eui48:
    case Field::Eui64:
      append_hex_groups(out, octets, 1, '-');
      break;
    case Field::Locator64:
      append_hex_groups(out, octets, 2, ':');
      break;
    case Field::CaaTag:
      for (const auto octet : octets.subspan(1)) out += static_cast<char>(octet);
      break;
    case Field::Opaque:
    case Field::End:
      return false;
  }
  return true;
}

}  // namespace torii::dns::detail
