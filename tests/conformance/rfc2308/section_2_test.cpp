// RFC 2308 sections 2, 3 and 5: negative answers carry the SOA, with the smaller TTL, also at the end of an alias.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

std::string zone(unsigned ttl, unsigned minimum) {
  return "$TTL 300\n@ " + std::to_string(ttl) + " SOA ns hostmaster 1 2 3 4 " + std::to_string(minimum) +
         "\n@ NS ns\nns A 192.0.2.1\nalias CNAME nosuch\nother CNAME ns\n";
}

TEST(Rfc2308Section2, TheSoaStandsInAuthorityWithTheSmallerTtl) {
  for (const auto& [ttl, minimum, expected] : {std::tuple{60U, 900U, "60"}, {900U, 60U, "60"}, {70U, 70U, "70"}}) {
    auto zones = compile(zone(ttl, minimum), "example.");
    for (const auto& [name, rcode] :
         {std::pair{"nosuch.example.", 3}, {"ns.example.", 0}, {"alias.example.", 3}, {"other.example.", 0}}) {
      const auto heard = ask(zones.view(), {.name = name, .type = dns::RrType::TXT});
      EXPECT_EQ(heard.rcode, rcode) << name;
      ASSERT_EQ(heard.authority.size(), 1U) << name;
      EXPECT_TRUE(heard.authority.begin()->starts_with(std::string{"example. "} + expected + " SOA ")) << name;
      EXPECT_TRUE(heard.aa());
      EXPECT_TRUE(heard.additional.empty());
    }
    // Asked for, it keeps its own.
    const auto soa = ask(zones.view(), {.name = "example.", .type = dns::RrType::SOA});
    EXPECT_TRUE(soa.answer.begin()->starts_with("example. " + std::to_string(ttl) + " SOA "));
  }
}

}  // namespace
}  // namespace torii::testing
