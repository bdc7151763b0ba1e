#pragma once
/// Is a signed zone whole? Every authoritative RRset has signatures that a validator could use, and the NSEC or NSEC3
/// chain proves every absence. What is checked is form and completeness; signatures are not verified here.
/// Codes, meanings and remedies: docs/findings.md.
#include <cstdint>
#include <string>
#include <vector>

#include "zonec/model/findings.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

struct DnssecOptions {
  std::uint32_t now{};  // seconds since 1970 modulo 2^32; compared as serial numbers (RFC 4034 section 3.1.5)
  bool strict = false;  // signatures out of their time are errors
};

/// All checks; nothing to say about a zone that is not signed and has no remains of signing.
void check_dnssec(const Zone& zone, const DnssecOptions& options, std::vector<Diagnostic>& diagnostics,
                  unsigned threads = 1);

/// The parts, for `check_dnssec`. Each adds its findings.
void check_signatures(const Zone& zone, const DnssecOptions& options, Findings& findings, unsigned threads = 1);
void check_nsec_chain(const Zone& zone, Findings& findings);
void check_nsec3_chain(const Zone& zone, Findings& findings, unsigned threads = 1);

/// "2026-08-01T12:00:00Z"
[[nodiscard]] std::string time_text(std::uint32_t seconds);

}  // namespace torii::zonec
