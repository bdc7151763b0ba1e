#pragma once
/// The whole account of one delegation that need not exist yet: laid out in memory by the very code that lays out an
/// image, and held against limits and size policies.
#include <cstdint>
#include <string>
#include <vector>

#include "zonec/account_report.hpp"
#include "zonec/judge/assume.hpp"
#include "zonec/judge/sizes.hpp"
#include "zonec/planned_cut.hpp"

namespace torii::zonec {

struct PlannedHost {
  dns::Name name;
  std::vector<std::vector<std::uint8_t>> a;     // 4 octets each
  std::vector<std::vector<std::uint8_t>> aaaa;  // 16 octets each
};

/// `NAME` or `NAME=ADDRESS,...`. Throws CLI::ValidationError: no name, no address, an address twice.
[[nodiscard]] PlannedHost parse_planned_host(const std::string& text);

struct Fit {
  PlannedCut cut;
  Zone zone;  // what `delegation` and the findings refer to
  Delegation delegation;
  ReferralSizes sizes;  // of the layout, without proof
  AccountReport report;
};

/// Lays the delegation out, alone in its zone. A sibling host with an address counts as glue below another delegation.
/// Throws CLI::ValidationError: no host, a host twice, an address of a host outside the zone, more than a message can
/// hold, DS without signatures.
[[nodiscard]] Fit plan_fit(const PlannedCut& cut, const std::vector<PlannedHost>& hosts, const Assumptions& assumptions,
                           const std::vector<std::uint32_t>& limits, const PolicySettings& settings);

}  // namespace torii::zonec
