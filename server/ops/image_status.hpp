#pragma once
/// What the admin side knows about the image that is served: for readiness, metrics and logs.
#include <cstdint>
#include <string>
#include <vector>

#include "torii/dns/types.hpp"

namespace torii::server {

enum class Verification : std::uint8_t { None, Running, Passed, Failed };

struct ServedZone {
  std::string apex;  ///< presentation format
  dns::Serial serial;
  std::uint64_t records{};
  std::uint64_t delegations{};
};

struct ImageStatus {
  bool loaded = false;
  bool draining = false;
  std::uint64_t generation = 0;
  std::vector<ServedZone> zones;
  Verification verification = Verification::None;
  std::uint64_t swaps = 0;    ///< images taken up, the first one included
  std::uint64_t refused = 0;  ///< images refused, each once
  std::string last_refusal;   ///< empty when the newest image was taken
  double loaded_seconds = 0;  ///< Unix time of the last swap

  /// Readiness: there is an image, nothing speaks against it, and the server is not about to end.
  [[nodiscard]] bool is_ready() const noexcept { return loaded && !draining && verification != Verification::Failed; }
};

/// The body of /readyz: {"ready":true,"generation":7,"verification":"passed","zones":[{"zone":"jp.","serial":1,...}]}.
[[nodiscard]] std::string readiness_json(const ImageStatus& status);

}  // namespace torii::server
