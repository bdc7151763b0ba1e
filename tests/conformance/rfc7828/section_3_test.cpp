// RFC 7828 section 3: edns-tcp-keepalive.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc7828Section3 : public EdnsTest {};

TEST_F(Rfc7828Section3, OverUdpItIsIgnoredInAnyForm) {  // 3.3.1
  for (const std::size_t octets : {0U, 1U, 2U, 3U, 40U}) {
    EXPECT_EQ(ask("www.example.", dns::RrType::TXT, option(kKeepalive, Bytes(octets, 1))).answer.size(), 1U);
    EXPECT_TRUE(options_.empty()) << octets;
  }
}

TEST_F(Rfc7828Section3, OverTcpItSaysTheSessionsTimeout) {  // 3.1, 3.3.2
  ask("www.example.", dns::RrType::TXT, option(kKeepalive), server::Transport::Tcp);
  EXPECT_EQ(options_.find(kKeepalive)->second, (Bytes{1, 44}));  // 300 units of 100 ms
  EXPECT_EQ(heard_.answer.size(), 1U);
}

TEST_F(Rfc7828Section3, WithoutOptItIsNotSent) {  // 3.3.2
  EXPECT_FALSE(send(make_query({.name = "www.example."}), server::Transport::Tcp).has_opt);
}

}  // namespace
}  // namespace torii::testing
