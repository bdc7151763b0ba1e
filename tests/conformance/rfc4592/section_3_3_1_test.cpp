// RFC 4592 section 3.3.1: the RRs copied from a wildcard have QNAME as their owner, and are else the wildcard's own.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kZone = R"($ORIGIN example.
$TTL 300
@         SOA ns.other. root.other. 1 2 3 4 5
          NS  ns.other.
*         MX  10 mx.a.*.example.
*.in      MX  10 mail.in.example.
*.in      MX  20 x.*.in.example.
*.deep.in PTR host.in.example.
)";

TEST(Rfc4592Section331, NamesInRdataAreThoseOfTheZoneWhateverQnameIs) {
  auto zones = compile(kZone, "example.");
  for (const std::string label : {"q", "*", "longer", "one.two", "two.q"}) {
    const auto name = label + ".in.example.";
    const auto heard = ask(zones.view(), {.name = name, .type = dns::RrType::MX});
    ASSERT_TRUE(heard.well_formed) << name;
    EXPECT_EQ(heard.answer, (Lines{name + " 300 MX 10 mail.in.example.", name + " 300 MX 20 x.*.in.example."}));
  }
  const auto heard = ask(zones.view(), {.name = "abc.deep.in.example.", .type = dns::RrType::PTR});
  EXPECT_EQ(heard.answer, (Lines{"abc.deep.in.example. 300 PTR host.in.example."}));
}

TEST(Rfc4592Section331, TheWildcardsOwnNameInRdataIsNotReplaced) {
  auto zones = compile(kZone, "example.");
  const auto heard = ask(zones.view(), {.name = "q.example.", .type = dns::RrType::MX});
  EXPECT_EQ(heard.answer, (Lines{"q.example. 300 MX 10 mx.a.*.example."}));
}

}  // namespace
}  // namespace torii::testing
