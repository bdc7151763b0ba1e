/// The sizes that were measured of real servers, from the names alone.
#include "zonec/judge/encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/zonec/judge/names.hpp"
#include "zonec/judge/qname.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;
using test::name;
using test::names;
using test::views;

constexpr std::size_t kOpt = 11;

/// The NS RRset of `owner`, then A of each host, then AAAA of each.
std::size_t octets(Encoder encoder, dns::NameView qname, dns::NameView owner, const std::vector<dns::Name>& hosts,
                   std::size_t with_a = 0, std::size_t with_aaaa = 0) {
  const auto targets = views(hosts);
  std::vector<WireSet> sets{{.owner = owner, .type = RrType::NS, .targets = targets}};
  for (std::size_t i = 0; i < with_a; ++i)
    sets.push_back({.owner = targets[i], .type = RrType::A, .records = 1, .rdata_octets = 4});
  for (std::size_t i = 0; i < with_aaaa; ++i)
    sets.push_back({.owner = targets[i], .type = RrType::AAAA, .records = 1, .rdata_octets = 16});
  MessageWriter writer{encoder};
  const auto before = name("used.before.example.");
  writer.start(before);  // the next `start` forgets what was written before
  for (const auto& set : sets) writer.put(set);
  return message_octets(writer, qname, sets);
}

const auto kGtld = names({"a-m.gtld-servers.net."});

TEST(Encoder, Ids) {
  for (std::size_t i = 0; i < kEncoderCount; ++i) {
    const auto encoder = static_cast<Encoder>(i);
    EXPECT_EQ(encoder_from_id(encoder_id(encoder)), encoder);
  }
  EXPECT_EQ(encoder_id(Encoder::Bind920), "bind-9.20");
  EXPECT_FALSE(encoder_from_id("bind"));
}

TEST(Encoder, Com) {
  const auto com = name("com.");
  const auto lengthy = longest_qname(com, views(kGtld), QnameShape::Long);
  const auto many = longest_qname(com, views(kGtld), QnameShape::Many);
  EXPECT_EQ(octets(Encoder::Full, lengthy, com, kGtld), 495U);
  EXPECT_EQ(octets(Encoder::Full, lengthy, com, kGtld, 13, 13) + kOpt, 1078U);
  EXPECT_EQ(octets(Encoder::Full, many, com, kGtld), 495U);
  EXPECT_EQ(octets(Encoder::Pdns, lengthy, com, kGtld), 495U);
  EXPECT_EQ(octets(Encoder::Pdns, many, com, kGtld), 498U);  // + L(D) - 2
  EXPECT_EQ(octets(Encoder::Bind920, lengthy, com, kGtld), 495U);
  EXPECT_EQ(octets(Encoder::Bind920, many, com, kGtld), 687U);
  EXPECT_EQ(octets(Encoder::Bind918, lengthy, com, kGtld), 498U);  // QNAME's two longest suffixes are all that it keeps
  EXPECT_EQ(octets(Encoder::Bind918, many, com, kGtld), 498U);
  EXPECT_EQ(octets(Encoder::Knot, lengthy, com, kGtld), 495U);
  EXPECT_EQ(octets(Encoder::BindCase, lengthy, com, kGtld), 495U);
  EXPECT_EQ(octets(Encoder::BindCase, other_case(lengthy), com, kGtld), 498U);
  // At 1232 octets BIND 9.20 has all A records in and two of the AAAA: their owners are no targets either.
  EXPECT_LE(octets(Encoder::Bind920, many, com, kGtld, 13, 2) + kOpt, 1232U);
  EXPECT_GT(octets(Encoder::Bind920, many, com, kGtld, 13, 3) + kOpt, 1232U);
}

TEST(Encoder, ComOfManyLabelsKeepsSevenNsRecordsAt512) {
  const auto com = name("com.");
  const auto targets = views(kGtld);
  const auto many = longest_qname(com, targets, QnameShape::Many);
  MessageWriter writer{Encoder::Bind920};
  writer.start(many);
  EXPECT_EQ(writer.put_within({.owner = com, .type = RrType::NS, .targets = targets}, 512), 7U);
  EXPECT_EQ(writer.octets(), 271U + 7U * 32U);
}

TEST(Encoder, TwoLetterOwners) {
  const auto jp = name("jp.");
  const auto hosts = names({"a-h.dns.jp."});
  const auto lengthy = longest_qname(jp, views(hosts), QnameShape::Long);
  const auto many = longest_qname(jp, views(hosts), QnameShape::Many);
  EXPECT_EQ(octets(Encoder::Full, lengthy, jp, hosts), 403U);
  EXPECT_EQ(octets(Encoder::Pdns, many, jp, hosts), 405U);
  EXPECT_EQ(octets(Encoder::BindCase, other_case(lengthy), jp, hosts), 405U);
  EXPECT_EQ(octets(Encoder::Full, other_case(lengthy), jp, hosts), 403U);
  EXPECT_EQ(octets(Encoder::Knot, other_case(many), jp, hosts), 403U);
}

