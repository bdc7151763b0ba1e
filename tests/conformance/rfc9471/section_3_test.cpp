// RFC 9471 section 3, RFC 2181 section 9: a referral at every size there is. In-domain glue is all there or TC is set;
// whole RRsets; what fits is there.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kZone = R"($TTL 300
@     SOA   ns hostmaster 1 2 3 4 5
      NS    ns
ns    A     192.0.2.1
both  NS    a.both
      NS    b.both
      NS    x.other
a.both A    192.0.2.2
      AAAA  2001:db8::2
b.both A    192.0.2.3
      A     192.0.2.4
      AAAA  2001:db8::3
other NS    x.other
x.other A   192.0.2.5
      AAAA  2001:db8::5
)";
constexpr std::size_t kRequired = 6 - 1;  // addresses of a.both and b.both: A, AAAA, A A, AAAA
constexpr std::size_t kAll = kRequired + 2;

Heard refer(const image::View& view, std::size_t room, bool edns) {
  const auto query = make_query({.name = "www.both.example.", .edns = edns, .udp_octets = 4096});
  std::vector<std::uint8_t> response(room);
  server::AnswerReport report;
  const auto octets = server::respond(view, {}, server::Transport::Tcp, query, response, report);
  response.resize(octets.value);
  return read_response(response);
}

/// Every limit from header and question to one octet more than everything takes: so each step of the ladder at its
/// boundary -1, 0 and +1.
TEST(Rfc9471Section3, EveryLimit) {
  auto zones = compile(kZone, "example.");
  for (const bool edns : {false, true}) {
    const auto whole = refer(zones.view(), 4096, edns);
    ASSERT_TRUE(whole.well_formed);
    ASSERT_EQ(whole.additional.size(), kAll);
    const std::size_t least = 12 + 18 + 4 + (edns ? 11U : 0U);
    std::size_t before = 0;
    std::size_t steps = 0;
    for (std::size_t room = least; room <= whole.octets + 1; ++room) {
      const auto heard = refer(zones.view(), room, edns);
      ASSERT_TRUE(heard.well_formed) << room;
      EXPECT_LE(heard.octets, room);
      EXPECT_EQ(heard.has_opt, edns) << room;
      const auto records = heard.authority.size() + heard.additional.size();
      EXPECT_TRUE(heard.authority.empty() || heard.authority.size() == 3) << room;
      EXPECT_TRUE(std::ranges::includes(whole.additional, heard.additional)) << room;
      EXPECT_EQ(heard.tc(), heard.authority.empty() || heard.additional.size() < kRequired) << room;
      EXPECT_GE(records, before) << "more room, fewer records at " << room;
      if (records > before) {
        EXPECT_EQ(heard.octets, room) << "what is new would have fitted before";
        ++steps;
      }
      before = records;
    }
    EXPECT_EQ(before, 3 + kAll);
    EXPECT_EQ(steps, 7U) << "the NS RRset and six address RRsets";
  }
}

}  // namespace
}  // namespace torii::testing
