#include <boost/json.hpp>
#include <unordered_map>

#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

json::array points(const Distribution& sizes) {
  json::array out;
  for (const auto& [octets, count] : sizes.points()) out.push_back(json::array{octets, count});
  return out;
}

json::object distribution(const Distribution& sizes) {
  const auto bands = sizes.bands();
  return {{"least", sizes.least()},
          {"median", sizes.quantile(500)},
          {"most", sizes.most()},
          {"bands", json::array(bands.begin(), bands.end())},
          {"points", points(sizes)}};
}

json::object policy(const PolicyCount& one) {
  json::object missed;
  for (std::size_t i = 0; i < one.missed.size(); ++i) missed[worst_severity_text(i + 1)] = one.missed.at(i);
  return {{"id", one.id},      {"source", one.source}, {"meaning", one.meaning},     {"limit", one.limit},
          {"off", one.is_off}, {"passed", one.passed}, {"missed", std::move(missed)}};
}

json::object lever(const Lever& one) {
  json::object out{
      {"text", lever_text(one)}, {"kind", nullptr},          {"host", one.host.text()}, {"hosts", one.hosts},
      {"failing", one.failing},  {"examined", one.examined}, {"healed", one.healed},    {"saved_most", one.saved_most}};
  switch (one.kind) {
    case Lever::Kind::Rename:
      out["kind"] = "rename";
      break;
    case Lever::Kind::FewerAddresses:
      out["kind"] = "fewer-addresses";
      break;
    case Lever::Kind::ShorterLabels:
      out["kind"] = "shorter-labels";
      break;
  }
  if (!one.renamed.empty()) out["new_name"] = one.renamed.front().text();
  return out;
}

json::object dnssec(const DnssecCost& cost) {
  const auto numbered = [](const auto& counts) {
    json::object out;
    for (const auto& [number, count] : counts) out[std::to_string(number)] = count;
    return out;
  };
  json::array what_if;
  for (const auto& planned : cost.what_if) {
    auto one = distribution(planned.sizes);
    one.erase("points");
    one["name"] = planned.name;
    one["signature_octets"] = planned.signature_octets;
    what_if.push_back(std::move(one));
  }
  return {{"ds", distribution(cost.ds)},
          {"denial", distribution(cost.denial)},
          {"without_proof", cost.without_proof},
          {"signature_algorithms", numbered(cost.signature_algorithms)},
          {"child_algorithms", numbered(cost.child_algorithms)},
          {"digest_types", numbered(cost.digest_types)},
          {"what_if", std::move(what_if)}};
}

/// Hosts are told by their place in one list, as most stand in many delegations.
class HostTable {
 public:
  std::uint64_t place(const dns::Name& host) {
    const auto text = host.text();
    const auto [at, is_new] = places_.emplace(text, names_.size());
    if (is_new) names_.emplace_back(text);
    return at->second;
  }
  json::array take() { return std::move(names_); }

 private:
  std::unordered_map<std::string, std::uint64_t> places_;
  json::array names_;
};

std::uint32_t signed_octets(const std::vector<std::uint16_t>& rdata) {
  std::uint32_t octets = 0;
  for (const auto size : rdata) octets += 12U + size;
  return octets;
}

json::object detail(const Detail& one, const std::unordered_map<std::string, std::size_t>& policies, HostTable& table) {
  json::array hosts;
  std::vector<std::uint32_t> name_octets(one.account.hosts.size());
  for (const auto& line : one.ledger)
    if (line.part == Part::NsName) name_octets[line.host] = line.octets;
  for (std::size_t i = 0; i < one.account.hosts.size(); ++i) {
    const auto& host = one.account.hosts[i];
    json::array row{table.place(host.name), static_cast<int>(host.relation), name_octets[i], host.a, host.aaaa};
    if (!host.a_signatures.empty() || !host.aaaa_signatures.empty()) {
      row.push_back(signed_octets(host.a_signatures));
      row.push_back(signed_octets(host.aaaa_signatures));
    }
    hosts.push_back(std::move(row));
  }
  json::array proof;
  for (const auto& line : one.ledger)
    if (line.part == Part::Ds || line.part == Part::Denial || line.part == Part::Signature)
      proof.push_back(json::array{line.type == dns::RrType::DS      ? "DS"
                                  : line.type == dns::RrType::RRSIG ? "RRSIG"
                                  : line.type == dns::RrType::NSEC  ? "NSEC"
                                                                    : "NSEC3",
                                  line.octets});
  json::array misses;
  for (const auto& miss : one.misses) {
    json::array row{policies.at(miss.policy), static_cast<int>(miss.severity), miss.octets, miss.limit,
                    miss.would_set_tc ? 1 : 0};
    if (!miss.note.empty()) row.emplace_back(miss.note);
    misses.push_back(std::move(row));
  }
  json::object out{{"name", one.account.owner.text()},
                   {"owner", one.facts.owner},
                   {"sizes", json::array(one.sizes.octets.begin(), one.sizes.octets.end())},
                   {"hosts", std::move(hosts)}};
  const auto order = glue_order(one.account);
  if (!std::ranges::is_sorted(order)) out["glue_order"] = json::array(order.begin(), order.end());
  if (!proof.empty()) out["proof"] = std::move(proof);
  if (!misses.empty()) out["misses"] = std::move(misses);
  if (one.account.is_cyclic) out["cyclic"] = true;
  if (one.account.is_unreachable) out["unreachable"] = true;
  return out;
}

