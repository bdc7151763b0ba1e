#pragma once
/// Rules by the numbers of those who published them: IANA, Zonemaster, ZoneCheck, DNSCheck, JPRS.
#include <vector>

#include "zonec/judge/policy.hpp"

namespace torii::zonec {

/// Their rows of the policy table. All but IANA's are off unless an operator asks for them or for a mode.
[[nodiscard]] std::vector<Policy> compat_rows();

/// Octets of the QNAME that Zonemaster and DNSCheck make up below a name of `owner` octets: labels of 63 octets as long
/// as there is room. 255, but 254 below a name of 62, 126, 190 or 254 octets.
[[nodiscard]] std::uint32_t chunked_qname(std::uint32_t owner) noexcept;

}  // namespace torii::zonec
