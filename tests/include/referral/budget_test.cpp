/// The closed formulas against figures that others published or that other servers were measured to send.
#include "torii/referral/budget.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace torii::referral {
namespace {

std::vector<dns::Name> names(const std::vector<std::string>& texts) {
  std::vector<dns::Name> out;
  for (const auto& text : texts) out.push_back(*dns::Name::from_text(text));
  return out;
}

std::size_t authority(std::size_t qname, const std::string& owner, const std::vector<std::string>& hosts) {
  const auto owned = names(hosts);
  const std::vector<dns::NameView> views{owned.begin(), owned.end()};
  return ns_referral_octets(qname, *dns::Name::from_text(owner), views);
}

/// `a`, `b`, ... put before `suffix`, `count` of them.
std::vector<std::string> lettered(std::size_t count, const std::string& suffix) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(std::string(1, static_cast<char>('a' + i)) + "." + suffix);
  return out;
}

const std::vector<std::string> kJp2003{"ns0.nic.ad.jp.", "ns-jp.nic.ad.jp.",   "dns0.spin.ad.jp.",
                                       "ns.wide.ad.jp.", "ns-jp.sinet.ad.jp.", "ns0.iij.ad.jp."};

struct Row {
  std::string what;
  std::size_t qname;
  std::string owner;
  std::vector<std::string> hosts;
  std::size_t octets;   // with the NS RRset alone
  std::size_t a, aaaa;  // address records added
  std::size_t with_glue;
};

TEST(Budget, MatchesPublishedAndMeasuredReferrals) {
  const std::vector<Row> rows{
      {"respsize figure 1: com at a 64-octet QNAME", 64, "com.", lettered(13, "gtld-servers.net."), 304, 13, 0, 512},
      {"respsize figure 2: dns.br, nothing shared with QNAME", 255, "xx.", lettered(4, "dns.br."), 512 - 171, 4, 0,
       405},
      {"the same with the zone in QNAME", 255, "br.", lettered(4, "dns.br."), 339, 4, 3, 339 + 64 + 84},
      {"respsize figure 3: four hosts that share nothing",
       255,
       "xx.",
       {"ns-ext.isc.org.", "ns.psg.com.", "ns.ripe.net.", "ns.eu.int."},
       371,
       4,
       2,
       371 + 64 + 56},
      {"com at 255 (DNSCheck), IANA's rule", 255, "com.", lettered(13, "gtld-servers.net."), 495, 1, 1, 539},
      {"com, all glue, without OPT", 255, "com.", lettered(13, "gtld-servers.net."), 495, 13, 13, 1078 - kOptOctets},
      {"net, IANA's rule", 255, "net.", lettered(13, "gtld-servers.net."), 492, 1, 1, 536},
      {"the root treated as a delegation (Zonemaster 1459)", 255, ".", lettered(13, "root-servers.net."), 482, 1, 1,
       526},
      {"jp, eight hosts, IANA's rule", 255, "jp.", lettered(8, "dns.jp."), 403, 1, 1, 447},
      {"RFC 9471 section 2.1, QNAME www.foo.test", 14, "foo.test.", {"ns1.foo.test.", "ns2.foo.test."}, 66, 1, 1, 110},
      {"RFC 9471 section 2.1, longest QNAME", 255, "foo.test.", {"ns1.foo.test.", "ns2.foo.test."}, 307, 1, 1, 351},
      {"RFC 9471 section 2.2, QNAME www.foo.test", 14, "foo.test.", {"ns1.bar.test.", "ns2.bar.test."}, 70, 1, 1, 114},
      {"RFC 9471 section 2.2, longest QNAME", 255, "foo.test.", {"ns1.bar.test.", "ns2.bar.test."}, 311, 1, 1, 355},
      {"root priming, all glue (measured)", 1, ".", lettered(13, "root-servers.net."), 228, 13, 13, 800},
      {"root priming at 512 (measured)", 1, ".", lettered(13, "root-servers.net."), 228, 13, 2, 492},
      {"fourteen in-domain hosts: no A fits (measured)", 255, "ya.", lettered(14, "dns.ya."), 499, 1, 0, 515},
      {"fifteen: the NS RRset alone is too long (measured)", 255, "ya.", lettered(15, "dns.ya."), 515, 0, 0, 515},
      {"thirteen hosts, one A fits (measured)", 255, "ya.", lettered(13, "dns.ya."), 483, 1, 0, 499},
      {"example.jp, four hosts, IANA's rule",
       255,
       "example.jp.",
       {"ns1.example.jp.", "ns2.example.jp.", "ns3.example.jp.", "ns4.example.jp."},
       343,
       1,
       1,
       387},
      {"example.jp, four hosts, all glue",
       255,
       "example.jp.",
       {"ns1.example.jp.", "ns2.example.jp.", "ns3.example.jp.", "ns4.example.jp."},
       343,
       4,
       4,
       519},
      {"the host is the delegation itself (measured)", 255, "yg.", {"yg."}, 285, 1, 0, 301},
      {"the host is the root", 255, "yg.", {"."}, 284, 0, 0, 284},
      {"two unrelated hosts, one parent", 255, "yg.", {"ns1.host.example.", "ns2.host.example."}, 319, 0, 0, 319},
      {"two unrelated hosts, two parents", 255, "yg.", {"ns1.host.example.", "ns2.other.test."}, 329, 0, 0, 329},
      {"three sibling and four in-domain hosts (measured)",
       255,
       "ye.",
       {"a.dns.za.", "b.dns.za.", "c.dns.za.", "s0.ye.", "s1.ye.", "s2.ye.", "s3.ye."},
       393,
       7,
       7,
       712 - kOptOctets},
      {"a host with twenty A: the other's alone (measured)", 255, "yh.", {"big.yh.", "small.yh."}, 309, 1, 0, 325},
      {"JP in 2003, all A", 255, "jp.", kJp2003, 410, 6, 0, 506},
      {"JP in 2003, three AAAA and the one A that still fits", 255, "jp.", kJp2003, 410, 1, 3, 510},
      {"JP in 2003, complete", 255, "jp.", kJp2003, 410, 6, 3, 590},
      {"JP renamed: 39 octets saved", 255, "jp.", lettered(6, "dns.jp."), 371, 0, 0, 371},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(authority(row.qname, row.owner, row.hosts), row.octets) << row.what;
    EXPECT_EQ(row.octets + glue_octets(row.a, row.aaaa), row.with_glue) << row.what;
  }
}

