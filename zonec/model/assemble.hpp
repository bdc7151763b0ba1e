#pragma once
/// From sorted records to the owners and RRsets of a Zone: grouping, duplicates, empty non-terminals, kinds.
#include <span>

#include "zonec/model/findings.hpp"
#include "zonec/model/record_sort.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// Fills `zone.owners`, `nsec3_owners`, `rrsets`, `rdata`, `signature_sets` and the counts, by several threads.
/// `zone.apex` is set, `zone.rdata` and `host_sets` hold the shared NS RRsets, `records` are sorted by owner, all at or
/// below the apex, and the apex has some. What the zone refers to afterwards stands in its own arenas.
void assemble(Zone& zone, std::span<BuiltRecord> records, Findings& findings, unsigned threads = 1);

/// Reads serial, negative TTL, DNSKEY and denial parameters off the assembled apex.
void describe_apex(Zone& zone);

/// Findings on how the zone hangs together: CNAME and DNAME rules, delegations, glue, occlusion. Sets `zone.cyclic`.
void check_structure(Zone& zone, Findings& findings, unsigned threads = 1);

}  // namespace torii::zonec
