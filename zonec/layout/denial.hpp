#pragma once
/// The records that deny: which NSEC or NSEC3 of the zone proves what, found once at compile time.
/// Source: RFC 4035 section 3.1.3, RFC 5155 section 7.2.
#include "zonec/layout/block.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// Links of the zone's chain that go with a name; null where the zone has none (or is unsigned).
struct DenialProof {
  const Owner* denial = nullptr;    // matches the name; or covers it (an empty non-terminal under NSEC); or, with
                                    // `encloser`, covers the next closer name
  const Owner* encloser = nullptr;  // NSEC3 opt-out without a match: the closest provable encloser
};

/// Where the hash of a name falls in the zone's NSEC3 chain: the link with that hash, or else the one before it.
struct Nsec3Place {
  const Owner* link = nullptr;  // null when there is no chain
  bool matches = false;
};
[[nodiscard]] Nsec3Place find_nsec3(const Zone& zone, dns::NameView name);

/// Proof of what is not at `owner`: no DS at a cut, no such type elsewhere.
[[nodiscard]] DenialProof prove_no_type(const Zone& zone, OwnerIndex owner);
[[nodiscard]] inline DenialProof prove_no_ds(const Zone& zone, OwnerIndex cut) { return prove_no_type(zone, cut); }

/// The link that covers `name`, which does not exist.
[[nodiscard]] const Owner* find_cover(const Zone& zone, dns::NameView name);

/// The chain's own RRset at `link`: NSEC or NSEC3.
[[nodiscard]] const RRset* chain_rrset(const Zone& zone, const Owner& link);

/// That RRset with its signatures. The owner is a mark to kBaseOwner, as everywhere: the writer spells it where needed.
[[nodiscard]] LaidOutBlock lay_out_chain_link(const Zone& zone, const Owner& link);

/// Octets that spelling the owner of `link` costs beyond a pointer, in a response whose QNAME is at or below `known`:
/// 0 when the owner is `known` or the apex.
[[nodiscard]] std::size_t spelled_owner_octets(const Zone& zone, const Owner& link, dns::NameView known);

}  // namespace torii::zonec
