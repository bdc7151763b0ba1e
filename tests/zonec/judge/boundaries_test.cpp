/// Every policy has a delegation that passes with nothing to spare and one that fails by one octet: the same zone, with
/// one more octet in a host's name. And the rules that are not about octets have both too.
#include <map>

#include "tests/zonec/model/zone_text.hpp"
#include "zonec/judge/compat.hpp"
#include "zonec/judge/judge.hpp"
#include "zonec/judge/sizes.hpp"

namespace torii::zonec::testing {
namespace {

using Found = std::map<std::string, SizeFailure>;  // by policy, for d.jp

/// What the zone's check says of d.jp with `policy` alone switched on; and the arithmetic must say the same.
Found check(const std::string& records, const std::string& policy) {
  const auto built = build(around(records));
  EXPECT_TRUE(built.zone);
  PolicySettings settings;
  settings.show_from(Severity::Info);
  for (const auto& rule : policies()) EXPECT_EQ(settings.set(rule.id, std::nullopt), "");
  EXPECT_EQ(settings.set(policy, Severity::Error), "");
  if (policy.starts_with("portable")) settings.set_encoders({Encoder::Full, Encoder::Knot, Encoder::Pdns}, true);
  Found found;
  const auto name = *dns::Name::from_text("d.jp.");
  const auto sink = [&](const SizeFinding& finding) {
    if (finding.delegation == name) found.emplace(finding.policy->id, finding.failure);
    return true;
  };
  check_sizes(*built.zone, settings, sink);
  const auto again = Judge{settings}.judge(describe_account(*built.zone, built.zone->find(name)));
  EXPECT_EQ(again.size(), found.size()) << policy << "\n" << records;
  for (const auto& finding : again) EXPECT_EQ(finding.failure.octets, found[finding.policy->id].octets) << policy;
  return found;
}

enum class Shape : std::uint8_t { Bare, Dual, OnlyA, OneLarge, Huge };

/// `count` hosts of d.jp whose names have `pad` octets more in all.
std::string hosts(Shape shape, int count, int pad) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    constexpr int kPadMax = 50;
    const int here = std::min(pad, kPadMax);
    pad -= here;
    const auto name = "n" + std::to_string(100 + i) + std::string(static_cast<std::size_t>(here), 'x') + ".d";
    text += "d NS " + name + "\n";
    const auto add = [&](const char* type, int records) {
      for (int k = 0; k < records; ++k)
        text += name + " " + type + " " +
                (type[1] == 0 ? "10.0." + std::to_string(k / 250) + "." + std::to_string(1 + k % 250)
                              : "2001:db8::" + std::to_string(1 + k % 9) + ":" + std::to_string(1 + k / 9)) +
                "\n";
    };
    if (shape == Shape::Dual || shape == Shape::OnlyA) add("A", 1);
    if (shape == Shape::Dual) add("AAAA", 1);
    if (shape == Shape::OneLarge && i == 0) add("A", 5);
    if (shape == Shape::Huge) add("A", 2035);
  }
  EXPECT_EQ(pad, 0) << "more octets than the names take";
  return text;
}

const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> kShapes{
      {"tcp-65535", Shape::Huge},
      {"ns-512", Shape::Bare},
      {"iana-512", Shape::Dual},
      {"zonemaster-512", Shape::Dual},
      {"zonecheck-ns-512", Shape::Bare},
      {"zonecheck-512", Shape::Dual},
      {"dnscheck-512", Shape::Dual},
      {"jprs-all-aaaa", Shape::Dual},
      {"one-glue-512", Shape::OnlyA},
      {"two-glue-512", Shape::OnlyA},
      {"rfc9471-in-domain@512", Shape::Dual},
      {"rfc9471-in-domain@1232", Shape::Dual},
      {"edns-1232", Shape::Bare},
      {"edns-1400", Shape::Dual},
      {"full@512", Shape::Dual},
      {"full@1232", Shape::Dual},
      {"full@1400", Shape::Dual},
      {"rrset-atomic", Shape::OneLarge},
      {"portable@1232", Shape::Dual},
      {"headroom@512", Shape::Dual},
      {"headroom@1232", Shape::Dual},
  };
  return kShapes;
}

TEST(Boundaries, EachPolicyPassesByZeroOctetsAndFailsByOne) {
  for (const auto& policy : policies()) {
    if (policy.limit == 0) continue;
    ASSERT_TRUE(shapes().contains(policy.id)) << policy.id << " has no delegation at its boundary";
    const auto shape = shapes().at(policy.id);
    int count = 1;
    while (check(hosts(shape, count + 1, 0), policy.id).empty()) ++count;
    int pad = 0;
    Found found;
    while (found = check(hosts(shape, count, pad), policy.id), found.empty()) ++pad;
    ASSERT_GT(pad, 0) << policy.id;
    ASSERT_EQ(found.size(), 1U) << policy.id;
    const auto& failure = found.at(policy.id);
    EXPECT_EQ(failure.octets - failure.limit, 1U) << policy.id << ": one octet less passes, so that is the limit";
    const bool room = policy.id.starts_with("headroom");
    EXPECT_EQ(failure.limit, room ? policy.limit - 62 : policy.limit) << policy.id;
  }
}

