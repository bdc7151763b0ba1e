#pragma once
/// Size policies: predicates on the octets of a delegation's referral at the longest QNAME.
///
/// One row of `policies()` is one rule: its id, where it comes from, its default severity, its limit and its predicate
/// over `SizeFacts`. A further rule is a further row; a row whose id ends in `@L` is a family, of which an operator can
/// ask for other limits. The octets come from the layout that the server sends (sizes.cpp) or from the arithmetic that
/// equals it (formula.cpp), so what passes here is what fits there. PolicySettings holds what the operator chose.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/judge/facts.hpp"
#include "zonec/judge/portable.hpp"
#include "zonec/judge/waivers.hpp"
#include "zonec/model/delegation.hpp"

namespace torii::zonec {

/// How a rule was missed.
struct SizeFailure {
  std::uint32_t octets{};
  std::uint32_t limit{};  // octets; 0: the rule is not about octets, and `note` says all
  bool would_set_tc{};    // our server, at this limit (RFC 9471 section 3.1, RFC 4035 section 3.1.4)
  Severity severity_max = Severity::Error;
  std::string_view note{};  // said after the finding
  bool is_by_octet = true;  // an octet of QNAME less is one octet less
};

struct Policy {
  std::string id;
  std::string_view source;
  Severity severity{};         // of what misses it, unless the operator chooses
  std::uint32_t limit{};       // octets of DNS message; 0: not about octets
  std::string_view meaning{};  // when it holds, in words; B, R and required glue as in docs/findings.md
  std::optional<SizeFailure> (*evaluate)(const SizeFacts&, const Policy&);
  bool on = true;                              // unless the operator chooses
  std::optional<Severity> severity_at_root{};  // instead of `severity`, where the zone is the root
  std::uint32_t amount{};                      // addresses asked for, or octets of room
  bool any_limit{};                            // id is NAME@L, and L can be another
  /// Id of another policy that says the same of a failure here; this row is silent while that one is on.
  std::string_view silent_with{};
  /// Family of another policy: where that one is missed at the same limit, this row has nothing to add.
  std::string_view refines{};
};

/// In the order of findings. A policy that speaks in two ways has two rows, one after the other.
[[nodiscard]] std::span<const Policy> policies() noexcept;
/// "ns-512, iana-512, ...": every id once, for messages.
[[nodiscard]] std::string policy_ids();

/// The rules of one checker or registry, by its own severities; all others are off. (compat.cpp)
struct PolicyMode {
  struct Choice {
    std::string_view id;
    Severity severity{};
  };
  std::string_view id;
  std::string_view source;
  std::string_view meaning;
  std::vector<Choice> choices;
};
[[nodiscard]] std::span<const PolicyMode> policy_modes();
/// "jprs-2003, iana, ..."
[[nodiscard]] std::string policy_mode_ids();

/// A rule that is on.
struct PolicyInForce {
  std::size_t rule{};  // index into PolicySettings::rules
  Severity severity{};
};

/// The rules, and what the operator chose of them: severities, further limits, a floor below which nothing is said.
class PolicySettings {
 public:
  PolicySettings();
  /// `ID=off|info|notice|warning|error`; ID is one of `policies()`, or of a family with another limit (`full@4096`).
  /// Returns what is wrong with it; empty when it is taken.
  [[nodiscard]] std::string set(std::string_view choice);
  [[nodiscard]] std::string set(std::string_view id, std::optional<Severity> severity);
  /// Only the rules of that mode, from now on. Returns what is wrong; empty when it is taken.
  [[nodiscard]] std::string set_mode(std::string_view id);
  /// How many addresses or octets of room `id` asks for. Returns what is wrong; empty when it is taken.
  [[nodiscard]] std::string set_amount(std::string_view id, std::uint32_t amount);
  /// Findings of a lower severity are not made. Default: Notice.
  void show_from(Severity floor);

  /// Every rule, on or off, in the order of findings.
  [[nodiscard]] const std::vector<std::shared_ptr<const Policy>>& rules() const noexcept { return rules_; }
  /// Those that are on, in that order.
  [[nodiscard]] const std::vector<PolicyInForce>& in_force(bool zone_is_root) const noexcept {
    return in_force_.at(zone_is_root ? 1 : 0);
  }
  [[nodiscard]] Severity floor() const noexcept { return floor_; }

  /// Encoders that portable@L asks about. Default: our own, of which the other rules speak already. With `declared`
  /// ones, of servers that do serve the zone, a miss is a warning.
  void set_encoders(EncoderSet encoders, bool declared);
  [[nodiscard]] EncoderSet encoders() const noexcept { return encoders_; }
  void add(Waiver waiver) { waivers_.push_back(std::make_shared<const Waiver>(std::move(waiver))); }
  [[nodiscard]] const std::vector<std::shared_ptr<const Waiver>>& waivers() const noexcept { return waivers_; }

  /// The rule `id`, on or off, its first row where it has two; null when there is none.
  [[nodiscard]] const Policy* find(std::string_view id) const;

 private:
  using Choice = std::optional<std::optional<Severity>>;  // of the operator, if any
  [[nodiscard]] std::string find_or_add(std::string_view id);
  void settle();
  std::vector<std::shared_ptr<const Policy>> rules_;
  std::vector<Choice> choices_;                         // by rule
  std::array<std::vector<PolicyInForce>, 2> in_force_;  // outside the root, and at it
  Severity floor_ = Severity::Notice;
  EncoderSet encoders_{Encoder::Full};
  std::vector<std::shared_ptr<const Waiver>> waivers_;
};

/// "off" is nothing inside; nothing at all when `text` is no severity.
[[nodiscard]] std::optional<std::optional<Severity>> parse_severity(std::string_view text);

/// One delegation that misses one policy.
struct SizeFinding {
  std::shared_ptr<const Policy> policy;  // as the settings had it
  Severity severity{};
  dns::NameView delegation;
  Location where;  // of the NS RRset
  SizeFacts facts;
  SizeFailure failure;
  std::string detail{};                       // names of hosts, or the encoder, that it is about: for people
  std::shared_ptr<const Waiver> waiver = {};  // that excuses it
  [[nodiscard]] bool is_about_octets() const noexcept { return failure.limit > 0; }
  [[nodiscard]] std::uint32_t over_by() const noexcept { return failure.octets - failure.limit; }
  /// Longest QNAME for which the rule holds; nothing when it does not even for the delegation's own name, or is not
  /// about octets.
  [[nodiscard]] std::optional<std::uint32_t> qname_ok_max() const noexcept;
  /// "example.jp: 519 octets at QNAME 255 (limit 512, iana-512): 7 over; holds for QNAMEs up to 248; would set TC"
  [[nodiscard]] std::string text() const;
  /// "; waived until 2026-12-31: why"
  [[nodiscard]] std::string waiver_text() const;
};

/// The findings of one delegation, in the order of the rules.
[[nodiscard]] std::vector<SizeFinding> apply_policies(const PolicySettings& settings, dns::NameView delegation,
                                                      Location where, const SizeFacts& facts);
/// Whether there would be any.
[[nodiscard]] bool passes_policies(const PolicySettings& settings, const SizeFacts& facts);

/// "error", "warning", "notice", "info"
[[nodiscard]] std::string_view severity_text(Severity severity) noexcept;

}  // namespace torii::zonec