TEST(Budget, ArpaSkipsALetter) {
  std::vector<std::string> hosts;
  for (const char letter : std::string{"abcdefghiklm"}) hosts.push_back(std::string(1, letter) + ".ns.arpa.");
  EXPECT_EQ(authority(255, "arpa.", hosts), 466U);
  EXPECT_EQ(466 + glue_octets(1, 1), 510U);
}

TEST(Budget, MostHostsThatFit) {
  const auto most = [](const std::string& owner, const std::string& suffix, std::size_t extra) {
    std::size_t count = 0;
    while (authority(255, owner, lettered(count + 1, suffix)) + extra <= 512) ++count;
    return count;
  };
  EXPECT_EQ(most("jp.", "dns.jp.", glue_octets(1, 1)), 12U);
  EXPECT_EQ(most("xx.", "nic.xx.", glue_octets(1, 1)), 12U);
  EXPECT_EQ(most("com.", "gtld-servers.net.", glue_octets(1, 1)), 11U);
  EXPECT_EQ(most("jp.", "dns.jp.", 0), 14U);
  EXPECT_EQ(most("com.", "gtld-servers.net.", 0), 14U);
}

TEST(Budget, OrderOfHostsAndCaseDoNotMatter) {
  auto hosts = kJp2003;
  for (std::size_t turn = 0; turn < hosts.size(); ++turn) {
    std::rotate(hosts.begin(), hosts.begin() + 1, hosts.end());
    EXPECT_EQ(authority(255, "jp.", hosts), 410U);
  }
  hosts.front() = "NS-JP.nic.AD.jp.";
  EXPECT_EQ(authority(255, "JP.", {"a.dns.jp.", "b.DNS.jp."}), authority(255, "jp.", {"a.dns.jp.", "b.dns.jp."}));
}

TEST(Budget, SignedReferralsAsMeasured) {  // example.xx, two in-domain dual-stack hosts, OPT, DO=1
  const auto zone = *dns::Name::from_text("xx.");
  const auto base =
      authority(255, "example.xx.", {"ns1.example.xx.", "ns2.example.xx."}) + glue_octets(2, 2) + kOptOctets;
  EXPECT_EQ(base, 406U);
  const auto with_ds = [&](std::size_t signature) { return base + ds_octets(32) + rrsig_octets(zone, signature); };
  EXPECT_EQ(with_ds(64), 552U);   // P-256, Ed25519
  EXPECT_EQ(with_ds(160), 648U);  // RSA-1280
  EXPECT_EQ(with_ds(256), 744U);  // RSA-2048
  // Opt-out: the apex's NSEC3 (bitmap of 9) proves the closest encloser, another (bitmap of 8) covers the next closer.
  const auto pair = nsec3_octets(0, 9) + nsec3_octets(0, 8) + 2 * rrsig_octets(zone, 64);
  EXPECT_EQ(pair, 355U);
  EXPECT_EQ(opt_out_proof_octets(zone, 0, 64), 355U);
  EXPECT_EQ(opt_out_proof_octets(zone, 8, 64), 371U);
  EXPECT_EQ(opt_out_proof_octets(dns::NameView{}, 0, 64), 355U - 2 - 6) << "no zone name to point at, shorter signers";
  EXPECT_EQ(base + pair, 761U);
  EXPECT_EQ(nsec_octets(zone, 8) + rrsig_octets(zone, 64), 122U);
  EXPECT_EQ(nsec_octets(zone, 8) + rrsig_octets(zone, 256), 314U);
}

