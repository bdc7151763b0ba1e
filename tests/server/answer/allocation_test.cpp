// From respond() down nothing allocates, whatever the query: operator new is counted.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "tests/support/counting_new.hpp"

namespace torii::server {
namespace {

TEST(Allocation, RespondNeverAllocates) {
  for (const auto* form : {"example-tld.zone", "example-tld.nsec.zone", "example-tld.nsec3.zone"}) {
    std::vector<zonec::Zone> zones;
    zones.push_back(testing::read_zone(std::string{TORII_SOURCE_DIR "/zones/"} + form, "example."));
    std::vector<std::string> names;
    for (const auto& owner : zones.front().owners) {
      names.push_back(owner.name().text());
      if (owner.name().size() < 200) names.push_back("nosuch." + owner.name().text());
    }
    testing::CompiledZones compiled{std::move(zones)};
    const auto view = compiled.view();
    std::vector<std::uint8_t> response(65535);
    std::vector<std::vector<std::uint8_t>> queries;
    for (const auto& name : names)
      for (const auto type : {dns::RrType::A, dns::RrType::NS, dns::RrType::DS, dns::RrType::TXT, dns::RrType::ANY,
                              dns::RrType::RRSIG, dns::RrType::NSEC})
        for (const bool dnssec_ok : {false, true})
          queries.push_back(testing::make_query({.name = name, .type = type, .dnssec_ok = dnssec_ok}));
    // NSID, EXPIRE, COOKIE, keepalive and ZONEVERSION at once.
    for (const auto& name : names)
      for (const auto type : {dns::RrType::A, dns::RrType::SOA, dns::RrType::AXFR})
        queries.push_back(testing::make_query(
            {.name = name, .type = type, .edns = true, .options = {0, 3, 0, 0, 0, 9, 0, 0,  0, 10, 0, 8,  1, 2,
                                                                   3, 4, 5, 6, 7, 8, 0, 11, 0, 0,  0, 19, 0, 0}}));
    AnswerReport report;
    constexpr std::array<std::uint8_t, 5> kAgent{3, 'e', 'r', 'r', 0};
    AnswerSettings settings;
    settings.nsid = settings.report_agent = kAgent;
    settings.cookies.count = 2;
    constexpr std::array<std::uint8_t, 4> kAddress{192, 0, 2, 1};
    const Client client{kAddress, 1'700'000'000, 300};
    const auto before = testing::allocation_count();
    std::size_t octets = 0;
    for (const auto& query : queries)
      for (const auto transport : {Transport::Udp, Transport::Tcp})
        octets += respond(view, settings, transport, query, response, report, client).value;
    EXPECT_EQ(testing::allocation_count(), before) << form;
    EXPECT_GT(octets, queries.size() * 2 * 12);
  }
}

TEST(Allocation, TheCounterCounts) {
  const auto before = testing::allocation_count();
  const auto* const some = new int{7};
  EXPECT_EQ(testing::allocation_count(), before + 1);
  delete some;
}

}  // namespace
}  // namespace torii::server
