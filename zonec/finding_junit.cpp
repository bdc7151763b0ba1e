/// Findings as JUnit XML: a testsuite for each input, a testcase for each policy in force and each code found, failures
/// inside. A suite's counts stand at its head, so one suite is held at a time: of each case the first failures, and how
/// many more.
#include <map>

#include "zonec/finding_format.hpp"
#include "zonec/utf8.hpp"

namespace torii::zonec {
namespace {

constexpr std::size_t kFailuresKept = 100;  // of each case; as of each code elsewhere (kFindingsPerCodeMax)

class JunitFormatter final : public FindingFormatter {
 public:
  JunitFormatter(std::ostream& out, const SourceFiles& files) : out_{out}, files_{files} {
    out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zonec\">\n";
  }

  void begin_input(const std::string& path) override {
    flush();
    suite_ = path;
  }
  void begin_zone(const dns::Name& apex, const PolicySettings& settings) override {
    suite_ = apex.text() + " (" + suite_ + ")";
    for (const auto& on : settings.in_force(apex.view().is_root())) {
      const auto& policy = *settings.rules()[on.rule];
      if (on.severity >= settings.floor()) cases_.try_emplace(policy.id).first->second.kind = "policy";
    }
    cases_.try_emplace("structure").first->second.kind = "zone";
  }

  void write(const Diagnostic& diagnostic, const FindingChange& change) override {
    add(diagnostic.code, "code", diagnostic.severity,
        files_.text(diagnostic.where) + ": " + diagnostic.text + after(change));
  }
  void write(const SizeFinding& finding, const SizeDetail* detail, const FindingChange& change) override {
    auto text = finding.text() + after(change);
    if (detail != nullptr && !detail->plan.fixes.empty()) text += "\nfix: " + fix_text(detail->plan.fixes.front());
    add(finding.policy->id, "policy", finding.severity, files_.text(finding.where) + ": " + text);
  }
  void give_up(const std::string& text) override { add("too-many-errors", "code", Severity::Error, text); }

  void finish() override {
    flush();
    out_ << "</testsuites>\n";
  }

 private:
  struct Case {
    std::string_view kind = "code";
    std::size_t failures = 0;
    std::vector<std::string> kept;  // XML of each failure
    std::string said;               // notices and infos, which fail nothing
    std::size_t said_count = 0;
  };

  static std::string after(const FindingChange& change) { return change.id.empty() ? "" : " (" + change.text + ")"; }

  void add(const std::string& id, std::string_view kind, Severity severity, const std::string& text) {
    auto& one = cases_[id];
    one.kind = kind;
    if (severity < Severity::Warning) {
      if (++one.said_count <= kFailuresKept) one.said += to_xml(text) + "\n";
      return;
    }
    if (++one.failures > kFailuresKept) return;
    const auto line_end = text.find('\n');
    one.kept.push_back("      <failure type=\"" + std::string{severity_text(severity)} + "\" message=\"" +
                       to_xml(text.substr(0, line_end)) + "\">" + to_xml(text) + "</failure>\n");
  }

  void flush() {
    if (cases_.empty()) return;
    std::size_t failed = 0;
    for (const auto& [id, one] : cases_) failed += one.failures > 0 ? 1 : 0;
    out_ << "  <testsuite name=\"" << to_xml(suite_) << "\" tests=\"" << cases_.size() << "\" failures=\"" << failed
         << "\" errors=\"0\" skipped=\"0\">\n";
    for (const auto& [id, one] : cases_) {
      out_ << "    <testcase classname=\"zonec." << one.kind << "\" name=\"" << to_xml(id) << '"';
      if (one.failures == 0 && one.said.empty()) {
        out_ << "/>\n";
        continue;
      }
      out_ << ">\n";
      for (const auto& failure : one.kept) out_ << failure;
      if (one.failures > kFailuresKept)
        out_ << "      <failure type=\"more\" message=\"and " << one.failures - kFailuresKept << " more\"/>\n";
      if (!one.said.empty()) {
        out_ << "      <system-out>" << one.said;
        if (one.said_count > kFailuresKept) out_ << "and " << one.said_count - kFailuresKept << " more\n";
        out_ << "</system-out>\n";
      }
      out_ << "    </testcase>\n";
    }
    out_ << "  </testsuite>\n";
    cases_.clear();
  }

  std::ostream& out_;
  const SourceFiles& files_;
  std::string suite_ = "zonec";
  std::map<std::string, Case> cases_;
};

}  // namespace

std::unique_ptr<FindingFormatter> make_junit_formatter(std::ostream& out, const SourceFiles& files) {
  return std::make_unique<JunitFormatter>(out, files);
}

}  // namespace torii::zonec
