#pragma once
/// How many octets each kind of RDATA field takes, and whether they are well formed. Used through rdata.hpp.
///
/// Each function returns null and sets `size`, or returns what is wrong. Nothing here reads past `rest`.
#include <algorithm>
#include <array>
#include <cstdint>

#include "torii/dns/name.hpp"
#include "torii/dns/rr_table.hpp"
#include "torii/dns/wire.hpp"

namespace torii::dns {

/// Gateway types of IPSECKEY (RFC 4025 section 2.3) and relay types of AMTRELAY (RFC 8777 section 4.2.3).
inline constexpr std::uint8_t kGatewayNone = 0;
inline constexpr std::uint8_t kGatewayIpv4 = 1;
inline constexpr std::uint8_t kGatewayIpv6 = 2;
inline constexpr std::uint8_t kGatewayName = 3;

/// SvcParamKeys with a format of their own. Source: RFC 9460 section 14.3.2, RFC 9461 section 5, RFC 9540 section 4.
enum class SvcParamKey : std::uint16_t {
  mandatory = 0,
  alpn = 1,
  no_default_alpn = 2,
  port = 3,
  ipv4hint = 4,
  ech = 5,
  ipv6hint = 6,
  dohpath = 7,
  ohttp = 8,
};

namespace detail {

constexpr const char* fixed(Octets rest, std::size_t wanted, std::size_t& size) noexcept {
  size = wanted;
  return rest.size() < wanted ? "RDATA is too short" : nullptr;
}

constexpr const char* measure_name(Octets rest, std::size_t& size) noexcept {
  const auto name = NameView::parse(rest);
  if (!name) return "malformed domain name in RDATA";
  size = name->size();
  return nullptr;
}

/// A length octet and that many octets.
constexpr const char* measure_counted(Octets rest, std::size_t& size) noexcept {
  if (rest.empty()) return "RDATA is too short";
  return fixed(rest, std::size_t{1} + rest[0], size);
}

/// RFC 4034 section 4.1.2: windows ascending, 1 to 32 octets each, no trailing zero octet.
constexpr const char* measure_bitmap(Octets rest, std::size_t& size) noexcept {
  int last_window = -1;
  for (std::size_t at = 0; at < rest.size();) {
    if (rest.size() - at < 2) return "type bitmap is cut short";
    const int window = rest[at];
    const std::size_t length = rest[at + 1];
    if (window <= last_window) return "type bitmap windows are not in ascending order";
    if (length < 1 || length > 32 || length > rest.size() - at - 2) return "bad window length in type bitmap";
    if (rest[at + 1 + length] == 0) return "type bitmap window ends with a zero octet";
    last_window = window;
    at += 2 + length;
  }
  size = rest.size();
  return nullptr;
}

/// RFC 1876 section 2: version 0, mantissas and exponents 0 to 9, coordinates on the globe.
constexpr const char* measure_location(Octets rest, std::size_t& size) noexcept {
  if (const char* fault = fixed(rest, 16, size)) return fault;
  if (rest[0] != 0) return "LOC version is not 0";
  for (std::size_t i = 1; i < 4; ++i)
    if ((rest[i] >> 4) > 9 || (rest[i] & 15) > 9) return "LOC size or precision has a digit above 9";
  constexpr std::uint32_t kEquator = 0x8000'0000U;
  constexpr std::uint32_t kRightAngle = 90U * 3600U * 1000U;  // thousandths of a second of arc
  const auto from_middle = [](std::uint32_t raw) { return raw >= kEquator ? raw - kEquator : kEquator - raw; };
  if (from_middle(load_u32(rest.data() + 4)) > kRightAngle) return "LOC latitude is beyond a pole";
  if (from_middle(load_u32(rest.data() + 8)) > 2 * kRightAngle) return "LOC longitude is beyond 180 degrees";
  return nullptr;
}

/// RFC 3123 section 4.
constexpr const char* measure_prefixes(Octets rest, std::size_t& size) noexcept {
  for (std::size_t at = 0; at < rest.size();) {
    if (rest.size() - at < 4) return "APL item is cut short";
    const std::uint16_t family = load_u16(rest.data() + at);
    const std::size_t length = rest[at + 3] & 0x7F;
    const unsigned prefix = rest[at + 2];
    if (length > rest.size() - at - 4) return "APL address is cut short";
    if (length > 0 && rest[at + 3 + length] == 0) return "APL address ends with a zero octet";
    if (family == 1 && (prefix > 32 || length > 4)) return "APL prefix too long for IPv4";
    if (family == 2 && (prefix > 128 || length > 16)) return "APL prefix too long for IPv6";
    at += 4 + length;
  }
  size = rest.size();
  return nullptr;
}

constexpr const char* svc_value_fault(SvcParamKey key, Octets value) noexcept {
  switch (key) {
    case SvcParamKey::mandatory:
      if (value.empty() || value.size() % 2 != 0) return "bad length of SvcParam mandatory";
      for (std::size_t i = 0; i < value.size(); i += 2) {
        if (load_u16(value.data() + i) == 0) return "SvcParam mandatory lists itself";
        if (i > 0 && load_u16(value.data() + i) <= load_u16(value.data() + i - 2))
          return "SvcParam mandatory is not in ascending order";
      }
      return nullptr;
    case SvcParamKey::alpn:
      if (value.empty()) return "SvcParam alpn is empty";
      for (std::size_t at = 0; at < value.size(); at += std::size_t{1} + value[at])
        if (value[at] == 0 || value[at] > value.size() - at - 1) return "malformed protocol in SvcParam alpn";
      return nullptr;
    case SvcParamKey::no_default_alpn:
    case SvcParamKey::ohttp:
      return value.empty() ? nullptr : "SvcParam that takes no value has one";
    case SvcParamKey::port:
      return value.size() == 2 ? nullptr : "SvcParam port is not 16 bits";
    case SvcParamKey::ipv4hint:
      return !value.empty() && value.size() % 4 == 0 ? nullptr : "bad length of SvcParam ipv4hint";
    case SvcParamKey::ipv6hint:
      return !value.empty() && value.size() % 16 == 0 ? nullptr : "bad length of SvcParam ipv6hint";
    case SvcParamKey::ech:
    case SvcParamKey::dohpath:
      return value.empty() ? "SvcParam that takes a value has none" : nullptr;
  }
  return nullptr;
}

/// True when the parameters contain `key`; they are known to be well formed up to their lengths.
constexpr bool has_svc_param(Octets params, std::uint16_t key) noexcept {
  for (std::size_t at = 0; at < params.size(); at += std::size_t{4} + load_u16(params.data() + at + 2))
    if (load_u16(params.data() + at) == key) return true;
  return false;
}

/// RFC 9460 section 2.2 (strictly ascending keys) and section 8 (what is mandatory is there).
constexpr const char* measure_svc_params(Octets rest, std::size_t& size) noexcept {
  int last_key = -1;
  for (std::size_t at = 0; at < rest.size();) {
    if (rest.size() - at < 4) return "SvcParam is cut short";
    const int key = load_u16(rest.data() + at);
    const std::size_t length = load_u16(rest.data() + at + 2);
    if (length > rest.size() - at - 4) return "SvcParam value is cut short";
    if (key <= last_key) return "SvcParamKeys are not in strictly ascending order";
    if (const char* fault = svc_value_fault(static_cast<SvcParamKey>(key), rest.subspan(at + 4, length))) return fault;
    last_key = key;
    at += 4 + length;
  }
  size = rest.size();
  if (!rest.empty() && load_u16(rest.data()) == 0)
    for (std::size_t i = 0; i < load_u16(rest.data() + 2); i += 2)
      if (!has_svc_param(rest, load_u16(rest.data() + 4 + i))) return "a SvcParam listed in mandatory is missing";
  return nullptr;
}

/// What a gateway of this type takes: nothing, an address, or a name.
constexpr const char* measure_gateway(std::uint8_t gateway_type, Octets rest, std::size_t& size) noexcept {
  switch (gateway_type) {
    case kGatewayNone:
      size = 0;
      return nullptr;
    case kGatewayIpv4:
      return fixed(rest, 4, size);
    case kGatewayIpv6:
      return fixed(rest, 16, size);
    case kGatewayName:
      return measure_name(rest, size);
    default:
      return "unknown gateway or relay type (known are 0 to 3)";
  }
}

/// `header` octets, the first of which holds the gateway type, then the gateway.
constexpr const char* measure_gateway_after(Octets rest, std::size_t header, std::size_t& size) noexcept {
  if (const char* fault = fixed(rest, header, size)) return fault;
  const auto gateway_type = header == 1 ? static_cast<std::uint8_t>(rest[0] & 0x7F) : rest[0];
  if (const char* fault = measure_gateway(gateway_type, rest.subspan(header), size)) return fault;
  size += header;
  return nullptr;
}

/// RFC 8005 section 5: HIT length, algorithm, key length, HIT, key, rendezvous servers.
constexpr const char* measure_host_identity(Octets rest, std::size_t& size) noexcept {
  if (const char* fault = fixed(rest, 4, size)) return fault;
  const std::size_t hit = rest[0];
  const std::size_t key = load_u16(rest.data() + 2);
  if (hit == 0 || key == 0) return "HIP without a HIT or without a key";
  if (hit + key > rest.size() - 4) return "HIP is cut short";
  for (std::size_t at = 4 + hit + key; at < rest.size(); at += size)
    if (const char* fault = measure_name(rest.subspan(at), size)) return fault;
  size = rest.size();
  return nullptr;
}

constexpr const char* measure_caa_tag(Octets rest, std::size_t& size) noexcept {
  if (const char* fault = measure_counted(rest, size)) return fault;
  if (size == 1) return "CAA tag is empty";
  const auto is_alnum = [](std::uint8_t c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
  };
  for (std::size_t i = 1; i < size; ++i)
    if (!is_alnum(rest[i])) return "CAA tag has a character that is neither letter nor digit";
  return nullptr;
}

constexpr const char* measure_strings(Octets rest, std::size_t& size) noexcept {
  if (rest.empty()) return "no character-string";
  for (std::size_t at = 0; at < rest.size(); at += std::size_t{1} + rest[at])
    if (rest[at] > rest.size() - at - 1) return "character-string is cut short";
  size = rest.size();
  return nullptr;
}

constexpr const char* measure_rest(Octets rest, std::size_t min, std::size_t max, std::size_t& size) noexcept {
  size = rest.size();
  if (size < min) return "RDATA is too short";
  return size > max ? "RDATA is too long" : nullptr;
}

constexpr std::size_t kAnySize = 65535;

constexpr const char* measure_field(Field field, Octets rest, std::size_t& size) noexcept {
  switch (field) {
    case Field::CompressibleName:
    case Field::Name:
      return measure_name(rest, size);
    case Field::U8:
    case Field::Algorithm:
    case Field::KeyProtocol:
    case Field::NotifyScheme:
      return fixed(rest, 1, size);
    case Field::U16:
    case Field::Type:
    case Field::CertType:
      return fixed(rest, 2, size);
    case Field::U32:
    case Field::Period:
    case Field::Time:
    case Field::Ipv4:
      return fixed(rest, 4, size);
    case Field::Ipv6:
      return fixed(rest, 16, size);
    case Field::Eui48:
      return fixed(rest, 6, size);
    case Field::Eui64:
    case Field::Locator64:
      return fixed(rest, 8, size);
    case Field::OptionalCharString:
      if (rest.empty()) return fixed(rest, 0, size);
      return measure_counted(rest, size);
    case Field::Base32Hash:
      if (!rest.empty() && rest[0] == 0) return "hash is empty";
      return measure_counted(rest, size);
    case Field::CharString:
    case Field::Salt:
      return measure_counted(rest, size);
    case Field::CharStrings:
      return measure_strings(rest, size);
    case Field::LongText:
    case Field::OptionalBase64:
    case Field::Opaque:
      return measure_rest(rest, 0, kAnySize, size);
    case Field::NonEmptyLongText:
    case Field::Base64:
    case Field::Hex:
    case Field::Nsap:
      return measure_rest(rest, 1, kAnySize, size);
    case Field::Services:
      return measure_rest(rest, 1, 1 + 8192, size);
    case Field::NonEmptyTypeBitmap:
      if (rest.empty()) return "type bitmap is empty";
      return measure_bitmap(rest, size);
    case Field::TypeBitmap:
      return measure_bitmap(rest, size);
    case Field::NxtBitmap:
      if (!rest.empty() && ((rest[0] & 0x80) != 0 || rest.back() == 0)) return "malformed NXT type bitmap";
      return measure_rest(rest, 0, 16, size);
    case Field::Location:
      return measure_location(rest, size);
    case Field::AddressPrefixes:
      return measure_prefixes(rest, size);
    case Field::SvcParams:
      return measure_svc_params(rest, size);
    case Field::IpsecGateway:
      return measure_gateway_after(rest, 2, size);
    case Field::AmtRelay:
      return measure_gateway_after(rest, 1, size);
    case Field::HostIdentity:
      return measure_host_identity(rest, size);
    case Field::CaaTag:
      return measure_caa_tag(rest, size);
    case Field::End:
      break;
  }
  return fixed(rest, 0, size);
}

/// Digest lengths that the algorithm fixes. `rdata` has the form of its type.
/// Source: RFC 4034 section 5.1.4, RFC 4509, RFC 6605 (DS); RFC 4255, RFC 6594 (SSHFP); RFC 8976 section 2.2.4
/// (ZONEMD).
constexpr const char* digest_fault(RrType type, Octets rdata) noexcept {
  struct Rule {
    std::uint16_t type;
    std::uint8_t algorithm_at;
    std::uint8_t digest_at;
    std::uint8_t algorithm;
    std::uint8_t octets;
  };
  constexpr std::array<Rule, 16> kRules{{
      {43, 3, 4, 1, 20},
      {43, 3, 4, 2, 32},
      {43, 3, 4, 4, 48},
      {59, 3, 4, 1, 20},
      {59, 3, 4, 2, 32},
      {59, 3, 4, 4, 48},
      {44, 1, 2, 1, 20},
      {44, 1, 2, 2, 32},
      {63, 5, 6, 1, 48},
      {63, 5, 6, 2, 64},
      {32768, 3, 4, 1, 20},
      {32768, 3, 4, 2, 32},
      {32768, 3, 4, 4, 48},
      {32769, 3, 4, 1, 20},
      {32769, 3, 4, 2, 32},
      {32769, 3, 4, 4, 48},
  }};
  for (const auto& rule : kRules)
    if (rule.type == static_cast<std::uint16_t>(type) && rdata[rule.algorithm_at] == rule.algorithm &&
        rdata.size() - rule.digest_at != rule.octets)
      return "digest has not the length that its type fixes";
  if (type == RrType::ZONEMD && rdata.size() < 6 + 12) return "ZONEMD digest is shorter than 12 octets";
  return nullptr;
}

}  // namespace detail

}  // namespace torii::dns
