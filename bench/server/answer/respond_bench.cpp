// Nanoseconds of respond() a query, one at a time, over uniformly random names: the root zone (where it is at hand)
// and a generated registry of a million delegations, unsigned. Counts allocations too: there must be none.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "server/answer/staged_query.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "tests/support/counting_new.hpp"

namespace torii {
namespace {

constexpr std::size_t kQueries = 1 << 16;

class Random {
 public:
  std::uint64_t operator()() { return state_ = dns::fold_multiply(state_ + dns::kHashKey0, dns::kHashKey1 + ++count_); }

 private:
  std::uint64_t state_ = 2026;
  std::uint64_t count_ = 0;
};

/// A registry: `count` delegations, each to two hosts of one of 5,000 hosters; one in seven has in-domain hosts.
std::string registry(std::size_t count) {
  std::string text =
      "$TTL 86400\n@ SOA ns.nic hostmaster.nic 1 1800 900 604800 900\n@ NS ns.nic\nns.nic A 192.0.2.1\n"
      "ns.nic AAAA 2001:db8::1\nwww.nic A 192.0.2.80\n";
  text.reserve(count * 90);
  Random random;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = "name-" + std::to_string(i);
    if (i % 7 == 0) {
      text += name + " NS ns1." + name + "\n" + name + " NS ns2." + name + "\nns1." + name + " A 192.0.2.1\nns2." +
              name + " A 192.0.2.2\n";
      continue;
    }
    const auto hoster = std::to_string(random() % 5000);
    text += name + " NS ns1.hoster-" + hoster + ".test.\n" + name + " NS ns2.hoster-" + hoster + ".test.\n";
  }
  return text;
}

testing::CompiledZones& million() {
  static auto zones = testing::compile(registry(1'000'000), "bench.");
  return zones;
}

testing::CompiledZones* root() {
  static const std::string path = TORII_SOURCE_DIR "/../shared/data/root.zone.gz";
  if (!std::filesystem::exists(path)) return nullptr;
  static auto zones = [] {
    std::vector<zonec::Zone> built;
    built.push_back(testing::read_zone(path, "."));
    return testing::CompiledZones{std::move(built)};
  }();
  return &zones;
}

std::vector<std::string> tlds() {
  std::vector<std::string> names;
  const auto zone = testing::read_zone(TORII_SOURCE_DIR "/../shared/data/root.zone.gz", ".");
  for (const auto& owner : zone.owners)
    if (owner.kind == zonec::OwnerKind::Cut) names.push_back(owner.name().text());
  return names;
}

using Queries = std::vector<std::vector<std::uint8_t>>;

void run(benchmark::State& state, testing::CompiledZones* zones, const Queries& queries, int rcode) {
  if (zones == nullptr) {
    state.SkipWithError("no root zone at hand");
    return;
  }
  const auto view = zones->view();
  std::vector<std::uint8_t> response(4096);
  server::AnswerReport report;
  const server::AnswerSettings settings;
  std::size_t i = 0;
  std::size_t octets = 0;
  const auto before = testing::allocation_count();
  for (auto _ : state) {
    octets +=
        server::respond(view, settings, server::Transport::Udp, queries[i++ % queries.size()], response, report).value;
    if (static_cast<int>(report.rcode) != rcode) {
      state.SkipWithError("wrong RCODE");
      return;
    }
  }
  const auto allocated = testing::allocation_count() - before;
  state.SetItemsProcessed(state.iterations());
  state.counters["octets"] = static_cast<double>(octets) / static_cast<double>(state.iterations());
  state.counters["allocations"] = static_cast<double>(allocated);
}

/// Queries end to end, as a batch of them comes out of the kernel: what is measured is not the way to them.
struct FlatQueries {
  static constexpr std::size_t kStride = 64;
  std::vector<std::uint8_t> octets;
  std::vector<std::uint8_t> sizes;
  explicit FlatQueries(const Queries& queries) : octets(queries.size() * kStride) {
    for (const auto& query : queries) {
      std::ranges::copy(query, octets.begin() + static_cast<std::ptrdiff_t>(sizes.size() * kStride));
      sizes.push_back(static_cast<std::uint8_t>(query.size()));
    }
  }
  [[nodiscard]] dns::Octets at(std::size_t i) const { return {octets.data() + i * kStride, sizes[i]}; }
};

/// The same in batches, as the server's UDP side answers them.
void run_batches(benchmark::State& state, testing::CompiledZones& zones, const Queries& asked, int rcode) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto view = zones.view();
  const FlatQueries queries{asked};
  std::vector<std::uint8_t> response(batch * 1472);
  std::vector<server::StagedQuery> staged(batch);
  server::AnswerReport report;
  const server::AnswerSettings settings;
  std::size_t next = 0;
  const auto before = testing::allocation_count();
  for (auto _ : state) {
    for (std::size_t i = 0; i < batch; ++i)
      server::stage_query(view, queries.at(next + i), *std::construct_at(&staged[i]));
    for (auto& one : staged) server::stage_node(view, one);
    for (auto& one : staged) server::stage_answer(view, one);
    for (std::size_t i = 0; i < batch; ++i) {
      const auto octets = server::respond(view, settings, server::Transport::Udp, queries.at(next + i),
                                          std::span{response}.subspan(i * 1472, 1232), report, {}, staged[i]);
      benchmark::DoNotOptimize(octets);
      if (static_cast<int>(report.rcode) == rcode) continue;
      state.SkipWithError("wrong RCODE");
      return;
    }
    next = (next + batch) % kQueries;
  }
  const auto allocated = testing::allocation_count() - before;
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["allocations"] = static_cast<double>(allocated);
}

