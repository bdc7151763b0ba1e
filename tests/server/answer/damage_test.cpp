// Whatever the octets of an image become, respond() answers or says SERVFAIL; it never reads or writes out of bounds.
// Every octet of a small image is changed in turn; run under AddressSanitizer for the full meaning of "passes".
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

constexpr std::string_view kZone = R"($TTL 60
@ SOA ns hostmaster 1 2 3 4 30
@ NS ns
ns A 192.0.2.1
one CNAME two
two CNAME ns
*.w TXT "wild"
deleg NS ns.deleg
deleg NS ns2.deleg
ns.deleg A 192.0.2.9
ns2.deleg AAAA 2001:db8::9
old DNAME ns
a.b TXT "deep"
)";

std::vector<std::vector<std::uint8_t>> make_queries() {
  std::vector<std::vector<std::uint8_t>> queries;
  for (const auto* name : {"example.", "ns.example.", "one.example.", "x.w.example.", "www.deleg.example.",
                           "x.old.example.", "b.example.", "nothing.example."})
    for (const auto type : {dns::RrType::A, dns::RrType::NS, dns::RrType::DS, dns::RrType::RRSIG})
      queries.push_back(testing::make_query({.name = name, .type = type, .dnssec_ok = true}));
  return queries;
}

void ask_all(const image::View& view, const std::vector<std::vector<std::uint8_t>>& queries,
             std::vector<std::uint8_t>& response) {
  AnswerReport report;
  for (const auto& query : queries) {
    const auto octets = testing::respond_in_stages(view, {}, Transport::Udp, query, response, report);
    ASSERT_GE(octets, 12U);
    ASSERT_LE(octets, 1232U);
    ASSERT_EQ(response[0], 0x12);
    ASSERT_EQ(response[2] & 0x80, 0x80);
  }
}

TEST(Damage, EveryOctetOfASmallImage) {
  auto zones = testing::compile(kZone, "example.");
  const auto queries = make_queries();
  std::vector<std::uint8_t> response(1232);
  const auto segment = zones.segment(0);
  ASSERT_EQ(zones.segment_count(), 1U);
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const auto good = segment[i];
    for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
      segment[i] = static_cast<std::uint8_t>(good ^ flip);
      ask_all(zones.view(), queries, response);
      if (HasFatalFailure()) FAIL() << "octet " << i;
    }
    segment[i] = good;
  }
}

TEST(Damage, EveryTruncationOfASmallImage) {
  auto zones = testing::compile(kZone, "example.");
  const auto queries = make_queries();
  std::vector<std::uint8_t> response(1232);
  for (std::size_t length = 0; length < zones.segment(0).size(); ++length) {
    const std::vector<std::uint64_t> exact((length + 7) / 8);
    std::vector<std::uint64_t> copy = exact;
    if (length > 0) std::memcpy(copy.data(), zones.segment(0).data(), length);  // data() of an empty vector may be null
    image::View view;
    view.add_segment({reinterpret_cast<const std::uint8_t*>(copy.data()), length});
    ask_all(view, queries, response);
    if (HasFatalFailure()) FAIL() << "length " << length;
  }
}

TEST(Damage, SampledOctetsOfASignedZone) {
  for (const auto* form : {"example-tld.nsec.zone", "example-tld.nsec3.zone"}) {
    std::vector<zonec::Zone> built;
    built.push_back(testing::read_zone(std::string{TORII_SOURCE_DIR "/zones/"} + form, "example."));
    testing::CompiledZones zones{std::move(built)};
    const auto queries = make_queries();
    std::vector<std::uint8_t> response(1232);
    const auto segment = zones.segment(0);
    std::uint32_t state = 12345;
    for (int round = 0; round < 20000; ++round) {
      state = state * 1664525 + 1013904223;
      const std::size_t i = state % segment.size();
      const auto good = segment[i];
      segment[i] = static_cast<std::uint8_t>(state >> 24);
      ask_all(zones.view(), queries, response);
      segment[i] = good;
      if (HasFatalFailure()) FAIL() << form << " octet " << i;
    }
  }
}

}  // namespace
}  // namespace torii::server
