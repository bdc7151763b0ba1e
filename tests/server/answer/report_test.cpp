// What respond() reports for rate limits: the kind of a response, and the name that it came from.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;

constexpr const char* kZone =
    "$TTL 3600\n@ SOA ns hostmaster 1 1800 900 604800 900\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n"
    "*.wild A 192.0.2.81\nalias CNAME www\nlost CNAME no.such\nold DNAME www\n"
    "cut NS ns.cut\nns.cut A 192.0.2.2\n";

struct Said {
  AnswerKind kind;
  std::string source;
};

Said said(const std::string& name, RrType type, bool with_edns = false) {
  static auto zones = testing::compile(kZone, "example.");
  const auto query = testing::make_query({.name = name, .type = type, .dnssec_ok = with_edns});
  std::vector<std::uint8_t> response(4096);
  AnswerReport report;
  AnswerSettings settings;
  settings.extended_errors = false;
  const auto octets = respond(zones.view(), settings, Transport::Udp, query, response, report);
  EXPECT_LE(report.source_at, report.name_octets) << name;
  EXPECT_EQ(report.opt_octets, with_edns ? 11 : 0);
  EXPECT_GE(octets.value, 12U + report.name_octets + report.opt_octets) << name;
  const auto from = dns::NameView::parse(dns::Octets{query}.subspan(12U + report.source_at));
  EXPECT_TRUE(from) << name;
  return {report.kind, from ? dns::Name{*from}.text() : ""};
}

TEST(Report, SaysWhatAResponseIsAndWhereItCameFrom) {
  struct Row {
    const char* name;
    RrType type;
    AnswerKind kind;
    const char* source;
  };
  const Row table[] = {
      {"www.example.", RrType::A, AnswerKind::Positive, "www.example."},
      {"WWW.Example.", RrType::A, AnswerKind::Positive, "WWW.Example."},
      {"example.", RrType::SOA, AnswerKind::Positive, "example."},
      {"www.example.", RrType::MX, AnswerKind::NoData, "example."},
      {"a.b.no.example.", RrType::A, AnswerKind::NxDomain, "example."},
      {"a.b.wild.example.", RrType::A, AnswerKind::Positive, "wild.example."},
      {"a.b.wild.example.", RrType::MX, AnswerKind::NoData, "example."},
      {"alias.example.", RrType::A, AnswerKind::Positive, "alias.example."},
      {"alias.example.", RrType::MX, AnswerKind::Positive, "alias.example."},
      {"lost.example.", RrType::A, AnswerKind::NxDomain, "lost.example."},
      {"a.old.example.", RrType::A, AnswerKind::NxDomain, "old.example."},
      {"a.cut.example.", RrType::A, AnswerKind::Referral, "cut.example."},
      {"x.y.cut.example.", RrType::NS, AnswerKind::Referral, "cut.example."},
      {"cut.example.", RrType::A, AnswerKind::Referral, "cut.example."},
      {"cut.example.", RrType::DS, AnswerKind::NoData, "example."},
      {"other.", RrType::A, AnswerKind::Error, "other."},
      {"www.example.", RrType::AXFR, AnswerKind::Error, "www.example."},
  };
  for (const auto& [name, type, kind, source] : table) {
    for (const bool with_edns : {false, true}) {
      const auto heard = said(name, type, with_edns);
      EXPECT_EQ(heard.kind, kind) << name;
      EXPECT_EQ(heard.source, source) << name;
    }
  }
}

TEST(Report, AHeaderAloneHasNoName) {
  std::vector<std::uint8_t> query = testing::make_query({.name = "www.example.", .type = RrType::A});
  query.pop_back();
  std::vector<std::uint8_t> response(4096);
  AnswerReport report;
  EXPECT_EQ(respond({}, {}, Transport::Udp, query, response, report).value, 12U);
  EXPECT_EQ(report.kind, AnswerKind::Error);
  EXPECT_EQ(report.name_octets, 0);
}

}  // namespace
}  // namespace torii::server
