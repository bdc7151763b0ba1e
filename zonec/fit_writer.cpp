#include <algorithm>
#include <boost/json.hpp>

#include "torii/referral/budget.hpp"
#include "zonec/finding_writer.hpp"
#include "zonec/fit.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

struct LedgerLine {
  std::size_t octets{};
  std::string part;  // stable, for programs
  std::string text;
};

std::string_view relation_text(HostRelation relation) noexcept {
  constexpr std::array<std::string_view, 4> kTexts{"in-domain", "sibling", "sibling-authoritative", "unrelated"};
  return kTexts.at(static_cast<std::size_t>(relation));
}

std::string step_text(const Fit& fit, const GlueStep& step) {
  return short_text(fit.delegation.hosts[step.host].name) + (step.type == dns::RrType::A ? " A" : " AAAA");
}

/// Where the octets go, in the order of the message; OPT and proof last, as they come with EDNS only.
std::vector<LedgerLine> ledger(const Fit& fit) {
  std::vector<LedgerLine> out{
      {dns::kHeaderOctets, "header", "header"},
      {fit.facts.qname + std::size_t{4}, "question", "question, QNAME " + std::to_string(fit.facts.qname)}};
  const auto owner = fit.cut.delegation.view();
  std::vector<dns::NameView> before;
  std::size_t names = 0;
  std::vector<LedgerLine> hosts;
  for (const auto& host : fit.delegation.hosts) {
    before.push_back(host.name);
    const auto with = referral::ns_names_octets(owner, before);
    hosts.push_back({with - names, "ns-name",
                     "name of " + short_text(host.name) + ", " + std::string{relation_text(host.relation)}});
    names = with;
  }
  const auto count = fit.delegation.hosts.size();
  out.push_back({fit.sizes.ns_octets - names, "ns-frames",
                 std::to_string(count) + (count == 1 ? " NS record" : " NS records") + " without the host's name"});
  std::ranges::move(hosts, std::back_inserter(out));
  for (const auto& step : fit.sizes.steps)
    out.push_back({step.octets + step.signature_octets, step.required ? "glue-required" : "glue",
                   step_text(fit, step) + (step.required ? ", required" : ", may be left out")});
  out.push_back({kOptOctets, "opt", "OPT, above 512"});
  if (fit.facts.proof > 0) out.push_back({fit.facts.proof, "proof", "DS or its proof, with DO above 512"});
  return out;
}

std::string verdict(const Fit& fit, const FitAtLimit& at) {
  if (at.fits()) return "fits, " + std::to_string(at.limit - at.needed) + " to spare";
  auto out = std::to_string(at.needed - at.limit) + " over";
  if (at.sent > at.limit) return out + ", the authority section does not fit, TC";
  out += at.tc ? ", TC; left out: " : ", no TC; left out: ";
  for (auto i = at.steps; i < fit.sizes.steps.size(); ++i)
    out += (i > at.steps ? ", " : "") + step_text(fit, fit.sizes.steps[i]);
  return out;
}

std::uint32_t complete(const Fit& fit) {
  return fit.facts.authority + fit.facts.all_glue();
}

}  // namespace

std::string fit_text(const Fit& fit) {
  auto out = short_text(fit.cut.delegation) + " in the zone " + short_text(fit.cut.zone) + "\n\n";
  for (const auto& line : ledger(fit)) {
    const auto octets = std::to_string(line.octets);
    out += std::string(7 - std::min<std::size_t>(octets.size(), 7), ' ') + octets + "  " + line.text + "\n";
  }
  out += "\n" + std::to_string(complete(fit)) + " octets without EDNS at QNAME " + std::to_string(fit.facts.qname) +
         ", of long labels or of many; each QNAME octet less saves one\n\n";
  for (const auto& at : fit.limits) {
    out += "limit " + std::to_string(at.limit) + ": " + std::to_string(at.needed) + " octets, " + verdict(fit, at);
    if (at.qname_ok_max)
      out += "; all fits for QNAMEs up to " + std::to_string(*at.qname_ok_max) + "\n";
    else
      out += "; all fits for no QNAME\n";
  }
  if (!fit.findings.empty() || !fit.diagnostics.empty()) out += "\n";
  for (const auto& diagnostic : fit.diagnostics)
    out += std::string{severity_text(diagnostic.severity)} + ": " + diagnostic.text + " [" + diagnostic.code + "]\n";
  for (const auto& finding : fit.findings)
    out += finding.text() + " [" + std::string{severity_text(finding.severity)} + "]\n";
  return out;
}

std::string fit_json(const Fit& fit) {
  json::array lines;
  for (const auto& line : ledger(fit))
    lines.push_back(json::object{{"part", line.part}, {"octets", line.octets}, {"text", line.text}});
  json::array limits;
  for (const auto& at : fit.limits) {
    json::array left_out;
    for (auto i = at.steps; i < fit.sizes.steps.size(); ++i) left_out.emplace_back(step_text(fit, fit.sizes.steps[i]));
    json::object one{{"limit", at.limit},
                     {"octets", at.needed},
                     {"fits", at.fits()},
                     {"over_by", at.fits() ? 0 : at.needed - at.limit},
                     {"headroom", at.fits() ? at.limit - at.needed : 0},
                     {"tc", at.tc},
                     {"left_out", std::move(left_out)},
                     {"qname_ok_max", nullptr}};
    if (at.qname_ok_max) one["qname_ok_max"] = *at.qname_ok_max;
    limits.push_back(std::move(one));
  }
  json::array findings;
  for (const auto& diagnostic : fit.diagnostics)
    findings.push_back(json::object{{"code", diagnostic.code},
                                    {"severity", std::string{severity_text(diagnostic.severity)}},
                                    {"text", diagnostic.text}});
  for (const auto& finding : fit.findings)
    findings.push_back(json::object{{"policy", std::string{finding.policy->id}},
                                    {"severity", std::string{severity_text(finding.severity)}},
                                    {"limit", finding.failure.limit},
                                    {"octets", finding.failure.octets},
                                    {"over_by", finding.over_by()},
                                    {"text", finding.text()}});
  return json::serialize(json::object{{"zone", fit.cut.zone.text()},
                                      {"delegation", fit.cut.delegation.text()},
                                      {"hosts", fit.delegation.hosts.size()},
                                      {"qname_octets", fit.facts.qname},
                                      {"octets_long_labels", complete(fit)},
                                      {"octets_many_labels", complete(fit)},
                                      {"ledger", std::move(lines)},
                                      {"limits", std::move(limits)},
                                      {"findings", std::move(findings)}}) +
         "\n";
}

}  // namespace torii::zonec
