#include <algorithm>

#include "zonec/judge/policy.hpp"

namespace torii::zonec {

std::optional<std::uint32_t> SizeFinding::qname_ok_max() const noexcept {
  // Each QNAME octet costs one octet of message, so the rule holds again where QNAME is shorter by what is over.
  if (!is_about_octets() || !failure.is_by_octet || facts.qname < facts.owner + over_by()) return std::nullopt;
  return facts.qname - over_by();
}

std::string SizeFinding::waiver_text() const { return "; waived until " + waiver->until + ": " + waiver->reason; }

std::string SizeFinding::text() const {
  auto out = delegation.text();
  if (out.size() > 1) out.pop_back();
  out += ": ";
  if (!is_about_octets()) {
    if (!detail.empty()) out += detail + ": ";
    out += std::string{failure.note} + " (" + policy->id + ")";
    return waiver ? out + waiver_text() : out;
  }
  out += std::to_string(failure.octets) + " octets at QNAME " + std::to_string(facts.qname) + " (limit " +
         std::to_string(failure.limit) + ", " + policy->id + "): " + std::to_string(over_by()) + " over";
  if (const auto longest = qname_ok_max())
    out += "; holds for QNAMEs up to " + std::to_string(*longest);
  else if (failure.is_by_octet)
    out += "; holds for no QNAME";
  if (failure.would_set_tc) out += "; would set TC";
  if (!failure.note.empty()) out += "; " + std::string{failure.note};
  if (!detail.empty()) out += "; " + detail;
  return waiver ? out + waiver_text() : out;
}

std::vector<SizeFinding> apply_policies(const PolicySettings& settings, dns::NameView delegation, Location where,
                                        const SizeFacts& facts) {
  std::vector<SizeFinding> findings;
  for (const auto& on : settings.in_force(facts.zone_is_root)) {
    const auto& rule = settings.rules()[on.rule];
    const auto& policy = *rule;
    const auto failure = policy.evaluate(facts, policy);
    if (!failure) continue;
    const auto severity = std::min(on.severity, failure->severity_max);
    const auto said_already = [&](const SizeFinding& other) {
      if (other.policy->id == policy.id) return true;  // its other way to speak
      return !policy.refines.empty() && other.policy->limit == policy.limit &&
             std::string_view{other.policy->id}.starts_with(policy.refines);
    };
    if (severity >= settings.floor() && std::ranges::none_of(findings, said_already))
      findings.push_back({rule, severity, delegation, where, facts, *failure});
  }
  return findings;
}

bool passes_policies(const PolicySettings& settings, const SizeFacts& facts) {
  return std::ranges::none_of(settings.in_force(facts.zone_is_root), [&](const PolicyInForce& on) {
    const auto& policy = *settings.rules()[on.rule];
    const auto failure = policy.evaluate(facts, policy);
    return failure && std::min(on.severity, failure->severity_max) >= settings.floor();
  });
}

std::string_view severity_text(Severity severity) noexcept {
  constexpr std::array<std::string_view, 4> kTexts{"info", "notice", "warning", "error"};
  return kTexts.at(static_cast<std::size_t>(severity));
}

}  // namespace torii::zonec
