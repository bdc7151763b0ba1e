#pragma once
/// The zone model: one zone's records as sorted, deduplicated RRsets at classified owners.
///
/// Built once by `ZoneBuilder` (build.hpp) from scanned records, then never changed. Everything after it (checks,
/// answer layout, dump) reads it. Owners stand in canonical order (RFC 4034 section 6.1) and include the empty
/// non-terminals, so that an owner's descendants follow it directly, and a binary search finds any name.
/// Names of owners are lower case; names inside RDATA keep their case. RDATA within an RRset is in canonical order
/// (RFC 4034 section 6.3) without duplicates. A registry's zone has tens of millions of owners, so the structures are
/// small, and an NS RRset that many delegations have is kept once (HostSet). RRSIGs are not an RRset of their own: each
/// stands with the RRset it covers, or, when there is none, with `Owner::strays`.
#include <algorithm>
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
/// Index into nothing.
inline constexpr std::uint32_t kNone = 0xFFFF'FFFF;

/// A Location in eight octets: file in 18 bits, column in 14, both saturating.
struct Place {
  std::uint32_t line{};
  std::uint32_t file_column{};
  constexpr Place() noexcept = default;
  constexpr explicit Place(Location where) noexcept
      : line{where.line}, file_column{std::min(where.file, 0x3FFFFU) << 14U | std::min(where.column, 0x3FFFU)} {}
  constexpr operator Location() const noexcept { return {file_column >> 14U, line, file_column & 0x3FFFU}; }  // NOLINT
};

/// RRSIGs that cover one RRset, or none that is here. Such sets stand apart, as in an unsigned zone there are none.
struct SignatureSet {
  std::uint32_t first_rdata{};  // into Zone::rdata
  std::uint32_t count{};
  std::uint32_t ttl{};  // seconds; the lowest
  Place where;          // of the first record
};

struct RRset {
  std::uint32_t ttl{};          // seconds; the lowest of the records' (RFC 2181 section 5.2)
  std::uint32_t first_rdata{};  // into Zone::rdata
  std::uint32_t rdata_count{};
  std::uint32_t signatures = kNone;  // into Zone::signature_sets
  Place where;                       // of the first record
  dns::RrType type{};
  [[nodiscard]] bool is_signed() const noexcept { return signatures != kNone; }
};
static_assert(sizeof(RRset) == 28);

/// An NS RRset that whole runs of delegations share: its RDATA stands once in Zone::rdata. No owner that has it is at
/// or above one of its hosts.
struct HostSet {
  std::uint32_t first_rdata{};
  std::uint32_t count{};
  std::uint32_t users{};  // owners that have it
  bool all_unrelated{};   // no host is at or below the apex
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
  std::uint32_t first_rrset{};      // into Zone::rrsets, ascending type
  OwnerIndex cut = kNoOwner;        // BelowCut: the topmost cut above; BelowDname: the DNAME's owner
  std::uint32_t strays = kNone;     // RRSIGs that cover no RRset present here, into Zone::signature_sets
  std::uint16_t rrset_count{};
  std::uint8_t name_size{};
  OwnerKind kind : 6 {};
  bool has_dname : 1 {};
  bool has_cname : 1 {};
  [[nodiscard]] dns::NameView name() const noexcept { return dns::NameView::trusted(name_data, name_size); }
};
static_assert(sizeof(Owner) == 24);

enum class DenialKind : std::uint8_t { None, Nsec, Nsec3 };

