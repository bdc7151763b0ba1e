// RFC 7830 sections 3, 4 and 6, RFC 8467 section 3: Padding is for encrypted transports; RFC 7871: Client Subnet
// ignored.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc7830Section4 : public EdnsTest {};

TEST_F(Rfc7830Section4, ClearTextIsNotPaddedAndThePaddingMayBeAnything) {
  const auto plain = ask("www.example.", dns::RrType::TXT, {}).octets;
  for (const auto transport : {server::Transport::Udp, server::Transport::Tcp})
    for (const std::size_t octets : {0U, 1U, 300U})
      for (const std::uint8_t fill : {std::uint8_t{0}, std::uint8_t{255}}) {
        ask("www.example.", dns::RrType::TXT, option(kPadding, Bytes(octets, fill)), transport);
        EXPECT_EQ(heard_.rcode, 0);
        EXPECT_EQ(heard_.octets, plain);
        EXPECT_TRUE(options_.empty());
      }
}

class Rfc7871Section7 : public EdnsTest {};

/// 7.1.2, 7.2.1: a server that does not implement the option ignores it and sends none, well formed or not.
TEST_F(Rfc7871Section7, ClientSubnetIsIgnoredInAnyForm) {
  const auto plain = ask("www.example.", dns::RrType::TXT, {}).octets;
  for (std::size_t octets = 0; octets < 24; ++octets)
    for (const std::uint8_t fill : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{255}}) {
      ask("www.example.", dns::RrType::TXT, option(kSubnet, Bytes(octets, fill)));
      EXPECT_EQ(heard_.rcode, 0);
      EXPECT_EQ(heard_.octets, plain);
    }
}

}  // namespace
}  // namespace torii::testing
