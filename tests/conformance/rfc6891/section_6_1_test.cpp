// RFC 6891 section 6.1: what OPT is answered with.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc6891Section61 : public EdnsTest {};

TEST_F(Rfc6891Section61, OptIsAnsweredWithOptAndNothingWithNothing) {  // 6.1.1
  for (const auto* name : {"example.", "www.example.", "nosuch.example.", "www.deleg.example.", "example.org."}) {
    EXPECT_TRUE(ask(name, dns::RrType::A, {}).has_opt) << name;
    EXPECT_FALSE(send(make_query({.name = name})).has_opt) << name;
  }
}

/// Header, question and OPT are the least a response to OPT is (section 7), errors included.
TEST_F(Rfc6891Section61, ErrorsOfOptionsCarryOpt) {
  const auto query = make_query({.name = "www.example.", .edns = true, .options = option(kCookie, Bytes(9, 1))});
  EXPECT_EQ(send(query).rcode, 1);
  EXPECT_TRUE(heard_.has_opt);
  EXPECT_TRUE(heard_.opt_rdata.empty());
  EXPECT_EQ(heard_.question, "www.example.");
  EXPECT_LE(heard_.octets, query.size());
  EXPECT_EQ(report_.opt_octets, 11);
}

TEST_F(Rfc6891Section61, TwoOptRecordsAreFormErr) {  // 6.1.1
  auto query = make_query({.name = "www.example.", .edns = true});
  const Bytes opt(query.end() - 11, query.end());
  query.insert(query.end(), opt.begin(), opt.end());
  query[11] = 2;
  EXPECT_EQ(send(query).rcode, 1);
  EXPECT_TRUE(heard_.has_opt);
}

TEST_F(Rfc6891Section61, OptMayStandAnywhereInTheAdditionalSection) {  // 6.1.1
  auto query = make_query({.name = "www.example.", .type = dns::RrType::TXT, .edns = true});
  const Bytes record{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1};
  query[11] = 2;
  auto behind = query;
  behind.insert(behind.end(), record.begin(), record.end());
  query.insert(query.end() - 11, record.begin(), record.end());
  for (const auto& each : {query, behind}) {
    EXPECT_EQ(send(each).rcode, 0);
    EXPECT_TRUE(heard_.has_opt);
    EXPECT_EQ(heard_.answer.size(), 1U);
  }
}

TEST_F(Rfc6891Section61, OtherOpcodesOfTheSameFormatCarryOpt) {
  for (const unsigned opcode : {4U, 5U}) {  // NOTIFY, UPDATE
    auto query = make_query({.name = "example.", .type = dns::RrType::SOA, .edns = true});
    query[2] = static_cast<std::uint8_t>(opcode << 3);
    EXPECT_EQ(send(query).rcode, 4);
    EXPECT_TRUE(heard_.has_opt);
    EXPECT_EQ(heard_.flags >> 11 & 15, opcode);
    EXPECT_TRUE(heard_.answer.empty());
  }
  auto unknown = make_query({.name = "example.", .type = dns::RrType::SOA, .edns = true});
  unknown[2] = 15 << 3;
  unknown.resize(20);  // of a format that we do not know
  EXPECT_EQ(send(unknown).rcode, 4);
  EXPECT_EQ(heard_.octets, 12U);
}

TEST_F(Rfc6891Section61, UnknownKeysOfTsigCarryOpt) {
  auto query = make_query({.name = "www.example.", .edns = true});
  query[11] = 2;
  const Bytes tsig{0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0};
  query.insert(query.end(), tsig.begin(), tsig.end());
  EXPECT_EQ(send(query).rcode, 9);
  EXPECT_TRUE(heard_.has_opt);
}

TEST_F(Rfc6891Section61, UnknownOptionsAreIgnoredAndNotReturned) {  // 6.1.2
  const auto plain = ask("www.example.", dns::RrType::TXT, {});
  EXPECT_EQ(ask("www.example.", dns::RrType::TXT, option(65001, {1, 2, 3})).octets, plain.octets);
  EXPECT_EQ(heard_.rcode, 0);
}

/// 6.1.3: BADVERS with version 0, whatever the options of the later version look like.
TEST_F(Rfc6891Section61, LaterVersionsAreBadvers) {
  for (const auto& options : {Bytes{}, option(100), option(kCookie, Bytes(3, 1)), Bytes{1}}) {
    send(make_query(
        {.name = "www.example.", .type = dns::RrType::TXT, .dnssec_ok = true, .options = options, .version = 1}));
    EXPECT_EQ(heard_.rcode, 16);
    EXPECT_TRUE(heard_.has_opt && heard_.answer.empty() && heard_.authority.empty());
    EXPECT_FALSE(heard_.aa());
    EXPECT_EQ(report_.opt_octets, 11);
  }
}

/// 6.1.4: the Z bits of the flags are ignored and not returned; DO is.
TEST_F(Rfc6891Section61, UnknownFlagsAreNotReturned) {
  for (const bool dnssec_ok : {false, true}) {
    auto query = make_query({.name = "www.example.", .edns = true, .dnssec_ok = dnssec_ok});
    query[query.size() - 3] = 0x40;
    query[query.size() - 4] |= 0x7F;
    Bytes response(512);
    const auto octets = server::respond(view_, settings_, server::Transport::Udp, query, response, report_);
    EXPECT_EQ(response[octets.value - 3], 0);
    EXPECT_EQ(response[octets.value - 4], dnssec_ok ? 0x80 : 0);
    EXPECT_EQ(response[octets.value - 5], 0) << "version";
  }
}

/// 6.2.3, 6.2.5: the requestor's size limits UDP, not TCP; ours is stated in CLASS.
TEST_F(Rfc6891Section61, SizesAreStated) {
  settings_.udp_octets_max = 1400;
  const auto query = make_query({.name = "www.example.", .edns = true, .udp_octets = 4096});
  for (const auto transport : {server::Transport::Udp, server::Transport::Tcp}) {
    Bytes response(65535);
    const auto octets = server::respond(view_, settings_, transport, query, response, report_);
    EXPECT_EQ(dns::load_u16(&response[octets.value - 8]), 1400);
  }
}

}  // namespace
}  // namespace torii::testing
