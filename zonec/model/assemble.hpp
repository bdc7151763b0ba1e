#pragma once
/// From sorted records to the owners and RRsets of a Zone: grouping, duplicates, empty non-terminals, kinds.
#include <span>

#include "zonec/model/findings.hpp"
#include "zonec/model/record_sort.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// Fills `zone.owners`, `nsec3_owners`, `rrsets`, `rdata` and the counts. `zone.apex` is set, `records` are sorted by
/// owner, all at or below it, and the apex has some.
void assemble(Zone& zone, std::span<BuiltRecord> records, Findings& findings);

/// Reads serial, negative TTL, DNSKEY and denial parameters off the assembled apex.
void describe_apex(Zone& zone);

/// Findings on how the zone hangs together: CNAME and DNAME rules, delegations, glue, occlusion.
void check_structure(const Zone& zone, Findings& findings);

}  // namespace torii::zonec
