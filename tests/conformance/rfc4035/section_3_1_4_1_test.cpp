// RFC 4035 section 3.1.4.1: DS is the parent's to answer, wherever the question came from.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kParent = R"($ORIGIN example.
$TTL 300
@     SOA   ns.other. root.other. 1 2 3 4 5
      NS    ns.other.
child NS    ns.other.
      DS    1 13 2 0000000000000000000000000000000000000000000000000000000000000000
alias CNAME child.example.
lone  CNAME beside.other.
below DNAME example.
)";
constexpr std::string_view kChild = R"($ORIGIN child.example.
$TTL 300
@     SOA   ns.other. root.other. 1 2 3 4 5
      NS    ns.other.
up    CNAME child.example.
)";
constexpr std::string_view kUndelegated = R"($ORIGIN gone.example.
$TTL 300
@     SOA   ns.other. root.other. 1 2 3 4 5
      NS    ns.other.
up    CNAME gone.example.
)";

CompiledZones all() {
  std::vector<zonec::Zone> zones;
  zones.push_back(build_zone(kParent, "example."));
  zones.push_back(build_zone(kChild, "child.example."));
  zones.push_back(build_zone(kUndelegated, "gone.example."));
  return CompiledZones{std::move(zones)};
}

const std::string kDs = "child.example. 300 DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000";

TEST(Rfc4035Section3141, TheParentAnswersForTheChildsApex) {
  auto zones = all();
  const auto heard = ask(zones.view(), {.name = "child.example.", .type = dns::RrType::DS});
  EXPECT_TRUE(heard.aa());
  EXPECT_EQ(heard.answer, (Lines{kDs}));
}

TEST(Rfc4035Section3141, TheParentAnswersAtTheEndOfAnAliasToo) {
  auto zones = all();
  for (const std::string name : {"alias.example.", "up.child.example.", "child.below.example."}) {
    const auto heard = ask(zones.view(), {.name = name, .type = dns::RrType::DS});
    EXPECT_EQ(heard.rcode, 0) << name;
    EXPECT_EQ(heard.answer.count(kDs), 1U) << name;
    EXPECT_TRUE(heard.authority.empty()) << name;
  }
}

TEST(Rfc4035Section3141, AnUndelegatedChildDoesNotExistForItsParent) {
  auto zones = all();
  for (const std::string name : {"gone.example.", "up.gone.example."}) {
    const auto heard = ask(zones.view(), {.name = name, .type = dns::RrType::DS});
    EXPECT_EQ(heard.rcode, 3) << name;
    ASSERT_EQ(heard.authority.size(), 1U) << name;
    EXPECT_EQ(heard.authority.begin()->substr(0, 9), "example. ") << name;
  }
}

}  // namespace
}  // namespace torii::testing
