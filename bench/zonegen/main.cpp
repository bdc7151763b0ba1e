// zonegen: zones shaped like a registry's, and queries that match them. The same options give the same octets.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <map>

#include "bench/zonegen/query_writer.hpp"
#include "bench/zonegen/zone_writer.hpp"

namespace {

using namespace torii::bench;

struct Options {
  Shape shape;
  QueryMix mix;
  QueryFiles files;
  std::string zone;
  bool shuffled = false;
  bool no_opt_out = false;
};

void add_options(CLI::App& app, Options& options) {
  auto& shape = options.shape;
  auto& mix = options.mix;
  const std::map<std::string, Denial> denials{
      {"unsigned", Denial::Unsigned}, {"nsec", Denial::Nsec}, {"nsec3", Denial::Nsec3}};
  app.add_option("--zone", options.zone, "write the zone to FILE; '-': standard output");
  app.add_option("--queries", options.files.stream, "write queries for load to FILE");
  app.add_option("--dnsperf", options.files.dnsperf, "the same queries as text for dnsperf");
  app.add_option("--kxdpgun", options.files.kxdpgun, "the same queries as text for kxdpgun");
  app.add_option("--seed", shape.seed, "another seed, another zone")->capture_default_str();
  app.add_option("--origin", shape.origin, "the zone's name, with a final dot")->capture_default_str();
  app.add_option("--serial", shape.serial, "the SOA's serial number")->capture_default_str();
  app.add_option("--delegations", shape.delegations, "how many")
      ->check(CLI::Range(1U, 100'000'000U))
      ->capture_default_str();
  app.add_option("--shape", shape.denial, "unsigned, nsec or nsec3 (opt-out)")
      ->transform(CLI::CheckedTransformer(denials, CLI::ignore_case))
      ->default_str("unsigned");
  app.add_flag("--no-opt-out", options.no_opt_out, "NSEC3 records for every delegation");
  const auto share = CLI::Range(0.0, 1.0);
  app.add_option("--ds", shape.ds_share, "share of delegations with DS, in a signed zone")->check(share);
  app.add_option("--in-domain", shape.in_domain_share, "share with in-domain hosts and glue")
      ->check(share)
      ->capture_default_str();
  app.add_option("--dual-stack", shape.dual_stack_share, "share of these with AAAA beside A")
      ->check(share)
      ->capture_default_str();
  app.add_option("--sibling", shape.sibling_share, "share with hosts in another delegation")
      ->check(share)
      ->capture_default_str();
  app.add_option("--hosters", shape.hosters, "distinct NS sets outside the zone")
      ->check(CLI::Range(1U, 10'000'000U))
      ->capture_default_str();
  app.add_option("--algorithm", shape.algorithm, "of signatures: 13 (64 octets) or 8 (160 octets)")
      ->check(CLI::IsMember({8, 13}))
      ->capture_default_str();
  app.add_flag("--shuffled", options.shuffled, "delegations in no order, instead of canonical");
  app.add_option("--query-count", mix.count, "how many queries")->capture_default_str();
  app.add_option("--nxdomain", mix.nxdomain_share, "share of names that do not exist")
      ->check(share)
      ->capture_default_str();
  app.add_option("--hot", mix.hot_share, "share, of those that exist, drawn by Zipf's law")
      ->check(share)
      ->capture_default_str();
  app.add_option("--edns", mix.edns_share, "share of queries with EDNS")->check(share)->capture_default_str();
  app.add_option("--do", mix.do_share, "share of queries with DO")->check(share)->capture_default_str();
  app.add_option("--payload", mix.payload_octets, "UDP payload size that EDNS states")->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app{"zonegen: zones shaped like a registry's, and queries that match them"};
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  auto& shape = options.shape;
  shape.canonical = !options.shuffled;
  shape.opt_out = !options.no_opt_out;
  const auto fail = [](std::string_view what) {
    fmt::print(stderr, "zonegen: {}\n", what);
    return 2;
  };
  if (shape.origin.size() < 2 || shape.origin.back() != '.' || shape.origin.front() == '.' ||
      shape.origin.size() > 100 || shape.origin.find("..") != std::string::npos)
    return fail("--origin wants a name with a final dot, such as test.");
  if (shape.ds_share > 0 && shape.denial == Denial::Unsigned) return fail("--ds needs --shape nsec or nsec3");
  if (shape.in_domain_share + shape.sibling_share > 1) return fail("--in-domain and --sibling are more than all");
  const Registry registry{shape};
  if (!options.zone.empty()) {
    const auto account = write_zone(registry, options.zone);
    fmt::print(stderr, "zonegen: {} delegations ({} in-domain, {} sibling, {} with DS), {} records, {} octets\n",
               shape.delegations, account.in_domain, account.sibling, account.secure, account.records, account.octets);
  }
  const auto& files = options.files;
  if (files.stream.empty() && files.dnsperf.empty() && files.kxdpgun.empty()) return EXIT_SUCCESS;
  const auto account = write_queries(registry, options.mix, files);
  fmt::print(stderr, "zonegen: {} queries ({} NXDOMAIN, {} with EDNS, {} with DO), {} octets\n", options.mix.count,
             account.nxdomain, account.with_edns, account.with_do, account.octets);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "zonegen: {}\n", error.what());
    return 3;
  }
}
