#pragma once
/// The zone model: one zone's records as sorted, deduplicated RRsets at classified owners.
///
/// Built once by `ZoneBuilder` (build.hpp) from scanned records, then never changed. Everything after it (checks,
/// answer layout, dump) reads it. Owners stand in canonical order (RFC 4034 section 6.1) and include the empty
/// non-terminals, so that an owner's descendants follow it directly, and a binary search finds any name.
/// Names of owners are lower case; names inside RDATA keep their case. RDATA within an RRset is in canonical order
/// (RFC 4034 section 6.3) without duplicates. RRSIGs are not an RRset of their own: each stands with the RRset it
/// covers, or, when there is none, with `Owner::stray_signatures`.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

using OwnerIndex = std::uint32_t;
inline constexpr OwnerIndex kNoOwner = 0xFFFF'FFFF;

struct RRset {
  dns::RrType type{};
  std::uint32_t ttl{};            // seconds; the lowest of the records' (RFC 2181 section 5.2)
  std::uint32_t first_rdata{};    // into Zone::rdata
  std::uint32_t rdata_count{};
  std::uint32_t first_signature{};  // RRSIG RDATA covering this type, into Zone::rdata
  std::uint32_t signature_count{};
  std::uint32_t signature_ttl{};    // seconds
  Location where;                   // of the first record
};

enum class OwnerKind : std::uint8_t {
  Authoritative,     // the apex, and every name that has data of ours
  EmptyNonTerminal,  // exists only because names below it do (RFC 4592 section 2.2.2); still authoritative
  Cut,               // a delegation: NS below the apex
  BelowCut,          // at or below another cut: glue, or occluded
  BelowDname,        // below a DNAME: occluded (RFC 6672 section 2.4)
  Nsec3,             // owner of NSEC3 records only; not a name of the zone's tree (RFC 5155 section 7.2.8)
};

struct Owner {
  const std::uint8_t* name_data{};  // lower case wire name
  std::uint8_t name_size{};
  OwnerKind kind{};
  bool has_dname{};
  bool has_cname{};
  std::uint32_t first_rrset{};  // into Zone::rrsets, ascending type
  std::uint32_t rrset_count{};
  OwnerIndex cut = kNoOwner;    // BelowCut: the topmost cut above; BelowDname: the DNAME's owner
  std::uint32_t first_stray{};  // RRSIGs that cover no RRset present here, into Zone::rdata
  std::uint32_t stray_count{};
  std::uint32_t stray_ttl{};    // seconds
  Location where;               // of the first record; for an empty non-terminal, of the first name below it
  [[nodiscard]] dns::NameView name() const noexcept { return dns::NameView::trusted(name_data, name_size); }
};

enum class DenialKind : std::uint8_t { None, Nsec, Nsec3 };

class Zone {
 public:
  dns::Name apex;                 // lower case
  std::vector<Owner> owners;      // canonical order; [0] is the apex; NSEC3 owners stand in `nsec3_owners` instead
  std::vector<Owner> nsec3_owners;  // by owner name, that is by hash
  std::vector<RRset> rrsets;
  std::vector<dns::Octets> rdata;
  dns::Serial serial{};
  std::uint32_t negative_ttl{};   // min(SOA TTL, SOA MINIMUM), RFC 2308 section 3
  bool is_signed{};               // has a DNSKEY RRset at the apex
  DenialKind denial = DenialKind::None;
  std::uint16_t nsec3_iterations{};
  std::vector<std::uint8_t> nsec3_salt;
  std::uint64_t record_count{};     // as served and dumped: after dropping duplicates, RRSIGs included
  std::uint64_t delegation_count{};

  [[nodiscard]] OwnerIndex find(dns::NameView name) const noexcept;  // kNoOwner when absent
  /// Last owner at or before `name` in canonical order; `name` must be at or below the apex.
  [[nodiscard]] OwnerIndex find_at_or_before(dns::NameView name) const noexcept;
  [[nodiscard]] const RRset* find_rrset(const Owner& owner, dns::RrType type) const noexcept;
  [[nodiscard]] std::span<const RRset> rrsets_of(const Owner& owner) const noexcept {
    return std::span{rrsets}.subspan(owner.first_rrset, owner.rrset_count);
  }
  [[nodiscard]] std::span<const dns::Octets> rdata_of(const RRset& set) const noexcept {
    return std::span{rdata}.subspan(set.first_rdata, set.rdata_count);
  }
  [[nodiscard]] std::span<const dns::Octets> signatures_of(const RRset& set) const noexcept {
    return std::span{rdata}.subspan(set.first_signature, set.signature_count);
  }
  [[nodiscard]] std::span<const dns::Octets> strays_of(const Owner& owner) const noexcept {
    return std::span{rdata}.subspan(owner.first_stray, owner.stray_count);
  }

  // Backing store of every view above; moved along with the zone, never copied.
  std::vector<std::vector<std::uint8_t>> arenas;
  Zone() = default;
  Zone(Zone&&) noexcept = default;
  Zone& operator=(Zone&&) noexcept = default;
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() = default;
};

}  // namespace torii::zonec
