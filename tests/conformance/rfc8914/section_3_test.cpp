// RFC 8914 section 3: extended errors give way first, and TC says so.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc8914Section3 : public EdnsTest {};

TEST_F(Rfc8914Section3, AnErrorThatDoesNotFitSetsTc) {
  // Header 12, question 17, OPT 11 and the head of NSID leave 468 octets of 512.
  for (const std::size_t spare : {0U, 5U, 6U, 7U}) {
    const Bytes nsid(468 - spare, 'n');
    settings_.nsid = nsid;
    send(make_query({.name = "example.org.", .edns = true, .udp_octets = 512, .options = option(kNsid)}));
    EXPECT_EQ(heard_.rcode, 5);
    EXPECT_EQ(options_.count(kNsid), 1U);
    EXPECT_EQ(options_.count(kExtendedError), spare < 6 ? 0U : 1U) << spare;
    EXPECT_EQ(heard_.tc(), spare < 6) << spare;
  }
}

TEST_F(Rfc8914Section3, ErrorsAreExplainedToWhoSpeaksEdns) {
  ask("example.org.", dns::RrType::A, {});
  EXPECT_EQ(options_.find(kExtendedError)->second, (Bytes{0, 20}));  // Not Authoritative
  EXPECT_FALSE(send(make_query({.name = "example.org."})).has_opt);
}

}  // namespace
}  // namespace torii::testing
