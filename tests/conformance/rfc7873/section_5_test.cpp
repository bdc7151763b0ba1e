// RFC 7873 section 5: what a server makes of the COOKIE option.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc7873Section5 : public EdnsTest {
 protected:
  [[nodiscard]] Bytes cookie() const { return options_.find(kCookie)->second; }
  /// A query without a question.
  const Heard& refresh(const Bytes& content, server::Transport transport = server::Transport::Udp) {
    auto query = make_query({.name = ".", .edns = true, .options = option(kCookie, content)});
    query.erase(query.begin() + 12, query.begin() + 17);
    query[5] = 0;
    return send(query, transport);
  }
};

const Bytes kClient{1, 2, 3, 4, 5, 6, 7, 8};

TEST_F(Rfc7873Section5, WithoutTheOptionNothingChanges) {  // 5.2.1
  settings_.cookies_required = true;
  EXPECT_EQ(ask("www.example.", dns::RrType::TXT, {}).answer.size(), 1U);
  EXPECT_TRUE(options_.empty());
  EXPECT_EQ(send(make_query({.name = "www.example.", .type = dns::RrType::TXT})).answer.size(), 1U);
}

TEST_F(Rfc7873Section5, LengthsThatCannotBeAreFormErr) {  // 5.2.2
  for (std::size_t length = 0; length <= 42; ++length) {
    const bool good = length == 8 || (length >= 16 && length <= 40);
    EXPECT_EQ(ask("www.example.", dns::RrType::TXT, option(kCookie, Bytes(length, 7))).rcode, good ? 0 : 1) << length;
    EXPECT_EQ(options_.contains(kCookie), good) << length;
  }
}

TEST_F(Rfc7873Section5, EveryAnswerCarriesBothCookies) {  // 5.2.3, 5.2.4, 5.2.5
  ask("www.example.", dns::RrType::TXT, option(kCookie, kClient));
  const auto ours = cookie();
  auto forged = ours;
  forged.back() ^= 1;
  for (const auto& sent : {kClient, ours, forged})
    for (const auto* name : {"www.example.", "nosuch.example.", "www.deleg.example.", "example.org."}) {
      ask(name, dns::RrType::TXT, option(kCookie, sent));
      EXPECT_EQ(cookie(), ours) << name;
      EXPECT_EQ(report_.cookie == server::CookieState::Valid, sent == ours);
    }
}

TEST_F(Rfc7873Section5, BadcookieHasACookieThatIsGood) {  // 5.2.3
  settings_.cookies_required = true;
  EXPECT_EQ(ask("www.example.", dns::RrType::TXT, option(kCookie, kClient)).rcode, 23);
  EXPECT_TRUE(heard_.answer.empty());
  EXPECT_EQ(heard_.question, "www.example.");
  EXPECT_EQ(ask("www.example.", dns::RrType::TXT, option(kCookie, cookie())).answer.size(), 1U);
}

TEST_F(Rfc7873Section5, TcpIsProofEnough) {  // 5.2.3
  settings_.cookies_required = true;
  ask("www.example.", dns::RrType::TXT, option(kCookie, kClient), server::Transport::Tcp);
  EXPECT_EQ(heard_.answer.size(), 1U);
  EXPECT_EQ(cookie().size(), 24U);
}

TEST_F(Rfc7873Section5, OfSeveralCookiesTheFirstCounts) {  // 5.2
  auto both = option(kCookie, kClient);
  for (const auto octet : option(kCookie, Bytes(3, 9))) both.push_back(octet);
  EXPECT_EQ(ask("www.example.", dns::RrType::TXT, both).rcode, 0);
  EXPECT_EQ(options_.count(kCookie), 1U);
  EXPECT_EQ(cookie()[0], 1);
}

/// 5.4: NOERROR with a client cookie or a good server cookie, BADCOOKIE with a bad one.
TEST_F(Rfc7873Section5, AQueryForAServerCookieOnly) {
  for (const auto transport : {server::Transport::Udp, server::Transport::Tcp}) {
    EXPECT_EQ(refresh(kClient, transport).rcode, 0);
    EXPECT_TRUE(heard_.answer.empty() && heard_.question.empty());
    const auto ours = cookie();
    EXPECT_EQ(refresh(ours, transport).rcode, 0);
    auto forged = ours;
    forged[20] ^= 1;
    EXPECT_EQ(refresh(forged, transport).rcode, 23);
    EXPECT_EQ(cookie(), ours);
  }
}

TEST_F(Rfc7873Section5, WithoutCookiesAQueryWithoutQuestionIsFormErr) {
  settings_.cookies = {};
  EXPECT_EQ(refresh(kClient).rcode, 1);
  EXPECT_TRUE(heard_.has_opt && options_.empty());
}

}  // namespace
}  // namespace torii::testing
