#pragma once
/// Who a client is to the answering code: the octets of its address, and what time it is.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include "torii/dns/wire.hpp"

namespace torii::server {

/// The address in `peer`, in network order: 4 octets, 16, or none for another family. Lives as long as `peer`.
inline dns::Octets address_octets(const sockaddr_storage& peer) noexcept {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(&peer);  // NOLINT: octets are looked at, no more
  if (peer.ss_family == AF_INET) return {octets + offsetof(sockaddr_in, sin_addr), 4};
  if (peer.ss_family == AF_INET6) return {octets + offsetof(sockaddr_in6, sin6_addr), 16};
  return {};
}

/// The same, kept for a connection's life.
class PeerAddress {
 public:
  explicit PeerAddress(const sockaddr_storage& peer) noexcept {
    const auto octets = address_octets(peer);
    size_ = static_cast<std::uint8_t>(octets.size());
    std::ranges::copy(octets, octets_.begin());
  }
  [[nodiscard]] dns::Octets octets() const noexcept { return {octets_.data(), size_}; }

 private:
  std::array<std::uint8_t, 16> octets_{};
  std::uint8_t size_ = 0;
};

/// Seconds since 1970, modulo 2^32, to within a tick of the kernel's. For cookies (RFC 9018 section 4.3).
inline std::uint32_t wall_seconds() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return static_cast<std::uint32_t>(now.tv_sec);
}

}  // namespace torii::server
