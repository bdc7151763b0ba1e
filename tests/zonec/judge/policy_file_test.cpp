/// Policy files: what they change, what they refuse and where, and what waivers excuse.
#include "zonec/judge/policy_file.hpp"

#include <random>

#include "tests/zonec/model/zone_text.hpp"
#include "zonec/judge/judge.hpp"
#include "zonec/judge/sizes.hpp"

namespace torii::zonec::testing {
namespace {

constexpr std::uint32_t kNow = 1785542400;  // 2026-08-01T00:00:00Z

struct Applied {
  PolicySettings settings;
  std::vector<std::string> said;  // "line:column severity code text"
  bool ok = false;
};

Applied apply_text(std::string_view text, std::uint32_t now = kNow) {
  Applied out;
  std::vector<Diagnostic> diagnostics;
  out.ok = apply_policy_text(text, 0, now, out.settings, diagnostics);
  for (const auto& each : diagnostics)
    out.said.push_back(std::to_string(each.where.line) + ":" + std::to_string(each.where.column) + " " +
                       std::string{severity_text(each.severity)} + " " + each.code + " " + each.text);
  return out;
}

std::optional<Severity> severity_of(const PolicySettings& settings, std::string_view id) {
  for (const auto& on : settings.in_force(false))
    if (settings.rules()[on.rule]->id == id) return on.severity;
  return std::nullopt;
}

TEST(PolicyFile, ChoosesWhatIsInForce) {
  const auto applied = apply_text(R"(
show = "info"
secondaries = ["nsd", "knot"]
mode = "iana"
[policies]
ns-512 = "notice"
"rfc9471-in-domain@4096" = "warning"
"headroom@1232" = { severity = "error", octets = 100 }
one-glue-512 = { severity = "warning", addresses = 2 }
"portable@1232" = "error"
)");
  ASSERT_TRUE(applied.ok);
  EXPECT_TRUE(applied.said.empty());
  const auto& settings = applied.settings;
  EXPECT_EQ(severity_of(settings, "iana-512"), Severity::Error) << "of the mode";
  EXPECT_EQ(severity_of(settings, "tcp-65535"), std::nullopt);
  EXPECT_EQ(severity_of(settings, "ns-512"), Severity::Notice) << "on top of the mode";
  EXPECT_EQ(severity_of(settings, "rfc9471-in-domain@4096"), Severity::Warning);
  EXPECT_EQ(settings.find("headroom@1232")->amount, 100U);
  EXPECT_EQ(settings.find("one-glue-512")->amount, 2U);
  EXPECT_EQ(settings.floor(), Severity::Info);
  EXPECT_TRUE(settings.encoders().has(Encoder::Full) && settings.encoders().has(Encoder::Knot));
  EXPECT_FALSE(settings.encoders().has(Encoder::Bind920));
}

TEST(PolicyFile, AnEmptyOneChangesNothing) {
  const auto applied = apply_text("# nothing\n");
  EXPECT_TRUE(applied.ok);
  const PolicySettings none;
  ASSERT_EQ(applied.settings.in_force(true).size(), none.in_force(true).size());
}

TEST(PolicyFile, EveryMistakeIsFoundWithItsPlace) {
  struct Case {
    const char* text;
    const char* said;
  };
  const Case cases[] = {
      {"mode = ", "1:"},
      {"mode = \"nobody\"", "1:8 error bad-policy-file mode: no mode nobody"},
      {"mode = 1", "1:8 error bad-policy-file mode: expected one of jprs-2003"},
      {"colour = true", "colour: no such key; there are mode, show"},
      {"show = \"off\"", "1:8 error bad-policy-file show: expected info"},
      {"encoders = []", "encoders: expected a list of full"},
      {"encoders = [\"full\",\n \"nsd\"]", "2:2 error bad-policy-file encoders: expected a list of full"},
      {"secondaries = [3]", "secondaries: expected a list of torii"},
      {"policies = 3", "policies: expected a table"},
      {"[policies]\nns-513 = \"off\"", "2:1 error bad-policy-file policies.ns-513: no policy ns-513"},
      {"[policies]\nns-512 = \"fatal\"", "policies.ns-512: expected off"},
      {"[policies]\nns-512 = { octets = 3 }", "policies.ns-512.octets: ns-512 asks for no number"},
      {"[policies]\n\"headroom@512\" = { octets = 512 }", "headroom@512 asks for octets of room, 1 to 511"},
      {"[policies]\nns-512 = { level = 3 }", "policies.ns-512.level: no such key"},
      {"[policies]\n\"full@100\" = \"error\"", "no policy full@100"},
      {"[[waiver]]\nreason = \"x\"\nuntil = 2027-01-01", "1:1 error bad-policy-file waiver: says neither"},
      {"[[waiver]]\ndelegation = \"a..b\"\nreason = \"x\"\nuntil = 2027-01-01",
       "2:14 error bad-policy-file waiver.del"},
      {"[[waiver]]\ndelegation = \"a\"\nuntil = 2027-01-01", "waiver.reason: expected why"},
      {"[[waiver]]\ndelegation = \"a\"\nreason = \"\"\nuntil = 2027-01-01", "waiver.reason: expected why"},
      {"[[waiver]]\ndelegation = \"a\"\nreason = \"x\"", "waiver.until: expected the last day"},
      {"[[waiver]]\ndelegation = \"a\"\nreason = \"x\"\nuntil = \"2027-01-01\"", "waiver.until: expected the last day"},
      {"[[waiver]]\ndelegation = \"a\"\nreason = \"x\"\nuntil = 2027-01-01\npolicy = \"x\"",
       "waiver.policy: no policy x"},
      {"[[waiver]]\ndelegation = \"a\"\nreason = \"x\"\nuntil = 2027-01-01\npolicy = []",
       "waiver.policy: the list is empty"},
      {"[[waiver]]\ndelegation = \"a\"\nreason = \"x\"\nuntil = 2027-01-01\nowner = 1", "waiver.owner: no such key"},
      {"[waiver]\ndelegation = \"a\"", "waiver: expected tables"},
      {"a = \"\xff\"", "1:"},
  };
  for (const auto& each : cases) {
    const auto applied = apply_text(each.text);
    EXPECT_FALSE(applied.ok) << each.text;
    ASSERT_FALSE(applied.said.empty()) << each.text;
    EXPECT_NE(applied.said[0].find(each.said), std::string::npos) << each.text << "\n" << applied.said[0];
  }
  const auto several = apply_text("mode = \"x\"\nshow = \"y\"\n[policies]\nz = \"error\"\n");
  EXPECT_EQ(several.said.size(), 3U);
  EXPECT_EQ(severity_of(several.settings, "ns-512"), Severity::Error) << "nothing of it is applied";
}

std::vector<std::string> check(const std::string& records, const PolicySettings& settings) {
  const auto built = build(around(records));
  std::vector<std::string> said;
  check_sizes(*built.zone, settings, [&](const SizeFinding& finding) {
    said.push_back(finding.delegation.text() + " " + finding.policy->id + " " +
                   std::string{severity_text(finding.severity)} + (finding.waiver ? finding.waiver_text() : ""));
    return true;
  });
  return said;
}

TEST(Waivers, ExcuseOnePolicyOfADelegationOrAHost) {
  std::string records;
  for (const std::string cut : {"d", "e", "f"}) {
    for (char host = 'a'; host < 'o'; ++host) records += cut + " NS " + host + ".dns.x" + cut + "." + cut + "\n";
    records += cut + " NS shared." + (cut == "f" ? "other" : "host") + ".test.\n";
    records += "a.dns.x" + cut + "." + cut + " A 192.0.2.1\n";
  }
  const auto one = apply_text(R"([[waiver]]
delegation = "D.jp"
policy = ["ns-512", "iana-512"]
reason = "renamed in October"
until = 2026-12-31
[[waiver]]
host = "*.host.test"
policy = "iana-512"
reason = "their matter"
until = 2026-12-31
[[waiver]]
delegation = "*.f.jp"
reason = "below f, not f itself"
until = 2026-12-31
)");
  ASSERT_TRUE(one.ok) << one.said.at(0);
  std::vector<std::string> said;
  for (const auto& line : check(records, one.settings))
    if (line.find("-512") != std::string::npos && line.find("one-glue") == std::string::npos) said.push_back(line);
  EXPECT_EQ(said, (std::vector<std::string>{"d.jp. ns-512 info; waived until 2026-12-31: renamed in October",
                                            "d.jp. iana-512 info; waived until 2026-12-31: renamed in October",
                                            "e.jp. ns-512 error",
                                            "e.jp. iana-512 info; waived until 2026-12-31: their matter",
                                            "f.jp. ns-512 error", "f.jp. iana-512 warning"}));
  const auto unused = unused_waivers(one.settings);
  ASSERT_EQ(unused.size(), 1U);
  EXPECT_EQ(unused[0].code, "waiver-unused");
  EXPECT_EQ(unused[0].where.line, 11U);
}

TEST(Waivers, EndWithTheirLastDay) {
  const char* const text = "[[waiver]]\ndelegation = \"d.jp\"\nreason = \"x\"\nuntil = 2026-08-01\n";
  const auto last_second = apply_text(text, kNow + 86399);
  EXPECT_EQ(last_second.settings.waivers().size(), 1U);
  EXPECT_TRUE(last_second.said.empty());
  const auto after = apply_text(text, kNow + 86400);
  EXPECT_TRUE(after.ok);
  EXPECT_EQ(after.settings.waivers().size(), 0U);
  ASSERT_EQ(after.said.size(), 1U);
  EXPECT_EQ(after.said[0], "1:1 warning waiver-expired the waiver ended with 2026-08-01 (x); remove it, or prolong it");
}

TEST(Portable, DeclaredSecondariesAreAskedAbout) {
  const auto with_knot = apply_text("secondaries = [\"knot\"]");
  ASSERT_TRUE(with_knot.ok);
  // Two suffixes in turn: Knot points at the name before alone, so it is the first to have no room.
  const auto said = [&](int hosts, const PolicySettings& settings) {
    std::string records;
    for (int i = 0; i < hosts; ++i)
      records +=
          "d NS n" + std::to_string(100 + i) + (i % 2 == 0 ? "a.first-long-suffix.d\n" : "b.other-long-suffix.d\n");
    std::vector<std::string> out;
    for (const auto& line : check(records, settings))
      if (line.find("1232") != std::string::npos) out.push_back(line);
    return out;
  };
  int hosts = 20;
  while (said(hosts, with_knot.settings).empty()) ++hosts;
  EXPECT_EQ(said(hosts, PolicySettings{}), std::vector<std::string>{}) << hosts;
  EXPECT_EQ(said(hosts, with_knot.settings), std::vector<std::string>{"d.jp. portable@1232 warning"}) << hosts;
  while (said(hosts, PolicySettings{}).empty()) ++hosts;
  EXPECT_EQ(said(hosts, with_knot.settings), said(hosts, PolicySettings{})) << "said by the rule that it refines";
}

}  // namespace
}  // namespace torii::zonec::testing
