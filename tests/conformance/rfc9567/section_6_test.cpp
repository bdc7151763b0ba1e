// RFC 9567 section 6.3: what an authoritative server does for DNS error reporting.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc9567Section6 : public EdnsTest {};

TEST_F(Rfc9567Section6, TheAgentGoesAlongUnaskedOnceToWhoSpeaksEdns) {
  const Bytes agent{3, 'e', 'r', 'r', 4, 't', 'e', 's', 't', 0};  // uncompressed (section 5)
  settings_.report_agent = agent;
  for (const auto* name : {"www.example.", "nosuch.example.", "www.deleg.example.", "out.example."})
    for (const auto& options : {Bytes{}, option(kReportChannel, Bytes(1, 0)), option(kCookie, Bytes(8, 1))}) {
      ask(name, dns::RrType::A, options);
      ASSERT_EQ(options_.count(kReportChannel), 1U) << name;
      EXPECT_EQ(options_.find(kReportChannel)->second, agent) << name;
    }
  EXPECT_FALSE(send(make_query({.name = "www.example."})).has_opt);
}

TEST_F(Rfc9567Section6, WithoutAnAgentThereIsNone) {
  ask("www.example.", dns::RrType::A, {});
  EXPECT_FALSE(options_.contains(kReportChannel));
}

}  // namespace
}  // namespace torii::testing
