#include "server/answer/query.hpp"

#include <gtest/gtest.h>

#include "tests/support/ask.hpp"

namespace torii::server {
namespace {

using testing::Asked;
using testing::make_query;

QueryStatus status_of(std::span<const std::uint8_t> request) {
  Query query;
  return parse_query(request, query);
}

TEST(ParseQuery, ReadsAllFields) {
  Query query;
  const auto octets = make_query({.name = "WWW.Example.", .type = dns::RrType::AAAA, .dnssec_ok = true});
  ASSERT_EQ(parse_query(octets, query), QueryStatus::Ok);
  EXPECT_EQ(query.id, 0x1234);
  EXPECT_TRUE(query.recursion_desired);
  EXPECT_EQ(query.name().text(), "www.example.");
  EXPECT_EQ(query.name().data()[1], 'w');
  EXPECT_EQ(query.qtype, 28);
  EXPECT_EQ(query.qclass, 1);
  EXPECT_TRUE(query.edns && query.dnssec_ok && !query.nsid);
  EXPECT_EQ(query.udp_octets, 1232);
  EXPECT_EQ(query.question_end(), 12U + 13 + 4);
}

TEST(ParseQuery, EveryProperPrefixIsRefused) {
  const auto whole = make_query({.name = "nl.", .type = dns::RrType::SOA, .dnssec_ok = true, .options = {0, 3, 0, 0}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto expected = length < 12 ? QueryStatus::Silent : QueryStatus::FormErr;
    ASSERT_EQ(status_of(std::span{whole}.first(length)), expected) << length;
  }
  EXPECT_EQ(status_of(whole), QueryStatus::Ok);
}

TEST(ParseQuery, OctetsLeftOverAreRefused) {
  auto query = make_query({.name = "nl."});
  query.push_back(0);
  EXPECT_EQ(status_of(query), QueryStatus::FormErr);
}

TEST(ParseQuery, ResponsesAreMetWithSilence) {
  auto query = make_query({.name = "nl."});
  query[2] |= 0x80;
  EXPECT_EQ(status_of(query), QueryStatus::Silent);
}

TEST(ParseQuery, OtherOpcodesAreNotImplemented) {
  for (unsigned opcode = 1; opcode < 16; ++opcode) {
    auto query = make_query({.name = "nl."});
    query[2] = static_cast<std::uint8_t>(opcode << 3);
    EXPECT_EQ(status_of(query), QueryStatus::NotImp) << opcode;
  }
}

TEST(ParseQuery, QuestionCountMustBeOne) {  // RFC 9619
  for (const std::uint8_t count : {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{255}}) {
    auto query = make_query({.name = "nl."});
    query[5] = count;
    EXPECT_EQ(status_of(query), QueryStatus::FormErr) << int{count};
  }
}

TEST(ParseQuery, CompressedQnameIsRefused) {
  std::vector<std::uint8_t> query{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1};
  EXPECT_EQ(status_of(query), QueryStatus::FormErr);
}

TEST(ParseQuery, QnameOf255OctetsIsTakenAnd256Refused) {
  const auto with_last = [](std::size_t last) {
    std::string labels;
    for (const std::size_t label : {std::size_t{63}, std::size_t{63}, std::size_t{63}, last})
      labels += static_cast<char>(label) + std::string(label, 'a');
    auto query = make_query({.name = "."});
    query.insert(query.begin() + 12, labels.begin(), labels.end());
    return query;
  };
  EXPECT_EQ(status_of(with_last(61)), QueryStatus::Ok);
  EXPECT_EQ(status_of(with_last(62)), QueryStatus::FormErr);
}

TEST(ParseQuery, TwoOptRecordsAreRefused) {  // RFC 6891 section 6.1.1
  auto query = make_query({.name = "nl.", .edns = true});
  const std::vector<std::uint8_t> opt(query.end() - 11, query.end());
  query.insert(query.end(), opt.begin(), opt.end());
  query[11] = 2;
  EXPECT_EQ(status_of(query), QueryStatus::FormErr);
}

TEST(ParseQuery, OptOwnerMustBeRoot) {
  auto query = make_query({.name = "nl.", .edns = true});
  query[query.size() - 11] = 0xC0;
  query.insert(query.end() - 10, 12);
  EXPECT_EQ(status_of(query), QueryStatus::FormErr);
}

TEST(ParseQuery, HigherEdnsVersionIsToldApart) {
  EXPECT_EQ(status_of(make_query({.name = "nl.", .edns = true, .version = 1})), QueryStatus::BadVersion);
}

TEST(ParseQuery, SmallAdvertisedSizesCountAs512) {  // RFC 6891 section 6.2.3
  Query query;
  ASSERT_EQ(parse_query(make_query({.name = "nl.", .edns = true, .udp_octets = 1}), query), QueryStatus::Ok);
  EXPECT_EQ(query.udp_octets, 512);
}

TEST(ParseQuery, OptionsAreWalkedAndUnknownOnesIgnored) {
  EXPECT_EQ(status_of(make_query({.name = "nl.", .edns = true, .options = {0xFD, 0xE9, 0, 2, 1, 2, 0, 3, 0, 0}})),
            QueryStatus::Ok);
  EXPECT_EQ(status_of(make_query({.name = "nl.", .edns = true, .options = {0xFD, 0xE9, 0, 3, 1, 2}})),
            QueryStatus::FormErr);
  EXPECT_EQ(status_of(make_query({.name = "nl.", .edns = true, .options = {0xFD}})), QueryStatus::FormErr);
}

TEST(ParseQuery, TsigMustBeLastAndIsNotOurs) {
  auto query = make_query({.name = "nl."});
  query[11] = 1;
  query.insert(query.end(), {0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(status_of(query), QueryStatus::NotAuth);
  query[11] = 2;
  query.insert(query.end(), {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(status_of(query), QueryStatus::FormErr);
}

}  // namespace
}  // namespace torii::server
