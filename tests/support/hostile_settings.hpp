#pragma once
/// Settings of answers with everything on that can make an answer longer, for fuzzers.
#include <array>

#include "server/answer/respond.hpp"

namespace torii::testing {

struct HostileSettings {
  HostileSettings() {
    settings.nsid = settings.report_agent = kAgent;
    settings.cookies.keys[0] = *server::cookie_key_from_hex("e5e973e5a6b2a43f48e7dc849e37bfcf");
    settings.cookies.count = 1;
  }
  static constexpr std::array<std::uint8_t, 10> kAgent{3, 'e', 'r', 'r', 4, 't', 'e', 's', 't', 0};
  static constexpr std::array<std::uint8_t, 4> kAddress{198, 51, 100, 100};
  server::AnswerSettings settings;
  server::Client client{kAddress, 1559731985, 300};
};

}  // namespace torii::testing
