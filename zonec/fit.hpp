#pragma once
/// The whole account of one delegation that need not exist yet: laid out in memory by the very code that lays out an
/// image, and held against limits and size policies.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

/// What a client gets that takes messages of `limit` octets, at the longest QNAME.
struct FitAtLimit {
  std::uint32_t limit{};
  std::uint32_t opt{};     // octets; 0 at 512 and below: without EDNS
  std::uint32_t proof{};   // octets; 0 without EDNS, as there is no DO
  std::uint32_t needed{};  // octets with everything
  std::uint32_t sent{};    // octets with the glue that fits; without any where not even the authority section does
  bool tc{};
  std::size_t steps{};  // of the glue ladder, that fit
  /// Longest QNAME with which everything fits; nothing when there is none.
  std::optional<std::uint32_t> qname_ok_max{};
  [[nodiscard]] bool fits() const noexcept { return needed <= limit; }
};

struct Fit {
  PlannedCut cut;
  Zone zone;  // what `delegation` refers to
  Delegation delegation;
  ReferralSizes sizes;
  SizeFacts facts;
  std::vector<FitAtLimit> limits;
  std::vector<SizeFinding> findings;
  std::vector<Diagnostic> diagnostics;  // of the delegation's structure: glue that lacks
};

/// Lays the delegation out, alone in its zone. A sibling host with an address counts as glue below another delegation.
/// `proof`: octets of DS or its proof. Throws CLI::ValidationError: no host, a host twice, an address of a host outside
/// the zone, more than a message can hold.
[[nodiscard]] Fit plan_fit(const PlannedCut& cut, const std::vector<PlannedHost>& hosts, std::size_t proof,
                           const std::vector<std::uint32_t>& limits, const PolicySettings& settings);

[[nodiscard]] std::string fit_text(const Fit& fit);
[[nodiscard]] std::string fit_json(const Fit& fit);

}  // namespace torii::zonec