class Zone {
 public:
  dns::Name apex;                   // lower case
  std::vector<Owner> owners;        // canonical order; [0] is the apex; NSEC3 owners stand in `nsec3_owners` instead
  std::vector<Owner> nsec3_owners;  // by owner name, that is by hash
  std::vector<RRset> rrsets;
  std::vector<dns::Octets> rdata;  // the host sets' first, set by set
  std::vector<SignatureSet> signature_sets;
  std::vector<HostSet> host_sets;          // ascending first_rdata
  std::vector<std::uint32_t> host_set_at;  // by index into rdata: the host set it belongs to
  std::vector<OwnerIndex> cyclic;          // cuts that only sibling glue leads to (delegation.hpp), ascending
  std::vector<OwnerIndex> unreachable;     // cuts that nothing leads to (delegation.hpp), ascending
  dns::Serial serial{};
  std::uint32_t negative_ttl{};  // min(SOA TTL, SOA MINIMUM), RFC 2308 section 3
  bool is_signed{};              // has a DNSKEY RRset at the apex
  DenialKind denial = DenialKind::None;
  std::uint16_t nsec3_iterations{};
  std::vector<std::uint8_t> nsec3_salt;
  std::uint64_t record_count{};  // as served and dumped: after dropping duplicates, RRSIGs included
  std::uint64_t delegation_count{};
  std::uint64_t mixed_ttls{};  // RRsets, and sets of RRSIGs, whose records had several TTLs in the input

  [[nodiscard]] OwnerIndex find(dns::NameView name) const noexcept;  // kNoOwner when absent
  /// Last owner at or before `name` in canonical order; `name` must be at or below the apex.
  [[nodiscard]] OwnerIndex find_at_or_before(dns::NameView name) const noexcept;
  /// The same, for a name at or after the owner `from`: quick when it is near.
  [[nodiscard]] OwnerIndex find_at_or_before(dns::NameView name, OwnerIndex from) const noexcept;
  [[nodiscard]] const RRset* find_rrset(const Owner& owner, dns::RrType type) const noexcept;
  [[nodiscard]] std::span<const RRset> rrsets_of(const Owner& owner) const noexcept {
    return std::span{rrsets}.subspan(owner.first_rrset, owner.rrset_count);
  }
  [[nodiscard]] std::span<const dns::Octets> rdata_of(const RRset& set) const noexcept {
    return std::span{rdata}.subspan(set.first_rdata, set.rdata_count);
  }
  [[nodiscard]] std::span<const dns::Octets> rdata_of(const SignatureSet& set) const noexcept {
    return std::span{rdata}.subspan(set.first_rdata, set.count);
  }
  /// Empty when there are none.
  [[nodiscard]] std::span<const dns::Octets> signatures_of(const RRset& set) const noexcept {
    return set.is_signed() ? rdata_of(signature_sets[set.signatures]) : std::span<const dns::Octets>{};
  }
  /// 0 when there are none.
  [[nodiscard]] std::uint32_t signature_ttl(const RRset& set) const noexcept {
    return set.is_signed() ? signature_sets[set.signatures].ttl : 0;
  }
  /// RRSIGs at `owner` that cover no RRset there.
  [[nodiscard]] std::span<const dns::Octets> strays_of(const Owner& owner) const noexcept {
    return owner.strays != kNone ? rdata_of(signature_sets[owner.strays]) : std::span<const dns::Octets>{};
  }
  [[nodiscard]] std::uint32_t stray_ttl(const Owner& owner) const noexcept {
    return owner.strays != kNone ? signature_sets[owner.strays].ttl : 0;
  }
  /// The host set that `ns` is, or kNone.
  [[nodiscard]] std::uint32_t host_set_of(const RRset& ns) const noexcept {
    return ns.first_rdata < host_set_at.size() && ns.type == dns::RrType::NS ? host_set_at[ns.first_rdata] : kNone;
  }
  [[nodiscard]] bool is_cyclic(OwnerIndex cut) const noexcept {
    return !cyclic.empty() && std::binary_search(cyclic.begin(), cyclic.end(), cut);
  }
  [[nodiscard]] bool is_unreachable(OwnerIndex cut) const noexcept {
    return !unreachable.empty() && std::binary_search(unreachable.begin(), unreachable.end(), cut);
  }
  /// Place of the first record of `owner`, which is one of this zone's; for an empty non-terminal, of the first name
  /// below it.
  [[nodiscard]] Location where(const Owner& owner) const noexcept;

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
