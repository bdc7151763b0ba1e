// The rules of the publish gate, each at its edge.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/compiled_zones.hpp"
#include "tests/support/temporary_folder.hpp"
#include "zonec/compare/publish_gate.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::zonec {
namespace {

constexpr std::uint32_t kNow = 1'800'000'000;  // 2027-01-15
constexpr const char* kKey1 = "@ DNSKEY 257 3 13 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n";
constexpr const char* kKey1Revoked = "@ DNSKEY 385 3 13 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n";
constexpr const char* kKey2 = "@ DNSKEY 257 3 13 AgIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n";
constexpr const char* kKey3Rsa = "@ DNSKEY 257 3 8 AwIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n";

/// A zone with `more` records; `serial` and the SOA's MNAME may be chosen.
std::string text(std::uint32_t serial, const std::string& more, const std::string& primary = "ns.a.test.") {
  return "$TTL 60\n@ SOA " + primary + " h.test. " + std::to_string(serial) + " 2 3 4 30\n" + more;
}
const std::string kNs = "@ NS ns.a.test.\n@ NS ns.b.test.\n";

std::string delegations(int first, int end, const std::string& each = " NS ns.x.test.\n") {
  std::string out;
  for (int i = first; i < end; ++i) out += "d" + std::to_string(i) + each;
  return out;
}

std::vector<Zone> zones_of(const std::string& zone, const std::string& origin = "zone.") {
  std::vector<Zone> zones;
  zones.push_back(testing::build_zone(zone, origin));
  return zones;
}

class Gate : public ::testing::Test {
 protected:
  void serve(const std::string& zone) { publish(zones_of(zone), publishing()); }
  [[nodiscard]] PublishOptions publishing() const {
    PublishOptions made;
    made.image = folder_.path() / "image";
    return made;
  }
  /// Codes and severities of what the gate says of `zones`: "error serial-back".
  std::vector<std::string> judge(std::span<const Zone> zones, unsigned threads = 2) {
    gate_ = std::make_unique<PublishGate>(GateSettings{options_}, kNow, threads);
    gate_->open(publishing().image, {});
    for (const auto& zone : zones) gate_->check(zone);
    gate_->finish();
    std::vector<std::string> said;
    said_.clear();
    for (const auto& finding : gate_->findings()) {
      said.push_back((finding.severity == Severity::Error     ? "error "
                      : finding.severity == Severity::Warning ? "warning "
                                                              : "notice ") +
                     finding.code);
      said_ += finding.text + "\n";
    }
    return said;
  }
  std::vector<std::string> judge(const std::string& zone) { return judge(zones_of(zone)); }
  using Said = std::vector<std::string>;

