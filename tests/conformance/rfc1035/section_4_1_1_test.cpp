// RFC 1035 sections 4.1.1 and 2.3.3: the header of a response is made anew, and QNAME comes back as it was asked.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kZone = "$TTL 300\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

TEST(Rfc1035Section411, IdOpcodeAndRdComeBackAndCountsAreRight) {
  auto zones = compile(kZone, "example.");
  for (unsigned id = 0; id < 65536; id += 257)
    for (const unsigned flags : {0x00U, 0x01U, 0x02U, 0x04U, 0x07U}) {  // RD, TC, AA in a query
      auto query = make_query({.name = "Ns.eXample."});
      dns::store_u16(query.data(), static_cast<std::uint16_t>(id));
      query[2] = static_cast<std::uint8_t>(flags);
      const auto response = respond_to(zones.view(), query);
      const auto heard = read_response(response);
      ASSERT_TRUE(heard.well_formed);
      EXPECT_EQ(dns::load_u16(response.data()), id);
      EXPECT_EQ(heard.flags, 0x8400U | (flags & 1U) << 8) << flags;
      EXPECT_EQ(heard.question, "Ns.eXample.");
      EXPECT_EQ(heard.answer, (Lines{"Ns.eXample. 300 A 192.0.2.1"}));
    }
}

/// Records that a query carries in its sections are of no meaning, and are not sent back.
TEST(Rfc1035Section411, RecordsInAQueryAreNotReturned) {
  auto zones = compile(kZone, "example.");
  auto query = make_query({.name = "ns.example."});
  const std::vector<std::uint8_t> record{0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 203, 0, 113, 1};
  for (const std::size_t section : {7U, 9U, 11U}) {
    query[section] = 1;
    query.insert(query.end(), record.begin(), record.end());
  }
  const auto heard = read_response(respond_to(zones.view(), query));
  EXPECT_EQ(heard.answer, (Lines{"ns.example. 300 A 192.0.2.1"}));
  EXPECT_TRUE(heard.authority.empty() && heard.additional.empty());
}

}  // namespace
}  // namespace torii::testing
