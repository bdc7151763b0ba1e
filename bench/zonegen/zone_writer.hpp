#pragma once
/// The zone as a master file: apex, registry's own names, delegations, and with NSEC3 the chain at the end.
///
/// Memory: 16 octets a delegation in canonical order (nothing otherwise), and 24 octets for each name with an NSEC3
/// record.
#include <cstdint>
#include <string>

#include "bench/zonegen/registry.hpp"

namespace torii::bench {

struct ZoneAccount {
  std::uint64_t records = 0;
  std::uint64_t octets = 0;
  std::uint64_t in_domain = 0;
  std::uint64_t sibling = 0;
  std::uint64_t secure = 0;  ///< delegations with DS
  std::uint64_t glue = 0;    ///< address records
};

/// Throws std::system_error when `path` cannot be written. "-" is standard output.
ZoneAccount write_zone(const Registry& registry, const std::string& path);

}  // namespace torii::bench
