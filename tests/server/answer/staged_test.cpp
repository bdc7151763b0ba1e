// A query answered in stages, as the UDP side takes a batch, gets the octets and the report of respond() in one go.
#include <gtest/gtest.h>

#include <memory>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;

std::vector<std::string> names_of(const zonec::Zone& zone) {
  std::vector<std::string> names{"example.", "x.example.", "not.example.", "outside.test.", "."};
  for (const auto& owner : zone.owners) {
    const auto name = owner.name();
    names.push_back(name.text());
    if (name.size() < 200)
      for (const auto* below : {"nosuch.", "*.", "a.b."}) names.push_back(below + name.text());
  }
  return names;
}

TEST(Staged, AnswersAreTheSame) {
  for (const auto* form : {"example-tld.zone", "example-tld.nsec.zone", "example-tld.nsec3.zone"}) {
    auto zone = testing::read_zone(std::string{TORII_SOURCE_DIR "/zones/"} + form, "example.");
    const auto names = names_of(zone);
    std::vector<zonec::Zone> zones;
    zones.push_back(std::move(zone));
    zones.push_back(
        testing::build_zone("@ 60 SOA a b 1 2 3 4 5\n@ 60 NS a\na 60 A 192.0.2.1\n", "sub.nosuch.example."));
    testing::CompiledZones compiled{std::move(zones)};
    const auto view = compiled.view();
    std::vector<std::vector<std::uint8_t>> queries;
    for (const auto& name : names)
      for (const auto type : {RrType::A, RrType::NS, RrType::DS, RrType::SOA, RrType::CNAME, RrType::ANY, RrType::AXFR,
                              RrType::RRSIG, RrType::NSEC})
        for (const bool dnssec_ok : {false, true})
          queries.push_back(testing::make_query({.name = name, .type = type, .dnssec_ok = dnssec_ok}));
    queries.emplace_back(5, std::uint8_t{0});  // silence
    queries.push_back(testing::make_query({.name = "example.", .rr_class = 3}));
    queries.push_back(testing::make_query({.name = "example.", .edns = true, .version = 1}));
    queries.push_back(queries.front());
    queries.back().pop_back();  // FORMERR

    constexpr std::size_t kBatch = 64;
    constexpr std::size_t kStride = 4096;
    std::vector<StagedQuery> staged(kBatch);
    std::vector<std::uint8_t> one(kStride);
    std::vector<std::uint8_t> many(kStride * kBatch);
    for (std::size_t from = 0; from < queries.size(); from += kBatch) {
      const auto count = std::min(kBatch, queries.size() - from);
      for (std::size_t i = 0; i < count; ++i) stage_query(view, queries[from + i], *std::construct_at(&staged[i]));
      for (std::size_t i = 0; i < count; ++i) stage_node(view, staged[i]);
      for (std::size_t i = 0; i < count; ++i) stage_answer(view, staged[i]);
      for (std::size_t i = 0; i < count; ++i) {
        AnswerReport expected;
        AnswerReport report;
        const auto& query = queries[from + i];
        const auto room = std::span{many}.subspan(i * kStride, kStride);
        const auto octets = respond(view, {}, Transport::Udp, query, one, expected).value;
        ASSERT_EQ(respond(view, {}, Transport::Udp, query, room, report, {}, staged[i]).value, octets) << from + i;
        ASSERT_TRUE(std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(octets), room.begin()))
            << from + i;
        ASSERT_TRUE(expected == report) << from + i;
      }
    }
  }
}

}  // namespace
}  // namespace torii::server
