#include "zonec/compare/gate_rules.hpp"

#include <algorithm>
#include <array>

namespace torii::zonec {
namespace {

constexpr std::array<GateRule, 15> kRules{{
    {kNotCompared, "", Severity::Error},
    {"zone-dropped", "", Severity::Error},
    {"serial-reused", "serial", Severity::Error},
    {"serial-back", "serial", Severity::Error},
    {"delegations-gone", "shrink", Severity::Error},
    {"ds-gone", "shrink", Severity::Error},
    {"records-gone", "shrink", Severity::Error},
    {"apex-ns-replaced", "", Severity::Error},
    {"signing-removed", "", Severity::Error},
    {"dnskey-replaced", "", Severity::Error},
    {"algorithm-lost", "", Severity::Error},
    {"zonemd-gone", "", Severity::Error},
    {"signatures-expire-soon", "", Severity::Error},
    {"denial-changed", "", Severity::Notice},
    {"primary-changed", "", Severity::Notice},
}};

constexpr std::size_t kReasonOctetsMax = 400;
constexpr double kSecondsInDay = 86400;
/// RRSIG times compare by serial arithmetic (RFC 4034 section 3.1.5): further ahead they would be behind.
constexpr double kExpireDaysMax = 10000;

const GateRule* find_rule(std::string_view code) {
  const auto found = std::ranges::find(kRules, code, &GateRule::code);
  return found == kRules.end() ? nullptr : &*found;
}

std::string known_codes() {
  std::string out;
  for (const auto& rule : kRules) out += (out.empty() ? "" : ", ") + std::string{rule.code};
  return out;
}

/// A reason is kept in the manifest, which has one fact a line.
std::string checked_reason(const std::string& option, std::string_view text) {
  if (text.find_first_not_of(' ') == std::string_view::npos)
    throw CLI::ValidationError(option, "a reason is wanted: it is recorded in the image");
  if (text.size() > kReasonOctetsMax)
    throw CLI::ValidationError(option, "the reason has " + std::to_string(text.size()) + " octets; at most " +
                                           std::to_string(kReasonOctetsMax) + " are kept");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    throw CLI::ValidationError(option, "the reason is more than one line of text");
  return std::string{text};
}

Allowance parse_allowance(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos)
    throw CLI::ValidationError("--allow", "expected CODE=REASON or CODE@ZONE=REASON, got " + text);
  auto subject = text.substr(0, equals);
  Allowance allowance;
  allowance.reason = checked_reason("--allow", std::string_view{text}.substr(equals + 1));
  if (const auto at = subject.find('@'); at != std::string::npos) {
    allowance.zone = dns::Name::from_text(std::string_view{subject}.substr(at + 1));
    if (!allowance.zone) throw CLI::ValidationError("--allow", "`" + subject.substr(at + 1) + "` is no zone name");
    subject.resize(at);
  }
  const bool known = std::ranges::any_of(kRules, [&](const GateRule& rule) {
    return rule.code == subject || (rule.group == subject && !subject.empty());
  });
  if (!known)
    throw CLI::ValidationError("--allow", "no rule `" + subject + "`; there are serial, shrink, " + known_codes());
  allowance.code = subject;
  return allowance;
}

std::optional<Severity> parse_severity(const std::string& choice, std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Severity>, 4> kTexts{{{"info", Severity::Info},
                                                                         {"notice", Severity::Notice},
                                                                         {"warning", Severity::Warning},
                                                                         {"error", Severity::Error}}};
  if (text == "off") return std::nullopt;
  for (const auto& [name, severity] : kTexts)
    if (name == text) return severity;
  throw CLI::ValidationError("--gate", "expected CODE=off|info|notice|warning|error, got " + choice);
}

}  // namespace

std::span<const GateRule> gate_rules() noexcept { return kRules; }

void GateOptions::add_to(CLI::App& command) {
  command
      .add_option("--allow", allow, "Publish in spite of a finding of the gate; the reason is recorded in the image")
      ->type_name("CODE[@ZONE]=REASON")
      ->allow_extra_args(false);
  command
      .add_option("--gate", severities, "Severity of a rule of the publish gate: CODE=off|info|notice|warning|error")
      ->type_name("CODE=SEVERITY")
      ->allow_extra_args(false);
  command.add_option("--no-compare", no_compare, "Don't compare with the image being served; the reason is recorded")
      ->type_name("REASON");
  command
      .add_option("--shrink-max", shrink_max, "Percent of delegations, DS records or other records that may be gone")
      ->type_name("PERCENT")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command.add_option("--expire-min", expire_min, "Days that signatures must still be valid for, after --now")
      ->type_name("DAYS")
      ->check(CLI::Range(0.0, kExpireDaysMax))
      ->capture_default_str();
}

GateSettings::GateSettings(const GateOptions& options)
    : shrink_max_{options.shrink_max},
      expire_min_seconds_{static_cast<std::uint32_t>(options.expire_min * kSecondsInDay)} {
  for (const auto& choice : options.severities) {
    const auto equals = std::min(choice.find('='), choice.size());
    const auto* rule = find_rule(std::string_view{choice}.substr(0, equals));
    if (rule == nullptr)
      throw CLI::ValidationError("--gate", "no rule `" + choice.substr(0, equals) + "`; there are " + known_codes());
    const auto severity = parse_severity(choice, std::string_view{choice}.substr(std::min(equals + 1, choice.size())));
    if (rule->code == kNotCompared && (!severity || *severity != Severity::Error))
      throw CLI::ValidationError("--gate", "not-compared stays an error; --no-compare REASON skips the comparison");
    choices_.push_back({rule->code, severity});
  }
  for (const auto& text : options.allow) allowances_.push_back(parse_allowance(text));
  if (!options.no_compare.empty()) no_compare_ = checked_reason("--no-compare", options.no_compare);
}

std::optional<Severity> GateSettings::severity(std::string_view code) const {
  for (auto choice = choices_.rbegin(); choice != choices_.rend(); ++choice)
    if (choice->code == code) return choice->severity;
  return find_rule(code)->severity;
}

const Allowance* GateSettings::allow(std::string_view code, dns::NameView zone) {
  const auto group = find_rule(code)->group;
  for (auto& allowance : allowances_) {
    if (allowance.code != code && (group.empty() || allowance.code != group)) continue;
    if (allowance.zone && !(allowance.zone->view() == zone)) continue;
    allowance.used = true;
    return &allowance;
  }
  return nullptr;
}

}  // namespace torii::zonec
