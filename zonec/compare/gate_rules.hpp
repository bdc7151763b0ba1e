#pragma once
/// The rules of the publish gate, and what the operator chose: severities, limits, overrides with their reasons.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "torii/image/manifest.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

/// A rule: the code of its finding, the group it can be allowed with, and its default severity.
struct GateRule {
  std::string_view code;
  std::string_view group;
  Severity severity{};
};
/// In the order of findings.
[[nodiscard]] std::span<const GateRule> gate_rules() noexcept;
inline constexpr std::string_view kNotCompared = "not-compared";

/// A zone may lose this share of its delegations, DS records or other records. Unit: percent. Source: docs/zonec.md,
/// "What compile refuses to publish".
inline constexpr double kShrinkPercentMax = 5;
/// And so many of each in any case, unless they are all it has: in a small zone one registrant is a large share.
inline constexpr std::uint64_t kDelegationsFloor = 5;
inline constexpr std::uint64_t kDsFloor = 10;
inline constexpr std::uint64_t kContentFloor = 100;
/// Signatures must be valid for so many days more. Below the refresh interval of common signers (three days and up).
inline constexpr double kExpireDaysMin = 1;

/// `--allow CODE[@ZONE]=REASON`
struct Allowance {
  std::string code;               // or a group
  std::optional<dns::Name> zone;  // nothing: any
  std::string reason;
  bool used = false;
};

/// As written on the command line.
struct GateOptions {
  std::vector<std::string> allow;
  std::vector<std::string> severities;  // CODE=SEVERITY
  std::string no_compare;               // the reason
  double shrink_max = kShrinkPercentMax;
  double expire_min = kExpireDaysMin;
  void add_to(CLI::App& command);
};

class GateSettings {
 public:
  /// Throws CLI::ValidationError for bad usage.
  explicit GateSettings(const GateOptions& options);
  /// Nothing when the rule is off.
  [[nodiscard]] std::optional<Severity> severity(std::string_view code) const;
  /// The allowance for this finding, marked as used; null when there is none.
  [[nodiscard]] const Allowance* allow(std::string_view code, dns::NameView zone);
  [[nodiscard]] const std::vector<Allowance>& allowances() const noexcept { return allowances_; }
  [[nodiscard]] const std::string& no_compare() const noexcept { return no_compare_; }
  [[nodiscard]] double shrink_max() const noexcept { return shrink_max_; }
  [[nodiscard]] std::uint32_t expire_min_seconds() const noexcept { return expire_min_seconds_; }

 private:
  struct Choice {
    std::string_view code;
    std::optional<Severity> severity;
  };
  std::vector<Choice> choices_;
  std::vector<Allowance> allowances_;
  std::string no_compare_;
  double shrink_max_;
  std::uint32_t expire_min_seconds_;
};

/// True when so many of `before` are gone that the zone looks wrong: more than `percent` of them and more than
/// `floor`; with `all_of_several`, also when there were several and all are gone.
[[nodiscard]] constexpr bool is_too_many_gone(std::uint64_t gone, std::uint64_t before, double percent,
                                              std::uint64_t floor, bool all_of_several) noexcept {
  if (all_of_several && before > 1 && gone >= before && percent < 100) return true;
  return gone > floor && static_cast<double>(gone) * 100 > percent * static_cast<double>(before);
}

}  // namespace torii::zonec