struct Fitting {
  std::string what;
  std::size_t base, a, aaaa;
  GlueOrder order;
  std::size_t a_fit, aaaa_fit, octets;
};

TEST(Budget, AddressesThatFit) {
  using enum GlueOrder;
  const std::vector<Fitting> rows{
      {"respsize figure 2: dns.br, A alone", 341, 4, 0, AFirst, 4, 0, 405},
      {"respsize figure 2: pairs", 341, 4, 4, Pairs, 3, 3, 473},
      {"respsize figure 2: A, then AAAA", 341, 4, 4, AFirst, 4, 3, 489},
      {"respsize figure 3: A alone", 371, 4, 0, AFirst, 4, 0, 435},
      {"respsize figure 3: pairs", 371, 4, 4, Pairs, 3, 3, 503},
      {"respsize figure 3: A, then AAAA", 371, 4, 4, AFirst, 4, 2, 491},
      {"JPRS 7/4/7", 387, 7, 4, AaaaFirst, 0, 4, 499},
      {"JPRS 10/3/10: the third AAAA is too much, and A wait for it", 435, 10, 3, AaaaFirst, 0, 2, 491},
      {"the limit itself fits", 512 - 44, 1, 1, Pairs, 1, 1, 512},
      {"one octet less room", 513 - 44, 1, 1, AaaaFirst, 0, 1, 497},
      {"pairs, then what one kind has more", 341, 1, 5, Pairs, 1, 5, 497},
      {"no room at all", 513, 3, 3, AFirst, 0, 0, 513},
      {"no room at all", 70000, 3, 3, Pairs, 0, 0, 70000},
  };
  for (const auto& row : rows) {
    const auto fit = fit_glue(row.base, 512, row.a, row.aaaa, row.order);
    EXPECT_EQ(fit.a, row.a_fit) << row.what;
    EXPECT_EQ(fit.aaaa, row.aaaa_fit) << row.what;
    EXPECT_EQ(fit.octets, row.octets) << row.what;
  }
}

enum class Verdict { All, Part, Over };

struct JprsRow {
  std::size_t ns, aaaa, a;
  std::size_t alone, with_aaaa;
  std::size_t a_that_fit, total;
  Verdict ours;
  Verdict printed;
};

/// The table of JPRS, 2003: how many of the addresses fit 512 octets when all AAAA go first.
TEST(Budget, JprsTable) {
  using enum Verdict;
  const std::vector<JprsRow> rows{
      {3, 3, 3, 323, 407, 3, 455, All, All},
      {4, 3, 4, 339, 423, 4, 487, All, All},
      {5, 3, 5, 355, 439, 4, 503, Part, Part},
      {6, 3, 6, 371, 455, 3, 503, Part, Part},
      {7, 3, 7, 387, 471, 2, 503, Part, Part},
      {8, 3, 8, 403, 487, 1, 503, Part, Part},
      {9, 3, 9, 419, 503, 0, 503, Part, Part},
      {10, 3, 10, 435, 519, 0, 519, Over, Over},
      {4, 4, 4, 339, 451, 3, 499, Part, Part},
      {5, 4, 5, 355, 467, 2, 499, Part, Part},
      {6, 4, 6, 371, 483, 1, 499, Part, Part},
      // Printed as "over". By the arithmetic all four AAAA fit (499 <= 512) and no A does, which the same table calls
      // "part" in its rows 9/3/9 and 6/5/6.
      {7, 4, 7, 387, 499, 0, 499, Part, Over},
      {5, 5, 5, 355, 495, 1, 511, Part, Part},
      {6, 5, 6, 371, 511, 0, 511, Part, Part},
      {7, 5, 7, 387, 527, 0, 527, Over, Over},
      {6, 6, 6, 371, 539, 0, 539, Over, Over},
  };
  ASSERT_EQ(rows.size(), 16U);
  std::size_t agreed = 0;
  for (const auto& row : rows) {
    const auto what = std::to_string(row.ns) + "/" + std::to_string(row.aaaa) + "/" + std::to_string(row.a);
    const auto alone = authority(255, "jp.", lettered(row.ns, "dns.jp."));
    const auto with_aaaa = alone + glue_octets(0, row.aaaa);
    EXPECT_EQ(alone, row.alone) << what;
    EXPECT_EQ(with_aaaa, row.with_aaaa) << what;
    const bool over = with_aaaa > 512;
    const auto fit = over ? 0 : std::min(row.a, (512 - with_aaaa) / kAOctets);
    EXPECT_EQ(fit, row.a_that_fit) << what;
    EXPECT_EQ(with_aaaa + glue_octets(fit, 0), row.total) << what;
    const auto verdict = over ? Over : (fit == row.a ? All : Part);
    EXPECT_EQ(verdict, row.ours) << what;
    agreed += verdict == row.printed ? 1 : 0;
  }
  EXPECT_EQ(agreed, 15U);
}

}  // namespace
}  // namespace torii::referral