json::object details(const Report& report) {
  std::unordered_map<std::string, std::size_t> policies;
  for (const auto& one : report.policies) policies.emplace(one.id, policies.size());
  HostTable table;
  json::array delegations;
  for (const auto& one : report.details) delegations.push_back(detail(one, policies, table));
  return {{"complete", report.has_all_details}, {"hosts", table.take()}, {"delegations", std::move(delegations)}};
}

json::object relations(const Report& report) {
  json::object hosts;
  json::object delegations;
  for (std::size_t i = 0; i < report.hosts_by_relation.size(); ++i) {
    const auto id = relation_id(static_cast<HostRelation>(i));
    hosts[id] = report.hosts_by_relation.at(i);
    delegations[id] = report.delegations_by_relation.at(i);
  }
  delegations["several"] = report.delegations_of_several_relations;
  return {{"ns_records", std::move(hosts)}, {"delegations", std::move(delegations)}};
}

json::object host_sets(const Report& report) {
  json::array shared;
  for (const auto& set : report.shared_sets) {
    json::array hosts;
    for (const auto& host : set.hosts) hosts.emplace_back(host.text());
    shared.push_back(json::object{{"delegations", set.delegations}, {"hosts", std::move(hosts)}});
  }
  return {{"distinct", report.distinct_sets}, {"most_shared", std::move(shared)}};
}

}  // namespace

std::string report_json(const Report& report, std::string_view note) {
  json::object sizes;
  for (std::size_t i = 0; i < kMeasures; ++i)
    sizes[measure_id(static_cast<Measure>(i))] = distribution(report.sizes.at(i));
  json::object parts;
  for (std::size_t i = 0; i < report.part_octets.size(); ++i)
    parts[part_id(static_cast<Part>(i))] = report.part_octets.at(i);
  json::object severities;
  for (std::size_t i = 0; i < report.by_worst_severity.size(); ++i)
    severities[worst_severity_text(i)] = report.by_worst_severity.at(i);
  json::array policies;
  for (const auto& one : report.policies) policies.push_back(policy(one));
  json::array hosts_per_delegation;
  for (const auto& [hosts, count] : report.hosts_per_delegation)
    hosts_per_delegation.push_back(json::array{hosts, count});
  json::array levers;
  for (const auto& one : report.levers) levers.push_back(lever(one));
  const json::object out{{"schema", "torii-report"},
                         {"version", 1},
                         {"zone", report.zone.text()},
                         {"serial", report.serial},
                         {"note", note},
                         {"records", report.records},
                         {"delegations", report.delegations},
                         {"signed", report.is_signed},
                         {"limits", json::array(kBandLimits.begin(), kBandLimits.end())},
                         {"worst_severity", std::move(severities)},
                         {"sizes", std::move(sizes)},
                         {"part_octets", std::move(parts)},
                         {"policies", std::move(policies)},
                         {"hosts_per_delegation", std::move(hosts_per_delegation)},
                         {"relations", relations(report)},
                         {"host_sets", host_sets(report)},
                         {"dnssec", dnssec(report.dnssec)},
                         {"levers", std::move(levers)},
                         {"worst_plain", json::array(report.worst_plain.begin(), report.worst_plain.end())},
                         {"worst_edns", json::array(report.worst_edns.begin(), report.worst_edns.end())},
                         {"details", details(report)}};
  return json::serialize(out) + "\n";
}

}  // namespace torii::zonec