TEST(Boundaries, AnyLimitOfAFamily) {
  for (const std::string policy : {"rfc9471-in-domain@600", "full@4096", "headroom@700", "portable@513"}) {
    int count = 1;
    while (check(hosts(Shape::Dual, count + 1, 0), policy).empty()) ++count;
    int pad = 0;
    Found found;
    while (found = check(hosts(Shape::Dual, count, pad), policy), found.empty()) ++pad;
    EXPECT_EQ(found.at(policy).octets - found.at(policy).limit, 1U) << policy;
  }
}

TEST(Boundaries, Glue) {
  const auto one = [](const std::string& records, const std::string& policy) {
    const auto found = check(records, policy);
    return found.empty() ? std::string{"passes"} : std::string{severity_text(found.at(policy).severity_max)};
  };
  EXPECT_EQ(one("d NS ns.d\nns.d A 192.0.2.1", "g1-glue-present"), "passes");
  EXPECT_EQ(one("d NS d\nd AAAA 2001:db8::1", "g1-glue-present"), "passes");
  EXPECT_EQ(one("d NS n1.d\nd NS n2.d\nn1.d A 192.0.2.1", "g1-glue-present"), "warning");
  EXPECT_EQ(one("d NS n1.d\nd NS ns.test.", "g1-glue-present"), "warning");
  EXPECT_EQ(one("d NS n1.d\nd NS n2.d", "g1-glue-present"), "error");
  EXPECT_EQ(one("d NS d", "g1-glue-present"), "error");
  EXPECT_EQ(one("d NS ns.e\ne NS ns.d\nns.d A 192.0.2.1", "g2-cyclic"), "notice");
  EXPECT_EQ(one("d NS ns.e\ne NS ns.d", "g2-cyclic"), "error");
  EXPECT_EQ(one("d NS ns.e\ne NS ns.d\ne NS ns.test.", "g2-cyclic"), "passes");
  EXPECT_EQ(one("d NS ns.e\ne NS ns.d", "g1-glue-present"), "passes") << "the other rule speaks";
}

TEST(Boundaries, QnamesOfCheckersThatCutLabelsGreedily) {
  std::map<std::uint32_t, std::uint32_t> short_ones;
  for (std::uint32_t owner = 1; owner <= 255; ++owner)
    if (owner != 2 && chunked_qname(owner) != 255) short_ones[owner] = chunked_qname(owner);
  EXPECT_EQ(short_ones, (std::map<std::uint32_t, std::uint32_t>{{62, 254}, {126, 254}, {190, 254}, {254, 254}}));
}

TEST(Boundaries, TheRootsDelegationsHoldToIanaAsAnError) {
  std::string text = "$ORIGIN .\n$TTL 1\n@ SOA a. b. 1 1 1 1 1\n@ NS a.test.\n";
  for (char c = 'a'; c < 'n'; ++c) text += std::string{"com NS "} + c + ".gtld-servers.net\n";
  for (char c = 'a'; c < 'n'; ++c) text += std::string(1, c) + ".gtld-servers.net A 192.0.2.1\n";
  text += "a.gtld-servers.net AAAA 2001:db8::1\nnet NS a.gtld-servers.net\n";
  const auto built = build(text);
  ASSERT_TRUE(built.zone);
  PolicySettings settings;
  std::vector<std::string> said;
  const auto sink = [&](const SizeFinding& finding) {
    said.push_back(finding.text() + " [" + std::string{severity_text(finding.severity)} + "]");
    return true;
  };
  check_sizes(*built.zone, settings, sink);
  EXPECT_EQ(said, std::vector<std::string>{"com: 539 octets at QNAME 255 (limit 512, iana-512): 27 over; holds for "
                                           "QNAMEs up to 228 [error]"});
  said.clear();
  ASSERT_EQ(settings.set("iana-512=warning"), "");
  check_sizes(*built.zone, settings, sink);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("[warning]"), std::string::npos);
}

TEST(Boundaries, ModesSwitchEverythingElseOff) {
  for (const auto& mode : policy_modes()) {
    PolicySettings settings;
    ASSERT_EQ(settings.set_mode(mode.id), "");
    std::vector<std::string> on;
    for (const auto& rule : settings.in_force(false)) on.push_back(settings.rules()[rule.rule]->id);
    std::vector<std::string> wanted;
    for (const auto& choice : mode.choices) wanted.emplace_back(choice.id);
    std::ranges::sort(on);
    std::ranges::sort(wanted);
    EXPECT_EQ(on, wanted) << mode.id;
  }
  PolicySettings settings;
  EXPECT_NE(settings.set_mode("nobody").find("zonemaster"), std::string::npos);
}

TEST(Boundaries, NumbersThatPoliciesAskFor) {
  PolicySettings settings;
  EXPECT_EQ(settings.set_amount("headroom@1232", 100), "");
  EXPECT_NE(settings.set_amount("headroom@1232", 0), "");
  EXPECT_NE(settings.set_amount("headroom@1232", 1232), "");
  EXPECT_EQ(settings.set_amount("one-glue-512", 2), "");
  EXPECT_NE(settings.set_amount("one-glue-512", 3), "");
  EXPECT_NE(settings.set_amount("ns-512", 1), "");
  for (const char* wrong : {"full@511", "full@65536", "full@", "full@0600", "full@12a", "full", "nobody@600", "@600"})
    EXPECT_NE(settings.set(wrong, Severity::Error), "") << wrong;
}

}  // namespace
}  // namespace torii::zonec::testing