Queries ask_tlds(const std::string& prefix, bool dnssec_ok) {
  Queries queries;
  if (root() == nullptr) return queries;
  const auto names = tlds();
  Random random;
  for (std::size_t i = 0; i < kQueries; ++i)
    queries.push_back(testing::make_query({.name = prefix + names[random() % names.size()], .dnssec_ok = dnssec_ok}));
  return queries;
}

Queries ask_random(const std::string& head, const std::string& tail, std::size_t range, bool dnssec_ok) {
  Queries queries;
  Random random;
  for (std::size_t i = 0; i < kQueries; ++i)
    queries.push_back(
        testing::make_query({.name = head + std::to_string(random() % range) + tail, .dnssec_ok = dnssec_ok}));
  return queries;
}

void root_referral(benchmark::State& state) { run(state, root(), ask_tlds("www.", false), 0); }
void root_referral_do(benchmark::State& state) { run(state, root(), ask_tlds("www.", true), 0); }
void root_nxdomain(benchmark::State& state) { run(state, root(), ask_random("x", ".", 1u << 30, false), 3); }
void root_nxdomain_do(benchmark::State& state) { run(state, root(), ask_random("x", ".", 1u << 30, true), 3); }
void root_authoritative(benchmark::State& state) {
  run(state, root(), {testing::make_query({.name = ".", .type = dns::RrType::SOA})}, 0);
}
void million_referral(benchmark::State& state) {
  run(state, &million(), ask_random("www.name-", ".bench.", 1'000'000, false), 0);
}
void million_nxdomain(benchmark::State& state) {
  run(state, &million(), ask_random("no-", ".bench.", 1u << 30, false), 3);
}
void million_authoritative(benchmark::State& state) {
  run(state, &million(), {testing::make_query({.name = "www.nic.bench."})}, 0);
}

void million_referral_batch(benchmark::State& state) {
  run_batches(state, million(), ask_random("www.name-", ".bench.", 1'000'000, false), 0);
}
void million_nxdomain_batch(benchmark::State& state) {
  run_batches(state, million(), ask_random("no-", ".bench.", 1u << 30, false), 3);
}

BENCHMARK(million_referral_batch)->Arg(8)->Arg(16)->Arg(32)->Arg(64);
BENCHMARK(million_nxdomain_batch)->Arg(8)->Arg(16)->Arg(32)->Arg(64);
BENCHMARK(root_referral);
BENCHMARK(root_referral_do);
BENCHMARK(root_nxdomain);
BENCHMARK(root_nxdomain_do);
BENCHMARK(root_authoritative);
BENCHMARK(million_referral);
BENCHMARK(million_nxdomain);
BENCHMARK(million_authoritative);

}  // namespace
}  // namespace torii
