#include "zonec/model/rdata.hpp"

namespace torii::zonec {
namespace {

std::optional<dns::NameView> read_name(dns::WireReader& reader, dns::Octets rdata) noexcept {
  const auto name = dns::NameView::parse(rdata.subspan(reader.offset()));
  if (name) static_cast<void>(reader.octets(name->size()));
  return name;
}

}  // namespace

std::optional<Rrsig> Rrsig::parse(dns::Octets rdata) noexcept {
  dns::WireReader reader{rdata};
  Rrsig out;
  out.covered = dns::RrType{reader.u16()};
  out.algorithm = reader.u8();
  out.labels = reader.u8();
  out.original_ttl = reader.u32();
  out.expiration = reader.u32();
  out.inception = reader.u32();
  out.key_tag = reader.u16();
  if (!reader.ok()) return std::nullopt;
  const auto signer = read_name(reader, rdata);
  if (!signer) return std::nullopt;
  out.signer = *signer;
  out.signature = reader.rest();
  return out;
}

std::optional<Dnskey> Dnskey::parse(dns::Octets rdata) noexcept {
  dns::WireReader reader{rdata};
  Dnskey out;
  out.flags = reader.u16();
  out.protocol = reader.u8();
  out.algorithm = reader.u8();
  if (!reader.ok()) return std::nullopt;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < rdata.size(); ++i) sum += (i & 1U) != 0 ? rdata[i] : std::uint32_t{rdata[i]} << 8U;
  sum += sum >> 16U;
  out.tag = static_cast<std::uint16_t>(sum);
  return out;
}

std::optional<Nsec> Nsec::parse(dns::Octets rdata) noexcept {
  const auto next = dns::NameView::parse(rdata);
  if (!next) return std::nullopt;
  return Nsec{*next, rdata.subspan(next->size())};
}

std::optional<Nsec3> Nsec3::parse(dns::Octets rdata) noexcept {
  dns::WireReader reader{rdata};
  Nsec3 out;
  out.algorithm = reader.u8();
  out.flags = reader.u8();
  out.iterations = reader.u16();
  out.salt = reader.octets(reader.u8());
  out.next = reader.octets(reader.u8());
  out.bitmap = reader.rest();
  if (!reader.ok() || out.next.empty()) return std::nullopt;
  return out;
}

std::optional<Nsec3> Nsec3::parse_param(dns::Octets rdata) noexcept {
  dns::WireReader reader{rdata};
  Nsec3 out;
  out.algorithm = reader.u8();
  out.flags = reader.u8();
  out.iterations = reader.u16();
  out.salt = reader.octets(reader.u8());
  if (!reader.ok() || reader.left() != 0) return std::nullopt;
  return out;
}

std::optional<Soa> Soa::parse(dns::Octets rdata) noexcept {
  dns::WireReader reader{rdata};
  const auto primary = read_name(reader, rdata);
  if (!primary) return std::nullopt;
  const auto mailbox = read_name(reader, rdata);
  if (!mailbox) return std::nullopt;
  Soa out{*primary, *mailbox, dns::Serial{reader.u32()}, 0};
  static_cast<void>(reader.octets(12));  // refresh, retry, expire
  out.minimum = reader.u32();
  if (!reader.ok() || reader.left() != 0) return std::nullopt;
  return out;
}

bool is_readable(dns::RrType type, dns::Octets rdata) noexcept {
  using dns::RrType;
  switch (type) {
    case RrType::SOA:
      return Soa::parse(rdata).has_value();
    case RrType::RRSIG:
      return Rrsig::parse(rdata).has_value();
    case RrType::DNSKEY:
      return Dnskey::parse(rdata).has_value();
    case RrType::NSEC:
      return Nsec::parse(rdata).has_value();
    case RrType::NSEC3:
      return Nsec3::parse(rdata).has_value();
    case RrType::NSEC3PARAM:
      return Nsec3::parse_param(rdata).has_value();
    default:
      return true;
  }
}

}  // namespace torii::zonec
