#include "server/limits/client_prefix.hpp"

#include <gtest/gtest.h>

namespace torii::server {
namespace {

ClientPrefix prefix(std::string_view text) { return *ClientPrefix::parse(text); }
ClientAddress address(std::string_view text) { return prefix(text).address; }

TEST(ClientPrefix, IsReadAndWrittenTheSame) {
  for (const auto* text : {"192.0.2.0/24", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "::/0", "2001:db8::1/128",
                           "2001:db8:0:100::/56", "128.0.0.0/1"})
    EXPECT_EQ(prefix(text).text(), text);
  EXPECT_EQ(prefix("192.0.2.1").text(), "192.0.2.1/32");
  EXPECT_EQ(prefix("::1").text(), "::1/128");
}

TEST(ClientPrefix, RefusesWhatIsNone) {
  for (const auto* text : {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/24x", "192.0.2.1/24",
                           "192.0.2/24", "2001:db8::/129", "2001:db8::1/64", "::ffff:192.0.2.0/120", "example/8"})
    EXPECT_FALSE(ClientPrefix::parse(text)) << text;
  EXPECT_EQ(ClientPrefix::parse("192.0.2.1/24").error(),
            "'192.0.2.1/24' is no prefix: there are bits behind its length (like 192.0.2.0/24 or 2001:db8::/32)");
}

TEST(ClientPrefix, MasksEveryLength) {
  const ClientAddress ones{~0ULL, ~0ULL};
  EXPECT_EQ(masked(ones, 0), (ClientAddress{0, 0}));
  EXPECT_EQ(masked(ones, 1), (ClientAddress{1ULL << 63, 0}));
  EXPECT_EQ(masked(ones, 56), (ClientAddress{~0ULL << 8, 0}));
  EXPECT_EQ(masked(ones, 64), (ClientAddress{~0ULL, 0}));
  EXPECT_EQ(masked(ones, 65), (ClientAddress{~0ULL, 1ULL << 63}));
  EXPECT_EQ(masked(ones, 128), ones);
}

TEST(PrefixSet, HoldsExactlyItsPrefixes) {
  const std::vector<ClientPrefix> list{prefix("192.0.2.0/24"),   prefix("192.0.2.128/25"), prefix("10.0.0.0/8"),
                                       prefix("10.1.0.0/16"),    prefix("2001:db8::/32"),  prefix("203.0.113.7"),
                                       prefix("255.255.255.255")};
  const PrefixSet set{list};
  for (const auto* text : {"192.0.2.0", "192.0.2.255", "10.0.0.0", "10.255.255.255", "10.1.2.3",
                           "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "203.0.113.7", "255.255.255.255"})
    EXPECT_TRUE(set.contains(address(text))) << text;
  for (const auto* text : {"192.0.1.255", "192.0.3.0", "9.255.255.255", "11.0.0.0",
                           "2001:db7:ffff::", "2001:db9::", "203.0.113.6", "203.0.113.8", "::", "0.0.0.0", "::1"})
    EXPECT_FALSE(set.contains(address(text))) << text;
  EXPECT_FALSE(PrefixSet{}.contains(address("192.0.2.1")));
  const PrefixSet all_v4{std::vector{prefix("0.0.0.0/0")}};
  EXPECT_TRUE(all_v4.contains(address("255.0.0.1")));
  EXPECT_FALSE(all_v4.contains(address("::1")));
}

}  // namespace
}  // namespace torii::server