  GateOptions options_;
  std::unique_ptr<PublishGate> gate_;
  std::string said_;
  testing::TemporaryFolder folder_;
};

TEST_F(Gate, NothingToCompareWithAtTheFirstPublish) {
  EXPECT_EQ(judge(text(1, kNs)), Said{});
  EXPECT_EQ(gate_->generation(), 0U);
  EXPECT_FALSE(gate_->is_unchanged());
}

TEST_F(Gate, EqualSerialAndContentIsUnchanged) {
  serve(text(7, kNs + delegations(0, 20)));
  EXPECT_EQ(judge(text(7, kNs + delegations(0, 20))), Said{});
  EXPECT_TRUE(gate_->is_unchanged());
  EXPECT_EQ(judge(text(8, kNs + delegations(0, 20))), Said{});
  EXPECT_FALSE(gate_->is_unchanged());
}

TEST_F(Gate, EqualSerialWithOtherContentIsRefused) {
  serve(text(7, kNs + "a TXT x\n"));
  for (const auto* other : {"a TXT y\n", "a TXT X\n", "a 61 TXT x\n", "b TXT x\n", "a TXT x\nb TXT x\n", ""}) {
    EXPECT_EQ(judge(text(7, kNs + other)), Said{"error serial-reused"}) << other;
    EXPECT_TRUE(gate_->is_refused());
  }
}

TEST_F(Gate, SerialsCompareByRfc1982) {
  struct Case {
    std::uint32_t before, after;
    bool good;
  };
  for (const auto& [before, after, good] :
       {Case{1, 2, true}, Case{2, 1, false}, Case{0xFFFF'FFFF, 0, true}, Case{0xFFFF'FFFF, 5, true},
        Case{0, 0xFFFF'FFFF, false}, Case{1, 0x8000'0000, true}, Case{1, 0x8000'0001, false},
        Case{1, 0x8000'0002, false}, Case{0x8000'0001, 1, false}, Case{0x8000'0002, 1, true}}) {
    serve(text(before, kNs));
    EXPECT_EQ(judge(text(after, kNs)), good ? Said{} : Said{"error serial-back"}) << before << " to " << after;
    if (before - after == 0x8000'0000U) {
      EXPECT_NE(said_.find("undefined"), std::string::npos) << said_;
    }
  }
}

TEST_F(Gate, FivePercentOfTheDelegationsMayGo) {
  serve(text(1, kNs + delegations(0, 200)));
  EXPECT_EQ(judge(text(2, kNs + delegations(10, 200))), Said{});
  EXPECT_EQ(judge(text(2, kNs + delegations(11, 200))), Said{"error delegations-gone"});
  EXPECT_NE(said_.find("11 of the 200 delegations of generation 1"), std::string::npos) << said_;
  EXPECT_NE(said_.find("d0.zone., d1.zone., d10.zone., ..."), std::string::npos) << said_;
  options_.shrink_max = 5.5;
  EXPECT_EQ(judge(text(2, kNs + delegations(11, 200))), Said{});
}

TEST_F(Gate, ReplacedDelegationsAreGone) {
  serve(text(1, kNs + delegations(0, 200)));
  EXPECT_EQ(judge(text(2, kNs + delegations(11, 211))), Said{"error delegations-gone"});
}

TEST_F(Gate, AFewDelegationsMayGoFromASmallZoneButNotAll) {
  serve(text(1, kNs + delegations(0, 10)));
  EXPECT_EQ(judge(text(2, kNs + delegations(1, 10))), Said{});
  EXPECT_EQ(judge(text(2, kNs + delegations(5, 10))), Said{});
  EXPECT_EQ(judge(text(2, kNs + delegations(6, 10))), Said{"error delegations-gone"});
  serve(text(3, kNs + delegations(0, 2)));
  EXPECT_EQ(judge(text(4, kNs + delegations(1, 2))), Said{});
  EXPECT_EQ(judge(text(4, kNs)), Said{"error delegations-gone"});
  serve(text(5, kNs + delegations(0, 1)));
  EXPECT_EQ(judge(text(6, kNs)), Said{});
}

TEST_F(Gate, DelegationsBelowANewCutAreGone) {
  serve(text(1, kNs + delegations(0, 20, ".co NS ns.x.test.\n")));
  EXPECT_EQ(judge(text(2, kNs + "co NS ns.y.test.\n" + delegations(0, 20, ".co NS ns.x.test.\n"))),
            Said{"error delegations-gone"});
  EXPECT_NE(said_.find("20 of the 20"), std::string::npos) << said_;
}

TEST_F(Gate, FivePercentOfTheDsRecordsMayGo) {
  const std::string both = " NS ns.x.test.\n";
  const auto ds = [](int first, int end, const char* digest) {
    return delegations(first, end, " DS 1 13 2 " + std::string(62, '0') + digest + "\n");
  };
  const auto cuts = kNs + delegations(0, 400, both);
  serve(text(1, cuts + ds(0, 400, "aa")));
  EXPECT_EQ(judge(text(2, cuts + ds(20, 400, "aa"))), Said{});
  EXPECT_EQ(judge(text(2, cuts + ds(21, 400, "aa"))), Said{"error ds-gone"});
  EXPECT_EQ(judge(text(2, cuts + ds(21, 400, "aa") + ds(0, 21, "bb"))), Said{"error ds-gone"}) << "replaced";
  serve(text(3, cuts + ds(0, 12, "aa")));
  EXPECT_EQ(judge(text(4, cuts + ds(10, 12, "aa"))), Said{}) << "ten of any may go";
  EXPECT_EQ(judge(text(4, cuts + ds(11, 12, "aa"))), Said{"error ds-gone"});
}

TEST_F(Gate, FivePercentOfTheRecordsMayGo) {
  const auto hosts = [](int first, int end) { return delegations(first, end, " TXT x\n"); };
  serve(text(1, kNs + hosts(0, 2998)));  // 3000 with the apex's NS
  EXPECT_EQ(judge(text(2, kNs + hosts(150, 2998))), Said{});
  EXPECT_EQ(judge(text(2, kNs + hosts(151, 2998))), Said{"error records-gone"});
  serve(text(3, kNs + hosts(0, 101)));
  EXPECT_EQ(judge(text(4, kNs + hosts(100, 101))), Said{}) << "a hundred of any may go";
  EXPECT_EQ(judge(text(4, kNs)), Said{"error records-gone"});
}

TEST_F(Gate, ZonesThatAreMissingAreRefusedUnlessAllowed) {
  std::vector<Zone> both = zones_of(text(1, kNs), "a.");
  both.push_back(testing::build_zone(text(1, kNs), "b."));
  publish(both, publishing());
  EXPECT_EQ(judge(zones_of(text(2, kNs), "A.")), Said{"error zone-dropped"});
  EXPECT_NE(said_.find("b."), std::string::npos) << said_;
  options_.allow = {"zone-dropped@a.=wrong one"};
  EXPECT_EQ(judge(zones_of(text(2, kNs), "a.")), (Said{"error zone-dropped", "notice allowance-unused"}));
  options_.allow = {"zone-dropped@B=it has moved"};
  EXPECT_EQ(judge(zones_of(text(2, kNs), "a.")), Said{"warning zone-dropped"});
  ASSERT_EQ(gate_->overrides().size(), 1U);
  EXPECT_EQ(gate_->overrides()[0].zone.text(), "b.");
  EXPECT_EQ(gate_->overrides()[0].reason, "it has moved");
}

TEST_F(Gate, SomeServerOfTheApexStays) {
  serve(text(1, kNs));
  EXPECT_EQ(judge(text(2, "@ NS NS.B.test.\n@ NS ns.c.test.\n")), Said{});
  EXPECT_EQ(judge(text(2, "@ NS ns.c.test.\n")), Said{"error apex-ns-replaced"});
  EXPECT_NE(said_.find("ns.a.test., ns.b.test."), std::string::npos) << said_;
}

TEST_F(Gate, SomeKeyStays) {
  serve(text(1, kNs + kKey1 + kKey3Rsa));
  EXPECT_EQ(judge(text(2, kNs + kKey1 + kKey2 + kKey3Rsa)), Said{});
  EXPECT_EQ(judge(text(2, kNs + kKey1Revoked + kKey3Rsa)), Said{}) << "revoked, but the same key";
  EXPECT_EQ(judge(text(2, kNs + kKey3Rsa)), Said{"error algorithm-lost"});
  EXPECT_EQ(judge(text(2, kNs + kKey2)), (Said{"error dnskey-replaced", "error algorithm-lost"}));
  EXPECT_EQ(judge(text(2, kNs)), Said{"error signing-removed"});
  serve(text(3, kNs));
  EXPECT_EQ(judge(text(4, kNs + kKey1)), Said{});
}

TEST_F(Gate, ChangesOfPrimaryAndDenialAreNotices) {
  serve(text(1, kNs + kKey1 + "@ NSEC @ NS SOA NSEC DNSKEY\n"));
  EXPECT_EQ(judge(text(2, kNs + kKey1 + "@ NSEC @ NS SOA NSEC DNSKEY\n", "other.test.")),
            Said{"notice primary-changed"});
  EXPECT_EQ(judge(text(2, kNs + kKey1 + "@ NSEC @ NS SOA NSEC DNSKEY\n", "NS.a.test.")), Said{});
  EXPECT_EQ(judge(text(2, kNs + kKey1 +
                              "@ NSEC3PARAM 1 0 0 -\n"
                              "pr9d7ddgjk30dl3q1s6v7rh8tlqrh6qa NSEC3 1 0 0 - "
                              "pr9d7ddgjk30dl3q1s6v7rh8tlqrh6qa NS SOA DNSKEY NSEC3PARAM\n")),
            Said{"notice denial-changed"});
}

TEST_F(Gate, ZonemdStays) {
  const std::string digest = "@ ZONEMD 1 1 1 " + std::string(96, 'a') + "\n";
  serve(text(1, kNs + digest));
  EXPECT_EQ(judge(text(2, kNs + digest)), Said{});
  EXPECT_EQ(judge(text(2, kNs)), Said{"error zonemd-gone"});
}

std::string rrsig(const std::string& owner, const std::string& type, std::uint32_t expiration, const char* tag = "1") {
  return owner + " RRSIG " + type + " 13 1 60 " + std::to_string(expiration) + " 1700000000 " + tag + " zone. AAAA\n";
}

TEST_F(Gate, SignaturesMustLastForADay) {
  const auto signed_zone = [](std::uint32_t soa, std::uint32_t ns) {
    return text(1, kNs + kKey1 + rrsig("@", "SOA", soa) + rrsig("@", "NS", ns));
  };
  constexpr std::uint32_t kDay = 86400;
  EXPECT_EQ(judge(signed_zone(kNow + kDay, kNow + kDay)), Said{});
  EXPECT_EQ(judge(signed_zone(kNow + kDay, kNow + kDay - 1)), Said{"error signatures-expire-soon"});
  EXPECT_NE(said_.find("the signatures of 1 RRset expire within 1 day of 2027-01-15T08:00:00Z"), std::string::npos);
  EXPECT_NE(said_.find("zone. NS, 2027-01-16T07:59:59Z"), std::string::npos) << said_;
  EXPECT_EQ(gate_->findings()[0].where.line, 7U);
  EXPECT_EQ(judge(signed_zone(kNow - 5, kNow - 5)), Said{"error signatures-expire-soon"});
  EXPECT_EQ(judge(text(1, kNs + kKey1 + rrsig("@", "NS", kNow + 5) + rrsig("@", "NS", kNow + 2 * kDay, "2"))), Said{})
      << "another signature lasts";
  EXPECT_EQ(judge(text(1, kNs + kKey1 + "c NS x.c\n" + rrsig("x.c", "A", kNow + 5) + "x.c A 192.0.2.1\n")), Said{})
      << "below a cut nobody looks at signatures";
  options_.expire_min = 3;
  EXPECT_EQ(judge(signed_zone(kNow + 3 * kDay, kNow + 3 * kDay)), Said{});
  EXPECT_EQ(judge(signed_zone(kNow + 3 * kDay - 1, kNow + 3 * kDay)), Said{"error signatures-expire-soon"});
  options_.expire_min = 0;
  EXPECT_EQ(judge(signed_zone(kNow - 5, kNow - 5)), Said{});
}

TEST_F(Gate, EverythingWrongIsSaidAtOnce) {
  serve(text(9, kNs + kKey1 + delegations(0, 20)));
  EXPECT_EQ(judge(text(8, "@ NS ns.c.test.\n" + delegations(10, 20), "other.test.")),
            (Said{"error serial-back", "error delegations-gone", "error apex-ns-replaced", "notice primary-changed",
                  "error signing-removed"}));
}

TEST_F(Gate, OverridesAreKeptWithTheirReasons) {
  serve(text(9, kNs + delegations(0, 20)));
  options_.allow = {"serial=back to yesterday", "shrink@zone.=a registrar left: 50 %", "apex-ns-replaced=never"};
  EXPECT_EQ(judge(text(8, kNs + delegations(10, 20))),
            (Said{"warning serial-back", "warning delegations-gone", "notice allowance-unused"}));
  EXPECT_FALSE(gate_->is_refused());
  auto options = publishing();
  options.gate = [&]() -> std::optional<std::vector<image::OverrideInfo>> { return gate_->overrides(); };
  publish(zones_of(text(8, kNs + delegations(10, 20))), options);
  const auto read = image::Manifest::read((options.image / "current").string());
  const auto* manifest = std::get_if<image::Manifest>(&read);
  ASSERT_NE(manifest, nullptr) << std::get<image::ImageError>(read).text;
  ASSERT_EQ(manifest->overrides.size(), 2U);
  EXPECT_EQ(manifest->overrides[0].code, "serial-back");
  EXPECT_EQ(manifest->overrides[1].reason, "a registrar left: 50 %");
  EXPECT_EQ(manifest->overrides[1].zone.text(), "zone.");
}

TEST_F(Gate, SeveritiesCanBeChosen) {
  serve(text(9, kNs + delegations(0, 20)));
  options_.severities = {"serial-back=warning", "delegations-gone=off"};
  EXPECT_EQ(judge(text(8, kNs + delegations(10, 20))), Said{"warning serial-back"});
  EXPECT_FALSE(gate_->is_refused());
  EXPECT_TRUE(gate_->overrides().empty());
}

TEST_F(Gate, AnImageThatCannotBeReadIsNeverPassedOver) {
  namespace fs = std::filesystem;
  const auto zone = text(1, kNs + delegations(0, 20));
  serve(zone);
  const auto image = publishing().image;
  const auto whole = [&](const fs::path& path) {
    std::ostringstream octets;
    octets << std::ifstream{path, std::ios::binary}.rdbuf();
    return octets.str();
  };
  const auto refuses = [&](const std::string& what) {
    EXPECT_EQ(judge(zone), Said{"error not-compared"}) << what;
    EXPECT_TRUE(gate_->is_refused()) << what;
    EXPECT_FALSE(gate_->is_unchanged()) << what;
    EXPECT_NE(said_.find("--no-compare REASON"), std::string::npos) << said_;
  };
  for (const auto* name : {"00000001.records.mdb", "current"}) {
    const auto good = whole(image / name);
    for (std::size_t at = 0; at < good.size(); at += good.size() / 40 + 1) {
      auto bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
      std::ofstream{image / name, std::ios::binary} << bad;
      refuses(std::string{name} + " changed at " + std::to_string(at));
    }
    std::ofstream{image / name, std::ios::binary} << good.substr(0, good.size() / 2);
    refuses(std::string{name} + " cut");
    fs::remove(image / name);
    refuses(std::string{name} + " missing");
    std::ofstream{image / name, std::ios::binary} << good;
    EXPECT_EQ(judge(zone), Said{});
  }
  auto old = whole(image / "current");
  old.replace(0, 13, "torii-image 1");
  std::ofstream{image / "current", std::ios::binary} << old;
  refuses("an older format");
  EXPECT_NE(said_.find("image format \"1\""), std::string::npos) << said_;
  options_.no_compare = "the format has changed";
  EXPECT_EQ(judge(zone), Said{"warning not-compared"});
  ASSERT_EQ(gate_->overrides().size(), 1U);
  EXPECT_EQ(gate_->overrides()[0].code, "not-compared");
}

}  // namespace
}  // namespace torii::zonec
