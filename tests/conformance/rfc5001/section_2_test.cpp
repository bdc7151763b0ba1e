// RFC 5001 section 2: NSID.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc5001Section2 : public EdnsTest {};

TEST_F(Rfc5001Section2, IsSentToWhoAsksAndToNobodyElse) {  // 2.1
  const Bytes nsid{'g', 'a', 't', 'e'};
  settings_.nsid = nsid;
  for (const auto* name : {"www.example.", "nosuch.example.", "www.deleg.example.", "example.org."})
    for (const auto transport : {server::Transport::Udp, server::Transport::Tcp}) {
      ask(name, dns::RrType::A, option(kNsid), transport);
      ASSERT_EQ(options_.count(kNsid), 1U) << name;
      EXPECT_EQ(options_.find(kNsid)->second, nsid) << name;
      ask(name, dns::RrType::A, {}, transport);
      EXPECT_FALSE(options_.contains(kNsid)) << name;
    }
}

TEST_F(Rfc5001Section2, DataInTheQueryMeansNothing) {  // 2.1: SHOULD be empty, the server's choice if not
  const Bytes nsid{'g'};
  settings_.nsid = nsid;
  ask("www.example.", dns::RrType::A, option(kNsid, Bytes(9, 0)));
  EXPECT_EQ(options_.find(kNsid)->second, nsid);
}

TEST_F(Rfc5001Section2, NotConfiguredItIsLeftOut) {  // 2.2: what it says is the operator's choice
  ask("www.example.", dns::RrType::A, option(kNsid));
  EXPECT_FALSE(options_.contains(kNsid));
}

}  // namespace
}  // namespace torii::testing
