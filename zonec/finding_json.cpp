/// Findings as JSON Lines.
#include <boost/json.hpp>

#include "zonec/finding_format.hpp"
#include "zonec/utf8.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

class JsonFormatter final : public FindingFormatter {
 public:
  JsonFormatter(std::ostream& out, const SourceFiles& files) : out_{out}, files_{files} {}

  void write(const Diagnostic& diagnostic, const FindingChange& change) override {
    json::object out{{"code", diagnostic.code}, {"severity", std::string{severity_text(diagnostic.severity)}}};
    add_place(diagnostic.where, out);
    if (!diagnostic.owner.empty()) out["owner"] = diagnostic.owner;
    out["text"] = to_utf8(diagnostic.text);
    put(std::move(out), change);
  }

  void write(const SizeFinding& finding, const SizeDetail* detail, const FindingChange& change) override {
    auto out = finding_json(finding);
    if (detail != nullptr) {
      out["ledger_lines"] = ledger_json(detail->account);
      json::array servers;
      for (const auto& reply : detail->servers) servers.push_back(server_json(detail->account, reply));
      out["servers"] = std::move(servers);
      for (auto& member : fix_plan_json(detail->plan)) out[member.key()] = member.value();
    }
    add_place(finding.where, out);
    out["text"] = to_utf8(finding.text());
    put(std::move(out), change);
  }

  void give_up(const std::string& text) override {
    put({{"code", "too-many-errors"}, {"severity", "error"}, {"text", text}}, {});
  }

 private:
  void add_place(Location where, json::object& out) const {
    out["file"] = to_utf8(files_.path(where.file));
    if (where.line == 0) return;
    out["line"] = where.line;
    out["column"] = where.column;
  }

  void put(json::object out, const FindingChange& change) {
    if (!change.id.empty()) out["change"] = std::string{change.id};
    out_ << json::serialize(out) << '\n';
  }

  std::ostream& out_;
  const SourceFiles& files_;
};

}  // namespace

json::object finding_json(const SizeFinding& finding) {
  const auto& facts = finding.facts;
  json::object out{{"policy", finding.policy->id},
                   {"severity", std::string{severity_text(finding.severity)}},
                   {"delegation", finding.delegation.text()},
                   {"limit", nullptr},
                   {"octets", nullptr},
                   {"over_by", nullptr},
                   {"qname_octets", facts.qname},
                   {"qname_ok_max", nullptr},
                   {"hosts", facts.hosts},
                   {"would_set_tc", finding.failure.would_set_tc},
                   {"profile", "full"}};
  if (finding.is_about_octets()) {
    out["limit"] = finding.failure.limit;
    out["octets"] = finding.failure.octets;
    out["over_by"] = finding.over_by();
  }
  if (const auto longest = finding.qname_ok_max()) out["qname_ok_max"] = *longest;
  if (!finding.failure.note.empty()) out["note"] = std::string{finding.failure.note};
  out["ledger"] = json::object{{"header", 12},
                               {"question", facts.qname + 4},
                               {"ns", facts.authority - facts.qname - 16},
                               {"proof", facts.proof},
                               {"glue_required", facts.required()},
                               {"glue_sibling", facts.sibling.total},
                               {"glue_authoritative", facts.glue_authoritative}};
  return out;
}

std::unique_ptr<FindingFormatter> make_json_formatter(std::ostream& out, const SourceFiles& files) {
  return std::make_unique<JsonFormatter>(out, files);
}

}  // namespace torii::zonec
