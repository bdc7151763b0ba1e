// RFC 8020 section 2: NXDOMAIN means that nothing is below, so a name with something below never gets it.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kZone = R"($TTL 300
@     SOA   ns hostmaster 1 2 3 4 5
      NS    ns
ns    A     192.0.2.1
a.b.c.d TXT "deep"
cut.e.f NS  ns.cut.e.f
ns.cut.e.f A 192.0.2.2
*.g.h TXT   "wild"
x.i   DNAME elsewhere.test.
)";

TEST(Rfc8020Section2, NamesWithSomethingBelowExist) {
  auto zones = compile(kZone, "example.");
  for (const std::string name : {"b.c.d", "c.d", "d", "e.f", "f", "g.h", "h", "i"}) {
    const auto heard = ask(zones.view(), {.name = name + ".example."});
    EXPECT_EQ(heard.rcode, 0) << name;
    EXPECT_TRUE(heard.aa() && heard.answer.empty()) << name;
    EXPECT_EQ(heard.authority.size(), 1U) << name;
  }
  for (const std::string name : {"z.a.b.c.d", "z.b.c.d", "zd", "z.e.f", "z.h", "y.i"})
    EXPECT_EQ(ask(zones.view(), {.name = name + ".example."}).rcode, 3) << name;
}

}  // namespace
}  // namespace torii::testing
