/// Findings as SARIF 2.1.0 (OASIS), result by result: the rules that they name follow at the end, when they are known.
#include <boost/json.hpp>
#include <map>

#include "zonec/finding_format.hpp"
#include "zonec/finding_rules.hpp"
#include "zonec/utf8.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

/// FNV-1a, 64 bits: stable, and nobody attacks it.
std::string digest_of(std::string_view text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const auto c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3U;
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = "0123456789abcdef"[(hash >> (4 * i)) & 15U];
  return out;
}

std::string_view level_of(Severity severity) noexcept {
  return severity == Severity::Error ? "error" : severity == Severity::Warning ? "warning" : "note";
}

class SarifFormatter final : public FindingFormatter {
 public:
  SarifFormatter(std::ostream& out, const SourceFiles& files) : out_{out}, files_{files} {
    out_ << R"({"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":[)";
  }

  void write(const Diagnostic& diagnostic, const FindingChange& change) override {
    const auto rule = rule_of(diagnostic.code, [&] {
      const auto& page = find_rule(diagnostic.code);
      return rule_json(diagnostic.code, page.meaning, page.remedy, diagnostic.severity);
    });
    auto out = result(diagnostic.code, rule, diagnostic.severity, diagnostic.text, diagnostic.where);
    json::object properties;
    if (!diagnostic.owner.empty()) properties["owner"] = to_utf8(diagnostic.owner);
    put(std::move(out), std::move(properties), finding_key(diagnostic), change);
  }

  void write(const SizeFinding& finding, const SizeDetail* detail, const FindingChange& change) override {
    const auto& policy = *finding.policy;
    const auto rule = rule_of(policy.id, [&] {
      return rule_json(policy.id, "It holds when " + std::string{policy.meaning},
                       "Source: " + std::string{policy.source} + ". What helps: docs/findings.md, Fixes",
                       policy.severity);
    });
    auto text = finding.text();
    if (detail != nullptr && !detail->plan.fixes.empty()) text += ". Fix: " + fix_text(detail->plan.fixes.front());
    auto out = result(policy.id, rule, finding.severity, text, finding.where);
    json::object properties{{"delegation", finding.delegation.text()}};
    if (finding.is_about_octets()) {
      properties["octets"] = finding.failure.octets;
      properties["limit"] = finding.failure.limit;
    }
    if (detail != nullptr)
      for (auto& member : fix_plan_json(detail->plan)) properties[member.key()] = member.value();
    if (finding.waiver)
      out["suppressions"] =
          json::array{json::object{{"kind", "external"}, {"justification", to_utf8(finding.waiver->reason)}}};
    put(std::move(out), std::move(properties), finding_key(finding), change);
  }

  void give_up(const std::string& text) override { note_ = text; }

  void finish() override {
    json::object driver{{"name", "zonec"}, {"semanticVersion", TORII_VERSION}, {"rules", std::move(rules_)}};
    json::object invocation{{"executionSuccessful", note_.empty()}};
    if (!note_.empty())
      invocation["toolExecutionNotifications"] =
          json::array{json::object{{"level", "error"}, {"message", json::object{{"text", note_}}}}};
    out_ << "],\"columnKind\":\"unicodeCodePoints\",\"tool\":"
         << json::serialize(json::object{{"driver", std::move(driver)}})
         << ",\"invocations\":" << json::serialize(json::array{std::move(invocation)}) << "}]}\n";
  }

 private:
  template <class Make>
  std::size_t rule_of(const std::string& code, Make make) {
    const auto [at, is_new] = rule_index_.try_emplace(code, rules_.size());
    if (is_new) rules_.push_back(make());
    return at->second;
  }

  static json::object rule_json(const std::string& id, std::string meaning, const std::string& remedy,
                                Severity severity) {
    if (meaning.empty()) meaning = id;
    json::object out{{"id", id},
                     {"shortDescription", json::object{{"text", meaning}}},
                     {"defaultConfiguration", json::object{{"level", std::string{level_of(severity)}}}}};
    out["help"] = json::object{{"text", remedy.empty() ? meaning : meaning + ". " + remedy}};
    return out;
  }

  json::object result(const std::string& id, std::size_t rule, Severity severity, const std::string& text,
                      Location where) const {
    json::object place{{"artifactLocation", json::object{{"uri", to_uri(files_.path(where.file))}}}};
    if (where.line > 0)
      place["region"] =
          json::object{{"startLine", where.line}, {"startColumn", std::max<std::uint32_t>(where.column, 1)}};
    return {{"ruleId", id},
            {"ruleIndex", rule},
            {"level", std::string{level_of(severity)}},
            {"message", json::object{{"text", to_utf8(text)}}},
            {"locations", json::array{json::object{{"physicalLocation", std::move(place)}}}}};
  }

  void put(json::object out, json::object properties, const std::string& key, const FindingChange& change) {
    const auto digest = digest_of(key);
    const auto number = ++seen_[digest];  // the same code at the same name again
    out["partialFingerprints"] =
        json::object{{"zonecFinding/v1", number == 1 ? digest : digest + "-" + std::to_string(number)}};
    // SARIF has "new" and "updated", as here only those are written.
    if (!change.id.empty()) out["baselineState"] = change.id == "new" ? "new" : "updated";
    if (!properties.empty()) out["properties"] = std::move(properties);
    out_ << (first_ ? "\n" : ",\n") << json::serialize(out);
    first_ = false;
  }

  std::ostream& out_;
  const SourceFiles& files_;
  json::array rules_;
  std::map<std::string, std::size_t> rule_index_;
  std::map<std::string, std::size_t> seen_;
  std::string note_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<FindingFormatter> make_sarif_formatter(std::ostream& out, const SourceFiles& files) {
  return std::make_unique<SarifFormatter>(out, files);
}

}  // namespace torii::zonec
