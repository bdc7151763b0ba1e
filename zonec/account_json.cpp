/// Accounts of delegations for programs.
#include <boost/json.hpp>

#include "zonec/account_report.hpp"
#include "zonec/model/findings.hpp"
#include "zonec/planned_cut.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

json::object host_json(const AccountHost& host) {
  return {{"name", host.name.text()},
          {"relation", std::string{relation_word(host.relation)}},
          {"a", host.a},
          {"aaaa", host.aaaa}};
}

json::object reply_json(const Account& account, const OwnReply& at) {
  json::array left_out;
  for (const auto& set : at.left_out)
    left_out.emplace_back(short_text(account.hosts[set.host].name) + (set.type == dns::RrType::A ? " A" : " AAAA"));
  json::object out{{"limit", at.limit},
                   {"asking", std::string{asking_id(at.asking)}},
                   {"octets", at.needed},
                   {"fits", at.fits()},
                   {"over_by", at.fits() ? 0 : at.needed - at.limit},
                   {"headroom", at.fits() ? at.limit - at.needed : 0},
                   {"sent", at.sent},
                   {"tc", at.tc},
                   {"left_out", std::move(left_out)},
                   {"qname_ok_max", nullptr}};
  if (at.qname_ok_max) out["qname_ok_max"] = *at.qname_ok_max;
  return out;
}

json::object set_json(const FixSet& set) {
  json::array fixes;
  for (const auto& fix : set.fixes) fixes.push_back(fix_json(fix));
  return {{"changes", set.objects},
          {"octets_after", set.octets_after},
          {"smallest", set.is_smallest},
          {"fixes", std::move(fixes)}};
}

}  // namespace

json::object server_json(const Account& account, const ServerReply& reply) {
  json::array left_out;
  for (const auto& set : reply.seen.left_out)
    left_out.emplace_back(short_text(account.hosts[set.host].name) + (set.type == dns::RrType::A ? " A" : " AAAA"));
  return {{"server", std::string{server_id(reply.kind)}},
          {"limit", reply.limit},
          {"asking", std::string{asking_id(reply.asking)}},
          {"qname_shape", reply.shape == QnameShape::Long ? "long" : "many"},
          {"octets", reply.seen.octets},
          {"tc", reply.seen.tc},
          {"ns_records", reply.seen.ns_records},
          {"left_out", std::move(left_out)},
          {"chance", reply.seen.is_chance}};
}

json::array ledger_json(const Account& account) {
  json::array out;
  for (const auto& line : ledger_of(account)) {
    json::object one{{"part", std::string{part_id(line.part)}}, {"octets", line.octets}};
    if (line.host != kNoHost) one["host"] = account.hosts[line.host].name.text();
    if (line.records > 0) one["records"] = line.records;
    if (line.part == Part::NsName) one["pointer_octets"] = line.pointer_octets;
    if (line.part == Part::Denial || line.part == Part::Glue || line.part == Part::GlueRequired)
      one["type"] = type_text(line.type);
    out.push_back(std::move(one));
  }
  return out;
}

json::object fix_json(const Fix& fix) {
  json::array changes;
  for (const auto& edit : fix.hosts) {
    json::object one{{"from", nullptr}, {"to", nullptr}};
    if (edit.from) one["from"] = edit.from->text();
    if (edit.to) one["to"] = host_json(*edit.to);
    changes.push_back(std::move(one));
  }
  json::array costs;
  for (const auto id : cost_ids(fix.costs)) costs.emplace_back(std::string{id});
  json::array breaks;
  for (const auto& id : fix.breaks) breaks.emplace_back(id);
  return {{"id", std::string{fix_id(fix.kind)}},
          {"octets_saved", fix.octets_saved()},
          {"octets_after", fix.octets_after},
          {"suffices", fix.suffices},
          {"changes", fix.objects()},
          {"hosts", std::move(changes)},
          {"costs", std::move(costs)},
          {"breaks", std::move(breaks)},
          {"text", fix_text(fix)}};
}

json::object fix_plan_json(const FixPlan& plan) {
  json::array fixes;
  for (const auto& fix : plan.fixes) fixes.push_back(fix_json(fix));
  json::object out{{"fixes", std::move(fixes)}};
  if (plan.gentle) out["gentle_set"] = set_json(*plan.gentle);
  if (plan.any) out["smallest_set"] = set_json(*plan.any);
  return out;
}

json::object report_json(const AccountReport& report) {
  const auto& account = report.account;
  json::array hosts;
  for (const auto& host : account.hosts) hosts.push_back(host_json(host));
  json::array limits;
  for (const auto& at : report.replies) limits.push_back(reply_json(account, at));
  json::array servers;
  for (const auto& reply : report.servers) servers.push_back(server_json(account, reply));
  json::array passed;
  for (const auto& standing : report.standings)
    if (standing.passed)
      passed.push_back(json::object{{"policy", standing.policy->id},
                                    {"octets", standing.octets},
                                    {"limit", standing.limit},
                                    {"headroom", standing.limit - standing.octets}});
  json::array findings;
  for (const auto& diagnostic : report.diagnostics)
    findings.push_back(json::object{{"code", diagnostic.code},
                                    {"severity", std::string{severity_text(diagnostic.severity)}},
                                    {"text", diagnostic.text}});
  for (const auto& finding : report.findings) {
    json::object one{{"policy", finding.policy->id},
                     {"severity", std::string{severity_text(finding.severity)}},
                     {"limit", nullptr},
                     {"octets", nullptr},
                     {"over_by", nullptr},
                     {"qname_ok_max", nullptr},
                     {"text", finding.text()}};
    if (finding.is_about_octets()) {
      one["limit"] = finding.failure.limit;
      one["octets"] = finding.failure.octets;
      one["over_by"] = finding.over_by();
    }
    if (const auto longest = finding.qname_ok_max()) one["qname_ok_max"] = *longest;
    for (const auto& standing : report.standings)
      if (standing.policy == finding.policy)
        for (auto& member : fix_plan_json(standing.fixes)) one[member.key()] = member.value();
    findings.push_back(std::move(one));
  }
  return {{"zone", account.zone.text()},
          {"delegation", account.owner.text()},
          {"hosts", std::move(hosts)},
          {"cyclic", account.is_cyclic},
          {"unreachable", account.is_unreachable},
          {"qname_octets", report.facts.qname},
          {"octets", report.facts.authority + report.facts.all_glue()},
          {"proof_octets", report.facts.proof},
          {"ledger", ledger_json(account)},
          {"limits", std::move(limits)},
          {"servers", std::move(servers)},
          {"passed", std::move(passed)},
          {"findings", std::move(findings)}};
}

}  // namespace torii::zonec
