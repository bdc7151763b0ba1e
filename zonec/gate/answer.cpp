#include "zonec/gate/answer.hpp"

#include <boost/json.hpp>

#include "zonec/account_report.hpp"
#include "zonec/finding_format.hpp"
#include "zonec/judge/fixes.hpp"
#include "zonec/utf8.hpp"

namespace torii::zonec::gate {
namespace {

namespace json = boost::json;

/// Fixes listed for one finding. Source: house rule; the best of each kind come first.
constexpr std::size_t kFixesMax = 3;

json::object start(const Request& request) {
  json::object out;
  out.reserve(12);
  out["version"] = kSchemaVersion;
  auto& id = out["id"];
  if (const auto* text = std::get_if<std::string>(&request.id)) id = *text;
  if (const auto* number = std::get_if<std::int64_t>(&request.id)) id = *number;
  return out;
}

void add_against(json::object& out, const Against& against) {
  out["zone"] = against.zone.text();
  out["generation"] = nullptr;
  if (against.generation) out["generation"] = *against.generation;
  out["serial"] = against.serial;
  out["changes"] = against.changes;
}

json::object record_of(const SizeFinding& finding) {
  auto out = finding_json(finding);
  if (finding.waiver)
    out["waiver"] = json::object{{"reason", finding.waiver->reason}, {"until", finding.waiver->until}};
  out["text"] = to_utf8(finding.text());
  return out;
}

json::object record_of(const StructureFinding& finding, dns::NameView delegation) {
  return {{"code", std::string{finding.code}},
          {"severity", std::string{severity_text(finding.severity)}},
          {"delegation", delegation.text()},
          {"text", finding.text}};
}

json::array fixes_json(const Account& account, const Policy& policy, const PolicySettings& settings) {
  auto plan = propose_fixes(account, goal_of(policy), {.sets = false, .exact = false});
  note_breaks(account, settings, plan);
  json::array out;
  for (const auto& fix : plan.fixes) {
    if (out.size() == kFixesMax) break;
    out.push_back(fix_json(fix));
  }
  return out;
}

/// A finding that the delegation had before, and as bad.
bool is_old(const Standing& before, const SizeFinding& finding) {
  return std::ranges::any_of(before.sizes, [&](const SizeFinding& had) {
    return had.policy->id == finding.policy->id && had.severity >= finding.severity &&
           had.failure.octets >= finding.failure.octets;
  });
}
bool is_old(const Standing& before, const StructureFinding& finding) {
  return std::ranges::any_of(before.structure, [&](const StructureFinding& had) { return had.code == finding.code; });
}

json::object subject_json(const Subject& subject, bool with_fixes, const PolicySettings& settings) {
  const auto& after = subject.after;
  json::object out{{"delegation", subject.name.text()}, {"exists", after.exists}, {"served", after.is_served}};
  if (after.is_served) {
    const auto& facts = after.facts;
    out["octets"] = json::object{{"authority", facts.authority},
                                 {"proof", facts.proof},
                                 {"glue_required", facts.required()},
                                 {"all", facts.authority + kOptOctets + facts.proof + facts.all_glue()},
                                 {"qname", facts.qname}};
  }
  json::array findings;
  for (const auto& finding : after.sizes) {
    auto record = record_of(finding);
    record["new"] = !is_old(subject.before, finding);
    if (with_fixes && finding.severity >= Severity::Warning && finding.is_about_octets())
      record["fixes"] = fixes_json(after.account, *finding.policy, settings);
    findings.push_back(std::move(record));
  }
  for (const auto& finding : after.structure) {
    auto record = record_of(finding, subject.name);
    record["new"] = !is_old(subject.before, finding);
    findings.push_back(std::move(record));
  }
  out["findings"] = std::move(findings);
  return out;
}

json::object affected_json(const AffectedList& list) {
  json::array delegations;
  for (const auto& affected : list.delegations) {
    json::array findings;
    for (const auto& finding : affected.sizes) findings.push_back(record_of(finding));
    for (const auto& finding : affected.structure) findings.push_back(record_of(finding, affected.name));
    delegations.push_back(json::object{{"delegation", affected.name.text()},
                                       {"severity", std::string{severity_text(affected.severity)}},
                                       {"findings", std::move(findings)}});
  }
  return {{"count", list.count}, {"list", std::move(delegations)}};
}

std::string_view decision_text(Decision decision) noexcept {
  constexpr std::array<std::string_view, 3> kTexts{"accept", "accept-with-warnings", "refuse"};
  return kTexts.at(static_cast<std::size_t>(decision));
}

}  // namespace

std::string verdict_line(const Request& request, const Verdict& verdict, const Against& against, bool committed,
                         const PolicySettings& settings) {
  auto out = start(request);
  add_against(out, against);
  out["verdict"] = std::string{decision_text(verdict.decision)};
  out["committed"] = committed;
  json::array delegations;
  for (const auto& subject : verdict.subjects) delegations.push_back(subject_json(subject, request.fixes, settings));
  out["delegations"] = std::move(delegations);
  out["affected"] = json::object{{"broken", affected_json(verdict.broken)}, {"healed", affected_json(verdict.healed)}};
  return json::serialize(out);
}

std::string error_line(const Request& request, const RequestError& error, const std::optional<Against>& against) {
  auto out = start(request);
  if (against) add_against(out, *against);
  json::object record{{"code", error.code}, {"at", error.at}, {"text", error.text}, {"remedy", error.remedy}};
  if (error.offset) record["offset"] = *error.offset;
  if (error.epp != 0) record["epp"] = error.epp;
  out["error"] = std::move(record);
  return json::serialize(out);
}

std::string status_line(const Request& request, std::string_view what, const Against& against,
                        const StatusFacts& facts) {
  auto out = start(request);
  add_against(out, against);
  out[json::string_view{what.data(), what.size()}] = json::object{
      {"created", against.created}, {"delegations", facts.delegations}, {"requests", facts.requests},
      {"errors", facts.errors},     {"commits", facts.commits},         {"index_octets", facts.index_octets}};
  return json::serialize(out);
}

}  // namespace torii::zonec::gate
