#pragma once
/// A referral laid out the way the server sends it, before it is written into the image. The size rules read their
/// octets off this very layout.
#include <cstdint>
#include <vector>

#include "zonec/layout/block.hpp"
#include "zonec/model/delegation.hpp"

namespace torii::zonec {

/// One glue RRset on the ladder: the referral may end before it or after it, never inside.
struct GlueStep {
  std::uint32_t octets{};            // of the address RRset
  std::uint32_t signature_octets{};  // of its RRSIGs (authoritative sibling hosts in a signed zone), else 0
  std::uint16_t records{};
  std::uint16_t signature_records{};
  bool required{};  // RFC 9471 section 3.1: in-domain (or cyclic) glue, TC=1 when left out
  HostRelation relation{};
  dns::RrType type{};    // A or AAAA
  std::uint16_t host{};  // index into Delegation::hosts
};

/// The parts of a referral in sending order. Message size for a QNAME of q octets without OPT:
/// 12 + (q + 4) + ns_octets + (with DO in a signed zone) proof_octets + glue up to a step.
/// Source: RFC 1035 section 4.1, RFC 4035 section 3.1.4, RFC 5155 section 7.2.7, RFC 9471 section 3.
struct ReferralSizes {
  std::uint32_t ns_octets{};
  std::uint16_t ns_records{};
  std::uint32_t proof_octets{};  // DS + RRSIG, or the NSEC / NSEC3 records that prove there is none; 0 unsigned
  std::uint16_t proof_records{};
  std::vector<GlueStep> steps;
};

/// The octets themselves. `glue` starts anew at position 0; marks to kBaseSelf count from the start of `ns`.
struct LaidOutReferral {
  std::vector<std::uint8_t> ns;
  std::vector<std::uint16_t> ns_relocations;
  std::uint16_t ns_records{};
  std::vector<std::uint8_t> glue;
  std::vector<std::uint16_t> glue_relocations;
  std::vector<GlueStep> steps;
  bool incomplete{};  // required glue beyond 65,535 octets was left out: always TC=1
};

/// Lays out the NS RRset at `delegation.owner` and its glue ladder. For the apex no glue is required.
/// RRsets that no message of 65,535 octets could hold in addition are left off the ladder's end.
[[nodiscard]] LaidOutReferral lay_out_referral(const Zone& zone, const Delegation& delegation);

/// Question at the longest QNAME there can be below (or at) `owner`: 255 octets, or 254 where L(owner) is 254.
/// Source: RFC 1035 section 2.3.4; a label needs two octets.
[[nodiscard]] constexpr std::uint32_t longest_qname(std::size_t owner_octets) noexcept {
  return owner_octets == 254 ? 254 : 255;
}

/// Sizes of the referral for `delegation`, read off its layout.
[[nodiscard]] ReferralSizes measure_referral(const Zone& zone, const Delegation& delegation);

[[nodiscard]] ReferralSizes measure_without_proof(const Zone& zone, const Delegation& delegation);
/// Adds what DO brings: DS, or the records that prove there is none.
void add_proof(const Zone& zone, OwnerIndex cut, ReferralSizes& sizes);

/// The host set whose layout is that of `cut`'s referral, whoever else has it; kNone when the referral is its own:
/// hosts that nobody else has, glue that leads in a circle, or names between cut and apex that a host may have in
/// common.
[[nodiscard]] std::uint32_t common_host_set(const Zone& zone, OwnerIndex cut);
/// The referral of all cuts with that common host set, and NS records of that TTL (seconds).
[[nodiscard]] LaidOutReferral lay_out_host_set(const Zone& zone, std::uint32_t set, std::uint32_t ttl);
/// Its sizes, without proof.
[[nodiscard]] ReferralSizes measure_host_set(const Zone& zone, std::uint32_t set);

/// Octets of an RRset and its signatures, at most: exactly so when no name in them is compressed and the owner is a
/// pointer, as with DS, NSEC and NSEC3 outside the root.
[[nodiscard]] std::uint32_t plain_octets(const Zone& zone, const RRset& set);
/// More than any proof of a missing DS takes in this zone.
[[nodiscard]] std::uint32_t proof_octets_max(const Zone& zone);

}  // namespace torii::zonec
