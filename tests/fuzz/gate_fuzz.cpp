// Any octets may be a request. Laws:
// - each line has one answer, which is JSON with a version and either an error, a verdict or a status;
// - what is only checked, refused or wrong changes nothing: asked again, it gets the same answer.
#include <cstdint>
#include <cstdio>
#include <string>

#include "tests/support/compiled_zones.hpp"
#include "zonec/gate/lines.hpp"
#include "zonec/gate/service.hpp"

namespace {

using namespace torii;
using namespace torii::zonec;

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  __builtin_trap();
}

constexpr const char* kZone =
    "$TTL 60\n@ SOA ns.x. h.x. 1 2 3 4 5\n@ NS ns.x.\n@ DNSKEY 256 3 13 aaaa\n"
    "@ NSEC a NS SOA DNSKEY NSEC\na NS ns.a\na NS ns.b\nns.a A 192.0.2.1\nb NS ns.a\nb NS ns.c\nns.b A 192.0.2.2\n"
    "c NS ns.b\nd.c NS ns.d.c\nns.d.c AAAA ::1\n*.w A 192.0.2.3\ne NS h.w\nal CNAME x.\nf NS al\ndn DNAME x.\n"
    "g NS ns.dn\ng DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n";

gate::Service make_service() {
  gate::Loaded loaded;
  loaded.base = std::make_unique<gate::Base>(torii::testing::build_zone(kZone, "t."));
  return gate::Service{std::move(loaded), [] { return std::variant<gate::Loaded, std::string>{"no"}; }};
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto service = make_service();
  gate::Lines lines{4096};
  lines.add({reinterpret_cast<const char*>(data), size});
  std::string_view line;
  for (;;) {
    const auto found = lines.next(line, true);
    if (found == gate::Lines::Found::Nothing) break;
    if (found == gate::Lines::Found::TooLong) {
      require(has(service.answer_too_long(), "line-too-long"), "a line too long is told");
      continue;
    }
    const auto changes = service.changes().size();
    const auto answer = service.answer(line);
    require(answer.starts_with("{\"version\":1,\"id\":") && answer.back() == '}', "an answer is an object");
    require(answer.find('\n') == std::string::npos, "an answer is one line");
    require(has(answer, "\"error\":{") || has(answer, "\"verdict\":\"") || has(answer, "\"status\":{"),
            "and says something");
    if (has(answer, "\"committed\":true")) continue;
    require(service.changes().size() == changes, "a check changes nothing");
    if (!has(answer, "\"status\":{")) require(service.answer(line) == answer, "the same question, the same answer");
  }
  return 0;
}
