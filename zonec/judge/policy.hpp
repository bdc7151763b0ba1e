#pragma once
/// Size policies: predicates on the octets of a delegation's referral at the longest QNAME.
///
/// One row of `policies()` is one rule: its id, where it comes from, its default severity, its limit and its
/// predicate over `SizeFacts`. A further rule is a further row. The octets themselves come from the layout that the
/// server sends (sizes.cpp), so what passes here is what fits there.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "zonec/judge/facts.hpp"
#include "zonec/model/delegation.hpp"

namespace torii::zonec {

/// How a rule was missed.
struct SizeFailure {
  std::uint32_t octets{};
  std::uint32_t limit{};
  bool would_set_tc{};  // our server, at this limit (RFC 9471 section 3.1, RFC 4035 section 3.1.4)
  Severity severity_max = Severity::Error;
  std::string_view note{};  // said after the finding
};

struct Policy {
  std::string_view id;
  std::string_view source;
  Severity severity{};
  std::uint32_t limit{};       // octets of DNS message
  std::string_view meaning{};  // when it holds, in words; B, R and required glue as in docs/findings.md
  std::optional<SizeFailure> (*evaluate)(const SizeFacts&);
  /// Id of another policy that says the same of a failure here; this row is silent while that one is on.
  std::string_view silent_with{};
};

/// In the order of findings. A policy that speaks in two ways has two rows, one after the other.
[[nodiscard]] std::span<const Policy> policies() noexcept;
/// "ns-512, iana-512, ...": every id once, for messages.
[[nodiscard]] std::string policy_ids();

/// Severities in force: the defaults, and what the operator chose instead.
class PolicySettings {
 public:
  /// `ID=off|info|notice|warning|error`. Returns what is wrong with it; empty when it is taken.
  [[nodiscard]] std::string set(std::string_view choice);
  /// Nothing when the policy is off.
  [[nodiscard]] std::optional<Severity> severity(const Policy& policy) const;

 private:
  struct Choice {
    std::string id;
    std::optional<Severity> severity;
  };
  [[nodiscard]] const Choice* find(std::string_view id) const;
  std::vector<Choice> choices_;
};

/// One delegation that misses one policy.
struct SizeFinding {
  const Policy* policy{};
  Severity severity{};
  dns::NameView delegation;
  Location where;  // of the NS RRset
  SizeFacts facts;
  SizeFailure failure;
  [[nodiscard]] std::uint32_t over_by() const noexcept { return failure.octets - failure.limit; }
  /// Longest QNAME for which the rule holds; nothing when it does not even for the delegation's own name.
  [[nodiscard]] std::optional<std::uint32_t> qname_ok_max() const noexcept;
  /// "example.jp: 519 octets at QNAME 255 (limit 512, iana-512): 7 over; holds for QNAMEs up to 248; would set TC"
  [[nodiscard]] std::string text() const;
};

/// The findings of one delegation, in the order of `policies()`.
[[nodiscard]] std::vector<SizeFinding> apply_policies(const PolicySettings& settings, dns::NameView delegation,
                                                      Location where, const SizeFacts& facts);

/// "error", "warning", "notice", "info"
[[nodiscard]] std::string_view severity_text(Severity severity) noexcept;

}  // namespace torii::zonec
