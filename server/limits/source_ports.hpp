#pragma once
/// Source ports that no resolver asks from: services that answer whatever they are sent (echo, daytime, quote of the
/// day, chargen, time). A query from there is forged so that the two of us talk to each other, or to burden the third.
#include <algorithm>
#include <cstdint>
#include <vector>

namespace torii::server {

class SourcePorts {
 public:
  explicit SourcePorts(std::vector<std::uint16_t> ports) : ports_{std::move(ports)} {
    for (const auto port : ports_) highest_ = std::max(highest_, port);
  }
  /// One comparison for nearly everybody: such ports are low.
  [[nodiscard]] bool contains(std::uint16_t port) const noexcept {
    return port <= highest_ && std::find(ports_.begin(), ports_.end(), port) != ports_.end();
  }

 private:
  std::vector<std::uint16_t> ports_;
  std::uint16_t highest_ = 0;
};

}  // namespace torii::server
