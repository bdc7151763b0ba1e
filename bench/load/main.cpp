// load: sends queries as fast as a server answers them, or at a fixed rate, checks every answer, and prints one line of
// JSON. It never sleeps: give it a core of its own (--core).
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sched.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "bench/load/run.hpp"

namespace {

using namespace torii::bench;

/// "ADDRESS:PORT" or "[ADDRESS]:PORT". Returns false when it is neither.
bool parse_target(const std::string& text, Options& options) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  const auto port = std::strtoul(text.c_str() + colon + 1, nullptr, 10);
  if (port == 0 || port > 65535) return false;
  auto address = text.substr(0, colon);
  if (address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&options.target, &v4, sizeof v4);
    options.target_octets = sizeof v4;
    return true;
  }
  if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(static_cast<std::uint16_t>(port));
  std::memcpy(&options.target, &v6, sizeof v6);
  options.target_octets = sizeof v6;
  return true;
}

bool pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  return ::sched_setaffinity(0, sizeof cores, &cores) == 0;
}

int run(int argc, char** argv) {
  CLI::App app{"load: a saturating load generator for DNS servers, with checked answers and JSON output"};
  Options options;
  std::string file;
  std::string target;
  int core = -1;
  bool any_rcode = false;
  app.add_option("queries", file, "queries, as zonegen --queries writes them")->required();
  app.add_option("--server", target, "ADDRESS:PORT")->required();
  app.add_flag("--tcp", options.tcp, "over TCP, pipelined; otherwise UDP");
  app.add_option("--flows", options.flows, "sockets (source ports) or connections")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--window", options.window, "queries outstanding on each")
      ->check(CLI::Range(2, 4096))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "queries a second; 0: as many as are answered")->check(CLI::NonNegativeNumber);
  app.add_option("--warm-up", options.warm_up_seconds, "seconds before the measurement")
      ->check(CLI::Range(0.0, 600.0))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "seconds of measurement")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  app.add_option("--timeout", options.timeout_seconds, "seconds until a query counts as lost")
      ->check(CLI::Range(0.001, 60.0))
      ->capture_default_str();
  app.add_option("--pause", options.pause_us, "microseconds between polls that find nothing")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_flag("--yield", options.yields, "sleep between such polls: for a core that the server shares");
  app.add_option("--core", core, "run on this core only")->check(CLI::Range(0, 1023));
  app.add_option("--pid", options.servers, "tell the CPU time of this process, all threads; repeatable");
  app.add_flag("--any-rcode", any_rcode, "do not hold RCODEs against the stream's promise, as for echo");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  if (!parse_target(target, options)) {
    fmt::print(stderr, "load: --server wants ADDRESS:PORT, not '{}'\n", target);
    return 2;
  }
  if (core >= 0 && !pin_to(core)) {
    fmt::print(stderr, "load: --core {}: {}\n", core, std::strerror(errno));
    return 2;
  }
  QueryFile queries{file};
  const auto outcome = options.tcp ? run_tcp(options, queries) : run_udp(options, queries);
  fmt::print("{}\n", to_json(outcome, options.tcp ? "tcp" : "udp", !any_rcode));
  return outcome.tally.answers > 0 ? EXIT_SUCCESS : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "load: {}\n", error.what());
    return 3;
  }
}
