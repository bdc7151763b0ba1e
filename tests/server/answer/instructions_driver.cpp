// Answers queries of one kind so often that a profiler can count what one costs:
//
//     answer_instructions KIND TIMES
//
// Kinds are listed by the table below. Zones: a small registry (shared NS sets, in-domain hosts), and the sample TLD
// with NSEC3. Ends with 1 when an answer is not of the kind that was asked for.
#include <cstdio>
#include <cstdlib>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii {
namespace {

using dns::RrType;

std::string registry() {
  std::string text = "$TTL 86400\n@ SOA ns.nic hostmaster.nic 1 1800 900 604800 900\n@ NS ns.nic\nns.nic A 192.0.2.1\n";
  for (int i = 0; i < 700; ++i) {
    const auto name = "name-" + std::to_string(i);
    const auto hoster = i % 7 == 0 ? name : "hoster-" + std::to_string(i % 50) + ".test.";
    for (const auto* host : {"ns1.", "ns2."}) text += name + " NS " + host + hoster + "\n";
    if (i % 7 == 0)
      for (const auto* host : {"ns1.", "ns2."})
        text += host + hoster + " A 192.0.2.1\n" + host + hoster + " AAAA 2001:db8::1\n";
  }
  return text;
}

struct Kind {
  const char* name;
  bool is_signed;
  testing::Asked asked;
  server::AnswerKind answer;
};

const std::vector<Kind>& kinds() {
  using enum server::AnswerKind;
  static const std::vector<Kind> all{
      {"referral", false, {.name = "www.name-123.example."}, Referral},
      {"referral-edns", false, {.name = "www.name-123.example.", .edns = true}, Referral},
      {"referral-glue", false, {.name = "www.name-210.example."}, Referral},
      {"nxdomain", false, {.name = "nosuch.example."}, NxDomain},
      {"authoritative", false, {.name = "example.", .type = RrType::SOA}, Positive},
      {"referral-ds", true, {.name = "www.signed.example.", .dnssec_ok = true}, Referral},
      {"nxdomain-nsec3", true, {.name = "nosuch.example.", .dnssec_ok = true}, NxDomain},
  };
  return all;
}

int run(const Kind& kind, long times) {
  std::vector<zonec::Zone> zones;
  if (kind.is_signed)
    zones.push_back(testing::read_zone(TORII_SOURCE_DIR "/zones/example-tld.nsec3.zone", "example."));
  else
    zones.push_back(testing::build_zone(registry(), "example."));
  testing::CompiledZones compiled{std::move(zones)};
  const auto view = compiled.view();
  const auto query = testing::make_query(kind.asked);
  std::vector<std::uint8_t> response(4096);
  server::AnswerReport report;
  for (long i = 0; i < times; ++i)
    if (server::respond(view, {}, server::Transport::Udp, query, response, report).value == 0 ||
        report.kind != kind.answer || report.truncated) {
      std::fprintf(stderr, "%s: not the answer that was meant\n", kind.name);
      return 1;
    }
  return 0;
}

}  // namespace
}  // namespace torii

int main(int argc, char** argv) {
  if (argc == 3)
    for (const auto& kind : torii::kinds())
      if (kind.name == std::string_view{argv[1]}) return torii::run(kind, std::strtol(argv[2], nullptr, 10));
  std::fprintf(stderr, "usage: answer_instructions KIND TIMES; kinds:");
  for (const auto& kind : torii::kinds()) std::fprintf(stderr, " %s", kind.name);
  std::fprintf(stderr, "\n");
  return 2;
}
