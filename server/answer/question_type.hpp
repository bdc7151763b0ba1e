#pragma once
/// Types that ask for something other than an RRset. Source: RFC 6895 section 3.1, RFC 5936, RFC 8482.
#include <cstdint>
#include <optional>

#include "torii/dns/types.hpp"

namespace torii::server {

/// What a question of `qtype` is refused with; nothing when it is for RRsets.
inline std::optional<dns::Rcode> refuse_type(std::uint16_t qtype) noexcept {
  using dns::Rcode;
  using dns::RrType;
  constexpr std::uint16_t kFirstMeta = 128;
  constexpr std::uint16_t kLastMeta = 255;
  if (qtype < kFirstMeta)
    return qtype == 0 || qtype == static_cast<std::uint16_t>(RrType::OPT) ? std::optional{Rcode::FormErr}
                                                                          : std::nullopt;
  if (qtype > kLastMeta) return std::nullopt;
  switch (static_cast<RrType>(qtype)) {
    case RrType::ANY:
      return std::nullopt;
    case RrType::AXFR:
    case RrType::IXFR:
      return Rcode::Refused;
    case RrType::NXNAME:  // RFC 9824 section 3.5
      return Rcode::FormErr;
    default:
      return Rcode::NotImp;
  }
}

}  // namespace torii::server
