#pragma once
/// Canonical form of records, as signatures and zone digests take them. Source: RFC 4034 section 6.2 as amended by
/// RFC 6840 section 5.1; RFC 8976 section 3.3.
///
/// The zone model has owners in lower case and each RRset's RDATA sorted and without duplicates; what is left to do is
/// to lower the names inside the RDATA of the types listed there.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"

namespace torii::zonec {

/// What is the same for all records of an RRset: owner, type, class IN and TTL.
class CanonicalRecords {
 public:
  /// `owner` is lower case. `ttl`: seconds; for a signature the Original TTL (RFC 4034 section 3.1.8.1).
  CanonicalRecords(dns::NameView owner, dns::RrType type, std::uint32_t ttl) noexcept;
  /// Appends one record to `out`. `rdata` is well formed.
  void append(dns::Octets rdata, std::vector<std::uint8_t>& out) const;

 private:
  dns::RrType type_;
  bool lowers_;
  std::size_t size_;
  std::array<std::uint8_t, dns::kNameOctetsMax + 8> head_;
};

/// The owner that a signature with `labels` labels covers: `owner`, the wildcard it was expanded from, or nothing when
/// the owner has fewer labels than that. Lower case when `owner` is. Source: RFC 4034 section 3.1.8.1, RFC 4035
/// section 5.3.2.
[[nodiscard]] std::optional<dns::Name> signed_owner(dns::NameView owner, std::uint8_t labels) noexcept;

}  // namespace torii::zonec
