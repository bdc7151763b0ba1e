#pragma once
/// Opening the sockets: everything a socket is told once stands here. Runs before the workers start, so a port that is
/// taken or forbidden ends the start with a sentence, not a thread.
#include <unistd.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "server/ops/settings.hpp"

namespace torii::server {

/// Owns a descriptor.
class UniqueFd {
 public:
  UniqueFd() noexcept = default;
  explicit UniqueFd(int descriptor) noexcept : descriptor_{descriptor} {}
  UniqueFd(UniqueFd&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.descriptor_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
  void reset(int descriptor = -1) noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = descriptor;
  }

 private:
  int descriptor_ = -1;
};

/// What one worker listens on, one entry a listen address.
struct WorkerSockets {
  struct Udp {
    UniqueFd descriptor;
    bool is_v6{};
    bool is_wildcard{};  ///< packet information is on: the response leaves from the address that was asked
  };
  std::vector<Udp> udp;
  std::vector<UniqueFd> tcp;
};

struct Listening {
  std::vector<WorkerSockets> workers;
  std::vector<Endpoint> endpoints;  ///< with the ports that the kernel chose where 0 was asked
};

/// Opens a UDP socket and a TCP listener for each worker and address. UDP and TCP of an address share the port, also
/// where the kernel chooses it. Errors: which address, which call, and what the system said.
[[nodiscard]] Outcome<Listening> open_sockets(const Settings& settings, std::size_t workers);

}  // namespace torii::server
