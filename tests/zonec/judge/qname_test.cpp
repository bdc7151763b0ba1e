#include "zonec/judge/qname.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/zonec/judge/names.hpp"

namespace torii::zonec {
namespace {

using test::name;
using test::views;

/// An owner of exactly `octets` on the wire.
dns::Name owner_of(std::size_t octets) {
  std::string text;
  std::size_t left = octets - 1;
  while (left > 0) {
    const std::size_t label = left > 64 ? (left == 65 ? 62 : 63) : left - 1;
    text += std::string(label, 'o') + '.';
    left -= label + 1;
  }
  return text.empty() ? dns::Name{} : name(text);
}

TEST(LongestQname, HasAllTheOctetsThatANameMayHave) {
  for (std::size_t octets = 1; octets <= 255; ++octets) {
    if (octets == 2) continue;  // no name has two octets
    const auto owner = owner_of(octets);
    ASSERT_EQ(owner.size(), octets);
    for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
      const auto qname = longest_qname(owner, {}, shape);
      // Greedy labels of 63 octets lose one at owners of 62, 126 and 190 octets; a label needs two octets.
      EXPECT_EQ(qname.size(), octets == 254 ? 254U : 255U) << octets;
      EXPECT_TRUE(qname.view().is_at_or_below(owner));
      ASSERT_TRUE(dns::NameView::parse(qname.view().octets()).has_value());
    }
  }
}

TEST(LongestQname, HasTheFewestAndTheMostLabels) {
  const auto jp = name("jp.");
  EXPECT_EQ(longest_qname(jp, {}, QnameShape::Long).view().label_count(), 1U + 4U);
  EXPECT_EQ(longest_qname(jp, {}, QnameShape::Many).view().label_count(), 1U + 125U);
  EXPECT_EQ(longest_qname(name("."), {}, QnameShape::Many).view().label_count(), 127U);
  EXPECT_EQ(longest_qname(name("com."), {}, QnameShape::Many).view().label_count(), 126U);
}

TEST(LongestQname, SharesNothingWithTheHostsButTheOwner) {
  std::vector<dns::Name> hosts{name("x.jp."),    name("www.X.jp."), name("y.jp."),
                               name("z.other."), name("a.jp."),     name("jp.")};
  const std::string longest(63, 'X');
  hosts.push_back(name(longest + ".jp."));
  for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
    const auto qname = longest_qname(name("jp."), views(hosts), shape);
    for (const auto& host : hosts) {
      const auto left = qname.view().suffix(2);
      EXPECT_FALSE(host.view().is_at_or_below(left)) << left.text() << ' ' << host.text();
    }
  }
}

TEST(LongestQname, FindsAnOctetWhenEveryLetterIsTaken) {
  std::vector<dns::Name> hosts;
  for (int c = 0; c < 256; ++c) {
    if (c == 0x7F) continue;
    const std::vector<std::uint8_t> octets{1, static_cast<std::uint8_t>(c), 2, 'j', 'p', 0};
    hosts.emplace_back(*dns::NameView::parse(octets));
  }
  const auto qname = longest_qname(name("jp."), views(hosts), QnameShape::Many);
  EXPECT_EQ(qname.view().suffix(2).first_label()[0], 0x7F);
  EXPECT_EQ(qname.size(), 255U);
}

TEST(OtherCase, ChangesLettersAndNothingElse) {
  EXPECT_EQ(other_case(name("aZ-0.\\064\\091jP.")).text(), "Az-0.\\@[Jp.");
  EXPECT_EQ(other_case(name("aZ.jP.")), name("aZ.jP."));
  const auto label = name(std::string(63, 'a') + ".b.");  // 63 and 65: length octets are no letters
  EXPECT_EQ(other_case(label).view().octets()[0], 63);
  EXPECT_EQ(other_case(other_case(label)).text(), label.text());
}

}  // namespace
}  // namespace torii::zonec
