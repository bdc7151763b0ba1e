#pragma once
/// RDATA on the wire: where its fields are, whether it is well formed, and which names it holds.
///
/// All of it is read off the table in rr_table.hpp by one walk, `for_each_field`. RDATA here is uncompressed; the
/// octets of a type that the table does not know are one opaque field (RFC 3597).
#include <algorithm>
#include <cstring>

#include "torii/dns/name.hpp"
#include "torii/dns/rdata_fields.hpp"
#include "torii/dns/rr_table.hpp"

namespace torii::dns {

/// Calls `visit(Field, std::size_t offset, Octets)` for each field in order, each with exactly its octets, already
/// checked for form. Optional fields that are absent are visited with no octets.
/// Returns: null when the RDATA is well formed; otherwise what is wrong with it, and the fields before that place
/// have been visited.
template <class Visit>
constexpr const char* for_each_field(RrType type, Octets rdata, Visit&& visit) {
  const auto* info = find_type_info(type);
  if (info == nullptr) {
    visit(Field::Opaque, std::size_t{0}, rdata);
    return nullptr;
  }
  std::size_t at = 0;
  for (const Field field : info->fields) {
    if (field == Field::End) break;
    const auto rest = rdata.subspan(at);
    std::size_t size = 0;
    if (const char* fault = detail::measure_field(field, rest, size)) return fault;
    visit(field, at, rest.first(size));
    at += size;
  }
  return at == rdata.size() ? nullptr : "octets follow the last field";
}

/// What is wrong with the RDATA, as text for a message; null when it is well formed.
/// Beyond the form of each field: a digest has the length that its algorithm gives (DS, CDS, ZONEMD, SSHFP).
constexpr const char* rdata_fault(RrType type, Octets rdata) noexcept {
  if (rdata.size() > 65535) return "RDATA is longer than 65535 octets";
  if (const char* fault = for_each_field(type, rdata, [](Field, std::size_t, Octets) {})) return fault;
  return detail::digest_fault(type, rdata);
}
constexpr bool check_rdata(RrType type, Octets rdata) noexcept { return rdata_fault(type, rdata) == nullptr; }

/// Calls `visit(std::size_t offset, NameView, bool compressible)` for each name in the RDATA, in order.
/// Compressible are the names of RFC 1035 types only (RFC 3597 section 4).
/// Returns: false when the RDATA is malformed; names before the malformed place have been visited.
template <class Visit>
constexpr bool for_each_rdata_name(RrType type, Octets rdata, Visit&& visit) {
  const auto each = [&](Field field, std::size_t offset, Octets octets) {
    switch (field) {
      case Field::Name:
      case Field::CompressibleName:
        visit(offset, NameView::trusted(octets.data(), octets.size()), field == Field::CompressibleName);
        break;
      case Field::IpsecGateway:
        if (octets[0] == kGatewayName)
          visit(offset + 2, NameView::trusted(octets.data() + 2, octets.size() - 2), false);
        break;
      case Field::AmtRelay:
        if ((octets[0] & 0x7F) == kGatewayName)
          visit(offset + 1, NameView::trusted(octets.data() + 1, octets.size() - 1), false);
        break;
      case Field::HostIdentity:
        for (std::size_t at = std::size_t{4} + octets[0] + load_u16(octets.data() + 2); at < octets.size();) {
          const auto name = NameView::parse(octets.subspan(at));
          visit(offset + at, *name, false);
          at += name->size();
        }
        break;
      default:
        break;
    }
  };
  return for_each_field(type, rdata, each) == nullptr;
}

/// True when the canonical form of this type's RDATA has its names in lower case; otherwise it is the RDATA itself.
/// Source: RFC 4034 section 6.2 as amended by RFC 6840 section 5.1 (RRSIG yes, NSEC no).
constexpr bool has_lower_case_form(RrType type) noexcept {
  const auto* info = find_type_info(type);
  return info != nullptr && info->lower_names;
}

/// Writes the canonical form of `rdata` to `out`, which has at least `rdata.size()` octets; it may be `rdata` itself.
/// The length stays the same. RDATA that is malformed is copied as it is. Source: RFC 4034 section 6.2.
inline void canonical_rdata(RrType type, Octets rdata, std::uint8_t* out) {
  if (!rdata.empty()) std::memmove(out, rdata.data(), rdata.size());
  if (!has_lower_case_form(type) || !check_rdata(type, rdata)) return;
  static_cast<void>(for_each_rdata_name(type, rdata, [&](std::size_t offset, NameView name, bool) {
    for (std::size_t i = 0; i < name.size(); ++i) out[offset + i] = to_lower(name.data()[i]);
  }));
}

/// Order of two RDATAs that are in canonical form. Source: RFC 4034 section 6.3.
constexpr bool canonical_rdata_less(Octets a, Octets b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace torii::dns
