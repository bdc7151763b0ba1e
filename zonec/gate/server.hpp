#pragma once
/// Where the gate's lines come from and go to: a pipe, or a Unix socket with many clients at once. One thread serves
/// them all, one line at a time, so commits stand in one order; nobody who is slow or gone is waited for.
#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "zonec/gate/service.hpp"

namespace torii::zonec::gate {

struct SocketOptions {
  std::string path;
  std::uint32_t mode = 0600;  // of the socket's file
  std::size_t clients_max = 64;
};

/// Octets of answers that wait for one client; while there are more, nothing is read from it. Source: house rule.
inline constexpr std::size_t kOutputOctetsMax = std::size_t{4} << 20;
/// A client that takes none of its answers for so long is dropped. Seconds.
inline constexpr int kStalledSeconds = 60;

/// The system failed: a path, a permission. Says which path and what to do.
struct ServerError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Called between lines; may change the service's base.
using BetweenLines = std::function<void(Service&)>;

/// Answers each line of `input` on `output` until it ends, or SIGTERM or SIGINT comes. Throws ServerError when the
/// answers can no longer be written.
void serve_pipe(Service& service, int input, int output, const BetweenLines& between);
/// Serves the socket until SIGTERM or SIGINT, then removes it. `ready` is called when clients can connect. Throws
/// ServerError.
void serve_socket(Service& service, const SocketOptions& options, const BetweenLines& between,
                  const std::function<void()>& ready);

}  // namespace torii::zonec::gate
