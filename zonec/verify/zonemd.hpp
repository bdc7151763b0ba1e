#pragma once
/// Message digests of whole zones (ZONEMD). Source: RFC 8976.
///
/// What is digested is the zone as it is served: one TTL for each RRset and duplicates dropped, with glue and occluded
/// data (RFC 8976 section 3.3.2). Where the input had several TTLs in an RRset, only the lowest is served, and no
/// digest is taken for right. Pure: no I/O; any number of threads gives the same result.
#include <cstdint>
#include <string>
#include <vector>

#include "zonec/model/findings.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// RFC 8976 section 5.3; others are not known here.
enum class ZonemdHash : std::uint8_t { Sha384 = 1, Sha512 = 2 };
/// RFC 8976 section 5.2.
inline constexpr std::uint8_t kZonemdSimple = 1;

/// The digest of the zone by the SIMPLE scheme. Octets: 48 or 64. The apex ZONEMD RRset and its RRSIGs are left out,
/// so it is what such a record should say, whether there is one or not. Source: RFC 8976 section 3.3.
[[nodiscard]] std::vector<std::uint8_t> zone_digest(const Zone& zone, ZonemdHash hash, unsigned threads = 1);

/// What is to be said of one ZONEMD record at the apex.
enum class ZonemdVerdict : std::uint8_t {
  Verified,
  Mismatch,     // the digest is not the zone's
  MixedTtls,    // it is the served zone's, but the input had RRsets of several TTLs, so it is not the input's
  WrongSerial,  // not the SOA's (RFC 8976 section 4, step 5)
  Duplicate,    // another record has the same scheme and hash algorithm (RFC 8976 section 2.3)
  Malformed,    // a digest of another length than the hash algorithm has, or shorter than 12 octets
  Unsupported,  // scheme or hash algorithm is not known
};

struct ZonemdRecord {
  ZonemdVerdict verdict{};
  std::uint32_t serial{};
  std::uint8_t scheme{};
  std::uint8_t hash{};
  std::vector<std::uint8_t> digest;    // as the record has it
  std::vector<std::uint8_t> expected;  // the zone's, where it was computed
};

/// The zone in one word.
enum class ZonemdStatus : std::uint8_t {
  Absent,       // no ZONEMD record at the apex
  Verified,     // at least one is right and none is wrong
  Unsupported,  // none is wrong, and none could be judged
  Wrong,        // at least one is wrong
};

struct ZonemdReport {
  ZonemdStatus status = ZonemdStatus::Absent;
  std::vector<ZonemdRecord> records;  // in the RRset's order
};

/// Judges every ZONEMD record at the apex. A recipient is content when one of them is right (RFC 8976 section 4); who
/// publishes a zone wants to know of any that is wrong. Costs one pass over the zone when there is something to verify.
[[nodiscard]] ZonemdReport zonemd_report(const Zone& zone, unsigned threads = 1);
[[nodiscard]] ZonemdStatus zonemd_status(const Zone& zone, unsigned threads = 1);

/// The report as findings; codes in docs/findings.md. Also ZONEMD records below the apex, which mean nothing (RFC 8976
/// section 2).
void add_zonemd_findings(const Zone& zone, const ZonemdReport& report, Findings& findings);

}  // namespace torii::zonec
