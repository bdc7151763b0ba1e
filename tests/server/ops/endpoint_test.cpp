#include "server/ops/endpoint.hpp"

#include <gtest/gtest.h>

namespace torii::server {
namespace {

TEST(Endpoint, ReadsAndPrintsBothFamilies) {
  for (const auto* text : {"127.0.0.1:53", "0.0.0.0:0", "[::1]:53", "[2001:db8::1]:65535", "[fe80::1%lo]:53"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << endpoint.error();
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(Endpoint::parse("[2001:DB8:0:0::1]:1")->text(), "[2001:db8::1]:1");
}

TEST(Endpoint, KnowsWildcardsAndPorts) {
  EXPECT_TRUE(Endpoint::parse("0.0.0.0:53")->is_wildcard());
  EXPECT_TRUE(Endpoint::parse("[::]:53")->is_wildcard());
  EXPECT_FALSE(Endpoint::parse("127.0.0.1:53")->is_wildcard());
  EXPECT_FALSE(Endpoint::parse("[::1]:53")->is_wildcard());
  auto endpoint = *Endpoint::parse("[::1]:53");
  EXPECT_EQ(endpoint.port(), 53);
  endpoint.set_port(5300);
  EXPECT_EQ(endpoint.text(), "[::1]:5300");
}

TEST(Endpoint, RefusesWithReason) {
  const std::pair<const char*, const char*> table[]{
      {"", "port is missing"},
      {"127.0.0.1", "port is missing"},
      {"127.0.0.1:", "no number"},
      {"127.0.0.1:65536", "no number"},
      {"127.0.0.1:-1", "no number"},
      {"127.0.0.1:5x", "no number"},
      {"::1:53", "stands in brackets"},
      {"[::1]", "no number"},
      {"[::1%nosuchif]:53", "no interface"},
      {"localhost:53", "not an IPv4"},
      {"127.0.0.256:53", "not an IPv4"},
      {"[127.0.0.1]:53", "not an IPv6"},
      {"[::g]:53", "not an IPv6"},
  };
  for (const auto& [text, reason] : table) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_NE(endpoint.error().find(reason), std::string::npos) << endpoint.error();
  }
}

}  // namespace
}  // namespace torii::server
