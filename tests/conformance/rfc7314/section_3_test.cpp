// RFC 7314 sections 2 and 3: EXPIRE as a primary gives it.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc7314Section3 : public EdnsTest {};

TEST_F(Rfc7314Section3, ThePrimaryGivesTheSoasOwn) {  // 3.1
  EXPECT_EQ(ask("example.", dns::RrType::SOA, option(kExpire)).answer.size(), 1U);
  EXPECT_EQ(options_.find(kExpire)->second, (Bytes{0, 0x09, 0x3a, 0x80}));  // 604800
}

TEST_F(Rfc7314Section3, WhoDoesNotAskGetsNone) {  // 2
  ask("example.", dns::RrType::SOA, {});
  EXPECT_TRUE(options_.empty());
}

TEST_F(Rfc7314Section3, AServerThatIsNotAuthoritativeGivesNone) {  // 3.3
  for (const auto* name : {"example.org.", "deleg.example."}) {
    ask(name, dns::RrType::SOA, option(kExpire));
    EXPECT_FALSE(options_.contains(kExpire)) << name;
  }
}

}  // namespace
}  // namespace torii::testing
