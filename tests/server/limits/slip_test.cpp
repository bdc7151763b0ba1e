// A response that slips: header and question, parsed by the tests' own strict reader.
#include <gtest/gtest.h>

#include "server/limits/rate_limiter.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;

struct Slipped {
  testing::Heard heard;
  std::size_t request_octets;
  int flags_before;
};

Slipped slip(const testing::Asked& asked, const AnswerSettings& settings = {}) {
  static auto zones = testing::compile(
      "$TTL 3600\n@ SOA ns hostmaster 1 1800 900 604800 900\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n"
      "cut NS ns.cut\nns.cut A 192.0.2.2\n",
      "example.");
  const auto request = testing::make_query(asked);
  std::vector<std::uint8_t> response(4096);
  AnswerReport report;
  auto octets = respond(zones.view(), settings, Transport::Udp, request, response, report).value;
  const int before = dns::load_u16(&response[2]);
  octets = slip_response(response, octets, report, request.size());
  return {testing::read_response(dns::Octets{response}.first(octets)), request.size(), before};
}

TEST(Slip, KeepsHeaderAndQuestionAndSetsTc) {
  for (const auto* name : {"www.example.", "a.cut.example.", "no.example."}) {
    const auto [heard, request_octets, before] = slip({.name = name, .type = RrType::A});
    EXPECT_TRUE(heard.well_formed) << name;
    EXPECT_EQ(heard.question, name);
    EXPECT_EQ(heard.octets, request_octets) << name;
    EXPECT_EQ(heard.flags, before | 0x0200) << name;
    EXPECT_TRUE(heard.answer.empty() && heard.authority.empty() && heard.additional.empty());
    EXPECT_FALSE(heard.has_opt);
  }
}

TEST(Slip, KeepsOptWhereItIsNoLargerThanTheRequestByMuch) {
  const auto [heard, request_octets, before] = slip({.name = "a.cut.example.", .type = RrType::A, .dnssec_ok = true});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_TRUE(heard.has_opt);
  EXPECT_EQ(heard.octets, request_octets);
  EXPECT_EQ(heard.flags, before | 0x0200);
}

TEST(Slip, LeavesOutAnOptThatWouldAmplify) {
  for (const std::size_t octets : {12U, 13U, 500U}) {
    const std::vector<std::uint8_t> nsid(octets, 'x');
    AnswerSettings settings;
    settings.nsid = nsid;
    const auto [heard, request_octets, before] =
        slip({.name = "www.example.", .type = RrType::A, .dnssec_ok = true, .options = {0, 3, 0, 0}}, settings);
    EXPECT_TRUE(heard.well_formed);
    // The request asks with an empty NSID option, so the response's is larger by its content.
    EXPECT_EQ(heard.has_opt, octets <= 16) << octets;
    EXPECT_LE(heard.octets, request_octets + 16);
  }
}

TEST(Slip, AnErrorGoesWithoutTc) {
  const auto [heard, request_octets, before] = slip({.name = "www.test.", .type = RrType::A});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.rcode, 5);
  EXPECT_EQ(heard.flags, before);
  EXPECT_EQ(heard.octets, request_octets);
}

TEST(Slip, AHeaderStaysAHeader) {
  std::vector<std::uint8_t> response(12, 0x80);
  AnswerReport report;
  report.responded = true;
  const auto before = response;
  EXPECT_EQ(slip_response(response, 12, report, 40), 12U);
  EXPECT_EQ(response, before);
}

}  // namespace
}  // namespace torii::server
