#pragma once
/// A zone, a client with an address, and cookies: what the tests of EDNS documents share.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {

using Bytes = std::vector<std::uint8_t>;

/// Numbers of EDNS options. Source: IANA, DNS EDNS0 Option Codes.
enum Option : int {
  kNsid = 3,
  kSubnet = 8,
  kExpire = 9,
  kCookie = 10,
  kKeepalive = 11,
  kPadding = 12,
  kExtendedError = 15,
  kReportChannel = 18,
  kZoneVersion = 19,
};

/// One option in wire format.
inline Bytes option(int code, const Bytes& content = {}) {
  Bytes out;
  put_u16(out, static_cast<std::size_t>(code));
  put_u16(out, content.size());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

class EdnsTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kZone = R"($TTL 3600
@ SOA ns.nic hostmaster 4711 2 3 604800 900
@ NS ns.nic
ns.nic A 192.0.2.1
www TXT "text"
deleg NS ns1.deleg
ns1.deleg A 192.0.2.9
out CNAME www.example.org.
)";
  EdnsTest() {
    settings_.cookies.keys[0] = server::cookie_key_from_hex("e5e973e5a6b2a43f48e7dc849e37bfcf").value();
    settings_.cookies.count = 1;
  }
  const Heard& send(const Bytes& query, server::Transport transport = server::Transport::Udp) {
    Bytes response(transport == server::Transport::Tcp ? 65535 : 4096);
    const auto octets =
        server::respond(view_, settings_, transport, query, response, report_, {kAddress, 1559731985, 300});
    response.resize(octets.value);
    heard_ = read_response(response);
    EXPECT_TRUE(heard_.well_formed);
    options_.clear();
    for (std::size_t at = 0; at + 4 <= heard_.opt_rdata.size();) {
      const auto content = heard_.opt_rdata.begin() + static_cast<std::ptrdiff_t>(at + 4);
      const auto length = dns::load_u16(&heard_.opt_rdata[at + 2]);
      options_.emplace(dns::load_u16(&heard_.opt_rdata[at]), Bytes(content, content + length));
      at += 4U + length;
    }
    return heard_;
  }
  const Heard& ask(const std::string& name, dns::RrType type, const Bytes& options,
                   server::Transport transport = server::Transport::Udp) {
    return send(make_query({.name = name, .type = type, .edns = true, .options = options}), transport);
  }

  static constexpr std::array<std::uint8_t, 4> kAddress{198, 51, 100, 100};
  CompiledZones zones_ = compile(kZone, "example.");
  image::View view_ = zones_.view();
  server::AnswerSettings settings_;
  server::AnswerReport report_;
  Heard heard_;
  std::multimap<int, Bytes> options_;
};

}  // namespace torii::testing