TEST(Encoder, HostsOneLabelBelowTheOwnerShareItWithEveryQname) {
  const auto owner = name("example.jp.");
  const auto hosts = names({"ns1.example.jp.", "ns2.example.jp.", "ns3.example.jp.", "ns4.example.jp."});
  for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
    const auto qname = longest_qname(owner, views(hosts), shape);
    for (const auto encoder : {Encoder::Full, Encoder::Bind920, Encoder::Knot, Encoder::BindCase})
      EXPECT_EQ(octets(encoder, qname, owner, hosts), 343U) << encoder_id(encoder);
  }
}

TEST(Encoder, KnotRemembersOneName) {
  const auto owner = name("example.");
  const auto qname = longest_qname(owner, {}, QnameShape::Long);
  const std::string a = ".nameservers.net.";  // 17 octets and 18: two suffixes that have no label in common
  const std::string b = ".nameservers.test.";
  std::vector<dns::Name> alternating;
  std::vector<dns::Name> grouped;
  for (int i = 0; i < 6; ++i) {
    const auto label = std::string(i < 5 ? 21 : 20, static_cast<char>('a' + i));
    alternating.push_back(name(label + (i % 2 == 0 ? a : b)));
  }
  for (const std::size_t i : {0, 2, 4, 1, 3, 5}) grouped.push_back(alternating[i]);
  EXPECT_EQ(octets(Encoder::Full, qname, owner, alternating), 517U);
  EXPECT_EQ(octets(Encoder::Full, qname, owner, grouped), 517U);
  EXPECT_EQ(octets(Encoder::Knot, qname, owner, grouped), 517U);
  EXPECT_EQ(octets(Encoder::Knot, qname, owner, alternating), 579U);
}

TEST(Encoder, RootPriming) {
  const auto hosts = names({"a-m.root-servers.net."});
  const dns::Name root;
  EXPECT_EQ(octets(Encoder::Full, root, root, hosts, 13, 13) + kOpt, 811U);
  EXPECT_EQ(octets(Encoder::Pdns, root, root, hosts, 13, 13) + kOpt, 811U);
  EXPECT_EQ(octets(Encoder::Bind920, root, root, hosts, 13, 13) + kOpt, 811U);
  EXPECT_EQ(octets(Encoder::Knot, root, root, hosts, 13, 13) + kOpt, 1003U);
  EXPECT_EQ(octets(Encoder::Bind918, root, root, hosts, 13, 13) + kOpt, 823U);  // twelve pointers to the root's octet
}

TEST(Encoder, SiblingsOfAnotherTld) {
  const auto owner = name("ye.");
  // Knot sorts by RDATA: the shorter first label comes first.
  const auto hosts = names({"a-c.dns.za.", "s0.ye.", "s1.ye.", "s2.ye.", "s3.ye."});
  const auto qname = longest_qname(owner, views(hosts), QnameShape::Long);
  EXPECT_EQ(octets(Encoder::Full, qname, owner, hosts, 7, 7) + kOpt, 712U);
  EXPECT_EQ(octets(Encoder::Knot, qname, owner, hosts, 7, 7) + kOpt, 714U);
}

TEST(Encoder, BindLooksForTwoSuffixesOfAName) {
  const auto owner = name("example.jp.");
  const auto hosts = names({"a.ns.dc1.example.jp.", "b.ns.dc1.example.jp.", "c.example.jp."});
  const auto qname = longest_qname(owner, views(hosts), QnameShape::Long);
  // Full: 10 octets of D once for a, then pointers. 9.18 writes D whole, and a whole, as D is its third suffix.
  const auto full = octets(Encoder::Full, qname, owner, hosts);
  EXPECT_EQ(full, 271U + 3 * 12 + (2 + 3 + 4 + 2) + 4 + 4);
  EXPECT_EQ(octets(Encoder::Bind918, qname, owner, hosts), full + (12 - 2) + (12 - 2));
}

