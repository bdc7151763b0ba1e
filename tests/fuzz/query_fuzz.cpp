// Query parser and respond(): any octets as a request, over UDP and TCP, against zones with every kind of node.
// Laws: an answer fits its limit, is well formed to a parser of its own, echoes the ID, and says TC only over UDP.
#include <array>
#include <cstdlib>
#include <set>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace {

using torii::server::Transport;

torii::testing::CompiledZones& zones(std::size_t which) {
  static std::vector<torii::testing::CompiledZones> all = [] {
    std::vector<torii::testing::CompiledZones> made;
    for (const auto* form : {"zone", "nsec.zone", "nsec3.zone"}) {
      std::vector<torii::zonec::Zone> built;
      built.push_back(
          torii::testing::read_zone(std::string{TORII_SOURCE_DIR "/zones/example-tld."} + form, "example."));
      made.emplace_back(std::move(built));
    }
    return made;
  }();
  return all[which % all.size()];
}

void require(bool condition) {
  if (!condition) std::abort();
}

/// Options fill RDATA to the octet, and none stands twice.
bool has_whole_options(const std::vector<std::uint8_t>& rdata) {
  std::set<unsigned> codes;
  std::size_t at = 0;
  while (rdata.size() - at >= 4) {
    if (!codes.insert(torii::dns::load_u16(&rdata[at])).second) return false;
    const std::size_t length = torii::dns::load_u16(&rdata[at + 2]);
    at += 4;
    if (length > rdata.size() - at) return false;
    at += length;
  }
  return at == rdata.size();
}

}  // namespace

/// First octet: zone form, transport, UDP limit, whether cookies are required; the rest is the request.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto view = zones(data[0] & 3U).view();
  const auto transport = (data[0] & 4U) != 0 ? Transport::Tcp : Transport::Udp;
  torii::server::AnswerSettings settings;
  settings.udp_octets_max = static_cast<std::uint16_t>(512 + (data[0] >> 3) * 115);
  static constexpr std::array<std::uint8_t, 10> kAgent{3, 'e', 'r', 'r', 4, 't', 'e', 's', 't', 0};
  static constexpr std::array<std::uint8_t, 4> kAddress{198, 51, 100, 100};
  settings.nsid = settings.report_agent = kAgent;
  settings.cookies.keys[0] = *torii::server::cookie_key_from_hex("e5e973e5a6b2a43f48e7dc849e37bfcf");
  settings.cookies.count = 2;
  settings.cookies_required = (data[0] & 0x80U) != 0;
  const torii::server::Client client{kAddress, 1559731985, 300};
  const std::vector<std::uint8_t> request(data + 1, data + size);
  std::vector<std::uint8_t> response(transport == Transport::Tcp ? 65535 : settings.udp_octets_max);
  torii::server::AnswerReport report;
  const auto octets = torii::testing::respond_in_stages(view, settings, transport, request, response, report, client);
  if (octets == 0) {
    require(request.size() < 12 || (request[2] & 0x80) != 0);
    return 0;
  }
  require(octets >= 12 && octets <= response.size());
  response.resize(octets);
  require(response[0] == request[0] && response[1] == request[1] && (response[2] & 0x80) != 0);
  const auto heard = torii::testing::read_response(response);
  require(heard.well_formed);
  require(!heard.tc() || transport == Transport::Udp);
  require(has_whole_options(heard.opt_rdata));
  require(heard.rcode != 2);  // a whole image never gives SERVFAIL
  return 0;
}
