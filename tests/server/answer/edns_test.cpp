// EDNS options through respond(): each asked for, malformed, and squeezed against the size limit.
#include "server/answer/edns.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using Bytes = std::vector<std::uint8_t>;
using Options = std::map<int, Bytes>;

constexpr std::string_view kZone = R"($TTL 3600
@ SOA ns.nic hostmaster 4711 2 3 604800 900
@ NS ns.nic
ns.nic A 192.0.2.1
ns.nic AAAA 2001:db8::1
www TXT "text"
deleg NS ns1.deleg
deleg NS ns2.deleg
ns1.deleg A 192.0.2.9
ns2.deleg A 192.0.2.10
)";
constexpr std::array<std::uint8_t, 4> kAddress{198, 51, 100, 100};
constexpr std::uint32_t kNow = 1559731985;
const Bytes kClientCookie{0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57};

/// One option in wire format.
Bytes option(int code, const Bytes& content = {}) {
  Bytes out;
  testing::put_u16(out, static_cast<std::size_t>(code));
  testing::put_u16(out, content.size());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

Options parse(const Bytes& rdata) {
  Options found;
  std::size_t at = 0;
  while (at + 4 <= rdata.size()) {
    const std::size_t length = dns::load_u16(&rdata[at + 2]);
    EXPECT_LE(at + 4 + length, rdata.size());
    const auto begin = rdata.begin() + static_cast<std::ptrdiff_t>(at + 4);
    EXPECT_TRUE(
        found.emplace(dns::load_u16(&rdata[at]), Bytes(begin, begin + static_cast<std::ptrdiff_t>(length))).second)
        << "each option once";
    at += 4 + length;
  }
  EXPECT_EQ(at, rdata.size());
  return found;
}

class Edns : public ::testing::Test {
 protected:
  Edns() {
    settings_.cookies.keys[0] = cookie_key_from_hex("e5e973e5a6b2a43f48e7dc849e37bfcf").value();
    settings_.cookies.count = 1;
  }
  testing::Heard send(const Bytes& query, Transport transport = Transport::Udp) {
    Bytes response(transport == Transport::Tcp ? 65535 : 4096);
    const auto octets = respond(view_, settings_, transport, query, response, report_, {kAddress, kNow, 300});
    response.resize(octets.value);
    heard_ = testing::read_response(response);
    EXPECT_TRUE(heard_.well_formed);
    options_ = parse(heard_.opt_rdata);
    return heard_;
  }
  testing::Heard ask(const std::string& name, RrType type, const Bytes& options, Transport transport = Transport::Udp) {
    return send(testing::make_query({.name = name, .type = type, .edns = true, .options = options}), transport);
  }
  testing::CompiledZones zones_ = testing::compile(kZone, "example.");
  image::View view_ = zones_.view();
  AnswerSettings settings_;
  AnswerReport report_;
  testing::Heard heard_;
  Options options_;
};

constexpr int kCookie = 10;

TEST_F(Edns, ClientCookieGetsAServerCookie) {  // RFC 9018 appendix A.1
  ask("www.example.", RrType::TXT, option(kCookie, kClientCookie));
  const Bytes expected{0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57, 0x01, 0x00, 0x00, 0x00,
                       0x5c, 0xf7, 0x9f, 0x11, 0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80};
  EXPECT_EQ(options_.at(kCookie), expected);
  EXPECT_EQ(heard_.answer.size(), 1U);
  EXPECT_EQ(report_.cookie, CookieState::ClientOnly);
  ask("www.example.", RrType::TXT, option(kCookie, expected));
  EXPECT_EQ(options_.at(kCookie), expected);
  EXPECT_EQ(report_.cookie, CookieState::Valid);
}

TEST_F(Edns, CookiesOfBadLengthAreFormErr) {  // RFC 7873 section 5.2.2
  for (std::size_t length = 0; length <= 42; ++length) {
    const auto rcode = ask("www.example.", RrType::TXT, option(kCookie, Bytes(length, 7))).rcode;
    EXPECT_EQ(rcode, length == 8 || (length >= 16 && length <= 40) ? 0 : 1) << length;
  }
}

TEST_F(Edns, TheFirstCookieCounts) {  // RFC 7873 section 5.2
  auto both = option(kCookie, kClientCookie);
  const auto second = option(kCookie, Bytes(8, 1));
  both.insert(both.end(), second.begin(), second.end());
  ask("www.example.", RrType::TXT, both);
  EXPECT_TRUE(std::ranges::equal(kClientCookie, std::span{options_.at(kCookie)}.first(8)));
}

TEST_F(Edns, CookiesThatAreOffAreIgnored) {
  settings_.cookies = {};
  ask("www.example.", RrType::TXT, option(kCookie, kClientCookie));
  EXPECT_TRUE(options_.empty());
  EXPECT_EQ(report_.cookie, CookieState::None);
}

TEST_F(Edns, CookieWithoutAQuestion) {  // RFC 7873 section 5.4
  auto query = testing::make_query({.name = ".", .edns = true, .options = option(kCookie, kClientCookie)});
  query.erase(query.begin() + 12, query.begin() + 17);
  query[5] = 0;
  EXPECT_EQ(send(query).rcode, 0);
  EXPECT_EQ(options_.at(kCookie).size(), 24U);
  EXPECT_EQ(heard_.octets, 12U + 11 + 28);
  settings_.cookies = {};
  EXPECT_EQ(send(query).rcode, 1);
  query[11] = 0;
  query.resize(12);
  EXPECT_EQ(send(query).rcode, 1);
}

TEST_F(Edns, RequiredCookiesMakeBadCookieOverUdp) {  // RFC 7873 section 5.2.3
  settings_.cookies_required = true;
  EXPECT_EQ(ask("www.example.", RrType::TXT, option(kCookie, kClientCookie)).rcode, 23);
  EXPECT_TRUE(heard_.answer.empty());
  const auto fresh = options_.at(kCookie);
  EXPECT_EQ(ask("www.example.", RrType::TXT, option(kCookie, fresh)).rcode, 0) << "good for the next try";
  EXPECT_EQ(ask("www.example.", RrType::TXT, option(kCookie, kClientCookie), Transport::Tcp).rcode, 0);
  EXPECT_EQ(ask("www.example.", RrType::TXT, {}).rcode, 0) << "who does not know cookies is served";
  EXPECT_EQ(ask("www.example.", RrType::TXT, option(kCookie, Bytes(40, 1))).rcode, 23);
}

TEST_F(Edns, KeepaliveOverTcpOnly) {  // RFC 7828
  ask("www.example.", RrType::TXT, option(11), Transport::Tcp);
  EXPECT_EQ(options_.at(11), (Bytes{1, 44}));
  ask("www.example.", RrType::TXT, option(11));
  EXPECT_TRUE(options_.empty());
  for (std::size_t length = 1; length < 4; ++length) {
    EXPECT_EQ(ask("www.example.", RrType::TXT, option(11, Bytes(length, 1)), Transport::Tcp).rcode, 0);
    EXPECT_TRUE(options_.empty());
  }
}

TEST_F(Edns, ZoneVersion) {  // RFC 9660
  const Bytes expected{1, 0, 0, 0, 0x12, 0x67};
  for (const auto* name : {"example.", "www.example.", "nosuch.example.", "www.deleg.example."}) {
    ask(name, RrType::TXT, option(19));
    EXPECT_EQ(options_.at(19), expected) << name;
  }
  ask("example.org.", RrType::TXT, option(19));
  EXPECT_FALSE(options_.contains(19));
  EXPECT_EQ(ask("example.", RrType::TXT, option(19, {0})).rcode, 0) << "a payload is ignored";
  ask("www.example.", RrType::TXT, {});
  EXPECT_FALSE(options_.contains(19));
}

TEST_F(Edns, ExpireOfTheSoa) {  // RFC 7314
  ask("example.", RrType::SOA, option(9));
  EXPECT_EQ(options_.at(9), (Bytes{0, 0x09, 0x3a, 0x80}));
  ask("example.", RrType::NS, option(9));
  EXPECT_TRUE(options_.empty());
  ask("www.example.", RrType::SOA, option(9));
  EXPECT_TRUE(options_.empty());
  EXPECT_EQ(ask("example.", RrType::SOA, option(9, {0, 0, 0, 1})).rcode, 0);
  EXPECT_TRUE(options_.empty());
}

TEST_F(Edns, ErrorsAreExplained) {  // RFC 8914
  const auto code = [&](const testing::Asked& asked) {
    send(testing::make_query(asked));
    return options_.contains(15) ? static_cast<int>(dns::load_u16(options_.at(15).data())) : -1;
  };
  EXPECT_EQ(code({.name = "example.org.", .edns = true}), 20);
  EXPECT_EQ(code({.name = "www.example.", .edns = true, .rr_class = 4}), 20);
  EXPECT_EQ(code({.name = "example.", .type = RrType::AXFR, .edns = true}), 18);
  EXPECT_EQ(code({.name = "version.bind.", .type = RrType::TXT, .edns = true, .rr_class = 3}), 18);
  EXPECT_EQ(code({.name = "example.", .type = RrType::TKEY, .edns = true}), 21);
  EXPECT_EQ(code({.name = "www.example.", .edns = true}), -1);
  EXPECT_EQ(code({.name = "nosuch.example.", .edns = true}), -1);
  EXPECT_EQ(code({.name = "example.org."}), -1) << "without EDNS there is no place for it";
  view_ = image::View{};
  EXPECT_EQ(code({.name = "www.example.", .edns = true}), 14);
  const std::array<std::uint64_t, 8> rubbish{1, 2, 3};
  view_.add_segment({reinterpret_cast<const std::uint8_t*>(rubbish.data()), sizeof rubbish});
  EXPECT_EQ(code({.name = "www.example.", .edns = true}), 24);
  EXPECT_EQ(heard_.rcode, 2);
  settings_.extended_errors = false;
  EXPECT_EQ(code({.name = "www.example.", .edns = true}), -1);
}

TEST_F(Edns, ReportChannelGoesAlong) {  // RFC 9567
  const Bytes agent{3, 'e', 'r', 'r', 4, 't', 'e', 's', 't', 0};
  settings_.report_agent = agent;
  for (const auto* name : {"www.example.", "www.deleg.example.", "nosuch.example.", "example.org."}) {
    ask(name, RrType::A, {});
    EXPECT_EQ(options_.at(18), agent) << name;
  }
  EXPECT_FALSE(send(testing::make_query({.name = "www.example."})).has_opt);
}

TEST_F(Edns, ClientSubnetPaddingAndUnknownOptionsAreIgnored) {
  const auto plain = ask("www.example.", RrType::TXT, {});
  for (const int code : {8, 12, 13, 14, 20, 65001})
    for (std::size_t length = 0; length < 9; ++length) {
      const auto heard = ask("www.example.", RrType::TXT, option(code, Bytes(length, 255)));
      EXPECT_EQ(heard.octets, plain.octets) << code << ' ' << length;
      EXPECT_EQ(heard.rcode, 0);
    }
}

TEST_F(Edns, EveryProperPrefixOfTheOptionsIsFormErr) {
  Bytes all;
  for (const auto& one : {option(kCookie, kClientCookie), option(19), option(9), option(11), option(3)})
    all.insert(all.end(), one.begin(), one.end());
  const std::set<std::size_t> whole{0, 12, 16, 20, 24, 28};
  for (std::size_t length = 0; length <= all.size(); ++length) {
    const Bytes prefix(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(ask("example.", RrType::SOA, prefix).rcode, whole.contains(length) ? 0 : 1) << length;
  }
}

/// What was asked for has its room, to the octet; what was not never displaces a record.
TEST_F(Edns, RoomIsKeptExactly) {
  const Bytes agent{3, 'e', 'r', 'r', 4, 't', 'e', 's', 't', 0};
  auto asked = option(kCookie, kClientCookie);
  const auto version = option(19);
  asked.insert(asked.end(), version.begin(), version.end());
  const auto query =
      testing::make_query({.name = "www.deleg.example.", .edns = true, .udp_octets = 4096, .options = asked});
  const auto answer_into = [&](std::size_t room) {
    Bytes response(room);
    const auto octets = respond(view_, settings_, Transport::Udp, query, response, report_, {kAddress, kNow, 0});
    response.resize(octets.value);
    heard_ = testing::read_response(response);
    EXPECT_TRUE(heard_.well_formed);
    options_ = parse(heard_.opt_rdata);
  };
  answer_into(1232);
  const auto whole = heard_.octets;
  ASSERT_EQ(heard_.additional.size(), 2U);
  settings_.report_agent = agent;
  answer_into(whole);
  EXPECT_EQ(heard_.octets, whole);
  EXPECT_EQ(heard_.additional.size(), 2U);
  EXPECT_FALSE(heard_.tc());
  EXPECT_EQ(options_.size(), 2U);
  answer_into(whole - 1);
  EXPECT_TRUE(heard_.tc());
  EXPECT_EQ(heard_.additional.size(), 1U);
  EXPECT_TRUE(options_.contains(kCookie) && options_.contains(19));
  answer_into(whole + 13);
  EXPECT_EQ(options_.size(), 2U);
  answer_into(whole + 14);
  EXPECT_EQ(options_.at(18), agent);
}

}  // namespace
}  // namespace torii::server
