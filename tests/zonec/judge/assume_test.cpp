/// What if the zone were signed otherwise: the figures of signed referrals by size of signature.
#include "zonec/judge/assume.hpp"

#include <gtest/gtest.h>

#include "zonec/judge/formula.hpp"

namespace torii::zonec::testing {
namespace {

Account two_hosts() {
  Account account{
      .zone = *dns::Name::from_text("jp."), .owner = *dns::Name::from_text("example.jp."), .hosts = {}, .proof = {}};
  for (const char* name : {"ns1.example.jp.", "ns2.example.jp."})
    account.hosts.push_back(
        {.name = *dns::Name::from_text(name), .relation = HostRelation::InDomain, .a = 1, .aaaa = 1});
  return account;
}

std::uint32_t octets(const Assumptions& assumptions, Account account = two_hosts()) {
  EXPECT_EQ(assume(assumptions, account), "");
  const auto facts = facts_of(account);
  return facts.authority + kOptOctets + facts.proof + facts.all_glue();
}

TEST(Assume, SignaturesOfManyAlgorithms) {
  struct Row {
    std::uint16_t signature;
    std::uint32_t with_ds;
    std::uint32_t opt_out;
  };
  EXPECT_EQ(octets({}), 406U);
  for (const auto& row : {Row{64, 552, 761}, Row{160, 648, 953}, Row{256, 744, 1145}, Row{666, 1154, 1965},
                          Row{2420, 2908, 5473}, Row{7856, 8344, 16345}}) {
    EXPECT_EQ(octets({.signature = row.signature, .ds = {32}}), row.with_ds) << row.signature;
    EXPECT_EQ(octets({.signature = row.signature}), row.opt_out) << row.signature;
  }
}

TEST(Assume, ASignedZoneKeepsWhatItHas) {
  auto account = two_hosts();
  account.hosts.push_back({.name = *dns::Name::from_text("ns.jp."),
                           .relation = HostRelation::SiblingAuthoritative,
                           .a = 1,
                           .a_signatures = {278, 278}});
  account.proof = {{account.owner, dns::RrType::DS, 36, 2},
                   {account.owner, dns::RrType::RRSIG, 278},
                   {account.owner, dns::RrType::RRSIG, 278}};
  const auto now = octets({}, account);
  EXPECT_EQ(octets({.signature = 64}, account), now - 4 * 192) << "two signatures of DS, two of the address";
  EXPECT_EQ(octets({.ds = {48}}, account), now + 16) << "SHA-384, signed as before";
  EXPECT_EQ(octets({.ds = {32, 32}}, account), now + 48);
  EXPECT_EQ(octets({.is_unsigned = true}, account), now - 48 - 4 * 290);
  auto plain = two_hosts();
  EXPECT_NE(assume({.ds = {32}}, plain), "") << "DS in an unsigned zone";
  EXPECT_EQ(digest_octets("sha-384"), 48);
  EXPECT_EQ(digest_octets("48"), 48);
  for (const char* wrong : {"", "0", "256", "-1", "sha-512", "48x", "99999999999"})
    EXPECT_EQ(digest_octets(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace torii::zonec::testing