TEST(Encoder, ANameOfMoreThan34LabelsIsNoTargetOfPowerDns) {
  const auto owner = name("example.");
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "a.";
  const auto at34 = name(deep + "test.");
  const auto at35 = name("b." + deep + "test.");
  const auto qname = longest_qname(owner, {}, QnameShape::Long);
  EXPECT_EQ(octets(Encoder::Pdns, qname, owner, {at34}), octets(Encoder::Full, qname, owner, {at34}));
  EXPECT_EQ(octets(Encoder::Pdns, qname, owner, {at34, name("b.a.test.")}),
            octets(Encoder::Full, qname, owner, {at34, name("b.a.test.")}));
  // Neither is it looked for: with at34 before it, it could be three octets.
  EXPECT_EQ(octets(Encoder::Pdns, qname, owner, {at34, at35}),
            octets(Encoder::Full, qname, owner, {at34, at35}) - 4 + at35.size());
  EXPECT_EQ(octets(Encoder::Pdns, qname, owner, {at35, name("test.")}),
            octets(Encoder::Full, qname, owner, {at35, name("test.")}) - 2 + 6);
}

TEST(Encoder, NamesThatAreNotCompressedCanBePointedAt) {
  const auto owner = name("x.co.jp.");
  const auto zone = name("jp.");
  const auto hosts = names({"ns.x.co.jp."});
  const auto hash = name("0123456789abcdefghijklmnopqrstuv.jp.");
  const auto qname = longest_qname(owner, views(hosts), QnameShape::Long);
  const auto targets = views(hosts);
  const WireSet nsec3{.owner = hash, .type = RrType::NSEC3, .records = 1, .rdata_octets = 40};
  const WireSet signature{
      .owner = hash, .type = RrType::RRSIG, .records = 1, .rdata_octets = 86, .plain_name = zone, .plain_at = 18};
  const auto other = name("vutsrqponmlkjihgfedcba9876543210.jp.");
  auto nsec3_other = nsec3;
  nsec3_other.owner = other;
  const std::vector<WireSet> sets{
      {.owner = owner, .type = RrType::NS, .targets = targets}, nsec3, signature, nsec3_other};
  const std::size_t base = 271 + 12 + 5 + (33 + 2 + 10 + 40) + (2 + 10 + 86) + (33 + 2 + 10 + 40);
  MessageWriter full{Encoder::Full};
  EXPECT_EQ(message_octets(full, qname, sets), base);
  // BIND 9.18 keeps x.co.jp and co.jp of D: it has no target for jp until it has written the signer's name.
  MessageWriter bind{Encoder::Bind918};
  EXPECT_EQ(message_octets(bind, qname, sets), base + (owner.size() - 2) + 2);
}

TEST(Encoder, NoPointerReachesPast14Bits) {
  const auto owner = name("example.");
  std::vector<dns::Name> hosts;
  for (int i = 0; i < 1200; ++i) hosts.push_back(name("ns" + std::to_string(i) + ".other.test."));
  const auto last = name("x.late.test.");
  hosts.push_back(last);
  hosts.push_back(name("y.late.test."));
  const auto qname = longest_qname(owner, {}, QnameShape::Long);
  for (const auto encoder : {Encoder::Full, Encoder::Pdns, Encoder::BindCase}) {
    const std::vector<dns::Name> first(hosts.begin(), hosts.end() - 1);
    const auto before = octets(encoder, qname, owner, first);
    ASSERT_GT(before, 16384U);
    EXPECT_EQ(octets(encoder, qname, owner, hosts) - before, 12U + 2 + 5 + 2) << encoder_id(encoder);
  }
  // Targets stand below 16,384; NSD and we point at the last octet there is.
  for (std::size_t pad = 0; pad < 4; ++pad) {
    MessageWriter writer{Encoder::Full};
    writer.start(qname);
    writer.put({.owner = owner,
                .type = RrType::DS,
                .records = 1,
                .rdata_octets = static_cast<std::uint32_t>(16382 + pad - 271 - 12 - 12)});
    const auto x = name("x.test.");
    const std::vector<dns::NameView> one{x};
    writer.put({.owner = owner, .type = RrType::NS, .targets = one});  // its name begins at 16382 + pad
    const auto mark = writer.octets();
    writer.put({.owner = owner, .type = RrType::NS, .targets = one});
    EXPECT_EQ(writer.octets() - mark, 12U + (pad < 2 ? 2U : 8U)) << pad;
  }
}

TEST(Encoder, RewindForgetsTheNamesAfterTheMark) {
  const auto owner = name("jp.");
  const auto hosts = names({"a-c.dns.test."});
  const auto targets = views(hosts);
  const auto qname = longest_qname(owner, targets, QnameShape::Many);
  for (std::size_t i = 0; i < kEncoderCount; ++i) {
    MessageWriter writer{static_cast<Encoder>(i)};
    writer.start(qname);
    const auto mark = writer.octets();
    const auto once = writer.put({.owner = owner, .type = RrType::NS, .targets = targets});
    writer.rewind(mark);
    EXPECT_EQ(writer.octets(), mark);
    EXPECT_EQ(writer.put({.owner = owner, .type = RrType::NS, .targets = targets}), once);
  }
}

}  // namespace
}  // namespace torii::zonec
