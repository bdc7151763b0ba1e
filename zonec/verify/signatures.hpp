#pragma once
/// Verifies the signatures of a zone with the keys of its DNSKEY RRset. Source: RFC 4035 section 5.3.
///
/// What check/dnssec.hpp looks at (times, labels, TTLs, signatures that lack) is not looked at again here: a signature
/// is verified whatever its time, when it is by a key of the zone, covers an authoritative RRset and could be read.
/// Pure: no I/O; findings and counts are the same for any number of threads.
#include <cstdint>
#include <vector>

#include "zonec/model/findings.hpp"
#include "zonec/model/zone.hpp"
#include "zonec/verify/public_key.hpp"

namespace torii::zonec {

enum class VerifyMode : std::uint8_t {
  None,
  Sample,  // the apex and about kSampleSets RRsets, chosen by the SOA's serial; a zone of no more is verified whole
  Full,
};

/// RRsets of a sample. Source: house rule (docs/zonec.md).
inline constexpr std::uint64_t kSampleSets = 10000;
/// Keys of one tag and algorithm that are tried for a signature; bounds the work of a zone full of such keys.
inline constexpr std::size_t kKeysOfOneTag = 4;

struct VerifyOptions {
  VerifyMode mode = VerifyMode::Full;
  Severity deprecated = Severity::Error;  // of a key for RSA/SHA-1, or another algorithm not to be used any more
};

struct VerifyCounts {
  std::uint64_t signatures{};   // that could be verified: by a usable key in the zone, over an RRset of ours
  std::uint64_t verified{};     // of those, looked at and found right
  std::uint64_t bad{};          // looked at and found wrong
  std::uint64_t unsupported{};  // by a key whose algorithm is not known here
  VerifyCounts& operator+=(const VerifyCounts& other) noexcept;
};

/// Nothing to do for a zone without a DNSKEY RRset. Findings: docs/findings.md.
VerifyCounts verify_signatures(const Zone& zone, const VerifyOptions& options, Findings& findings,
                               unsigned threads = 1);

/// Appends what an RRSIG over the RRset signs: its own RDATA without the signature, and the RRset in canonical form.
/// `owner` is lower case; `rdata` is sorted and has no duplicates.
/// Returns: false when the RRSIG counts more labels than the owner has, so that it signs nothing of that name.
/// Source: RFC 4034 section 3.1.8.1.
bool append_signed_data(const Rrsig& signature, dns::NameView owner, dns::RrType type,
                        std::span<const dns::Octets> rdata, std::vector<std::uint8_t>& out);

}  // namespace torii::zonec
