// Answers queries from stdin with respond(), many thousands a second: no socket, no process a query.
//
// answer_pipe ORIGIN=ZONEFILE...   compiles the zones in memory, then reads frames until stdin ends:
//   query:   transport (1 octet: 0 UDP, 1 TCP), length (2 octets, network order), the query's octets
//   answer:  length (2 octets, 0: silence), the answer's octets
// Each query is copied to memory of its own size, so that AddressSanitizer sees the first octet read past its end.
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "tests/support/hostile_settings.hpp"

namespace {

using torii::server::Transport;

torii::testing::CompiledZones compile_all(int argc, char** argv) {
  std::vector<torii::zonec::Zone> zones;
  for (int i = 1; i < argc; ++i) {
    const std::string argument{argv[i]};
    const auto equals = argument.find('=');
    if (equals == std::string::npos) throw std::runtime_error{"'" + argument + "' is not ORIGIN=ZONEFILE"};
    zones.push_back(torii::testing::read_zone(argument.substr(equals + 1), argument.substr(0, equals)));
  }
  return torii::testing::CompiledZones{std::move(zones)};
}

bool read_exactly(std::uint8_t* into, std::size_t octets) { return std::fread(into, 1, octets, stdin) == octets; }

void run(const torii::image::View& view) {
  const torii::testing::HostileSettings with;
  std::vector<std::uint8_t> response(torii::dns::kMessageOctetsMax);
  for (std::array<std::uint8_t, 3> head{}; read_exactly(head.data(), head.size());) {
    std::vector<std::uint8_t> request(torii::dns::load_u16(&head[1]));
    if (!request.empty() && !read_exactly(request.data(), request.size()))
      throw std::runtime_error{"stdin ends within a query"};
    const auto transport = head[0] == 0 ? Transport::Udp : Transport::Tcp;
    const auto room = transport == Transport::Tcp ? response.size() : std::size_t{with.settings.udp_octets_max};
    torii::server::AnswerReport report;
    const auto into = std::span{response}.first(room);
    // UDP in the steps in which the server takes a batch, TCP one by one, as the server does.
    const auto octets =
        transport == Transport::Udp
            ? torii::testing::respond_in_stages(view, with.settings, transport, request, into, report, with.client)
            : torii::server::respond(view, with.settings, transport, request, into, report, with.client).value;
    std::array<std::uint8_t, 2> length{};
    torii::dns::store_u16(length.data(), static_cast<std::uint16_t>(octets));
    std::fwrite(length.data(), 1, length.size(), stdout);
    std::fwrite(response.data(), 1, octets, stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto zones = compile_all(argc, argv);
    run(zones.view());
    return std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "answer_pipe: %s\n", failure.what());
    return 1;
  }
}
