#pragma once
/// The additional records that a client will probably ask for next, laid out behind an RRset: the server copies what
/// fits and does no lookup. Optional in every sense: responses are minimal unless the zone is compiled with them.
#include <cstdint>
#include <vector>

#include "zonec/layout/block.hpp"
#include "zonec/layout/referral.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// Octets to stand behind the block of an RRset. Marks to kBaseSelf count from the block's start and lead into its RRs
/// only, so the octets may follow with or without the signatures, and wherever in the message they land.
struct LaidOutAdditional {
  std::vector<std::uint8_t> octets;
  std::vector<std::uint16_t> relocations;  // from the start of `octets`
  std::vector<GlueStep> steps;             // none is required
};

/// Whether RRsets of this type have additional records: MX, SRV, NAPTR, SVCB, HTTPS.
[[nodiscard]] bool has_additional(dns::RrType type) noexcept;

/// Lays out what goes along with `set` at `owner`: first the service records that it leads to (SVCB or HTTPS of an
/// alias's target, on to its target; SRV of a terminal NAPTR), then the addresses of all hosts named, A before AAAA, in
/// the order of the records. Names outside the zone, or that a wildcard of a signed zone would make, are left out.
/// Source: RFC 1034 section 4.3.2 step 6, RFC 2782, RFC 3403 section 6.5.1, RFC 9460 section 4.1.
[[nodiscard]] LaidOutAdditional lay_out_additional(const Zone& zone, dns::NameView owner, const RRset& set);

}  // namespace torii::zonec
