#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <system_error>

#include "bench/load/descriptor.hpp"
#include "bench/load/run.hpp"

namespace torii::bench {
namespace {

constexpr std::size_t kInOctets = 256 << 10;
constexpr Nanoseconds kExpireEvery = 10'000'000;

struct Connection {
  Descriptor descriptor;
  Window window;
  std::vector<std::uint8_t> in;  ///< kInOctets
  std::size_t in_used = 0;
  std::vector<std::uint8_t> out;
  std::size_t out_sent = 0;
};

class TcpLoad {
 public:
  explicit TcpLoad(Run& run) : run_{run} {
    for (std::size_t i = 0; i < run.options().flows; ++i)
      connections_.push_back({connect(), Window{run.options().window}, std::vector<std::uint8_t>(kInOctets), 0, {}, 0});
  }

  void go() {
    run_.begin();
    Nanoseconds expire_at = run_.now() + kExpireEvery;
    while (run_.tick()) {
      const auto before = run_.tally().answers;
      for (auto& connection : connections_) {
        if (receive(connection) && send(connection)) continue;
        reopen(connection);
      }
      if (run_.tally().answers == before) pause_for(run_.options());
      if (run_.now() < expire_at) continue;
      expire_at = run_.now() + kExpireEvery;
      for (auto& connection : connections_) run_.expire(connection.window);
    }
  }

 private:
  /// Blocks: loopback accepts at once or not at all.
  [[nodiscard]] Descriptor connect() const {
    const auto& options = run_.options();
    Descriptor descriptor{::socket(options.target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (descriptor.get() < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const timeval patience{2, 0};
    static_cast<void>(::setsockopt(descriptor.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience));
    const int yes = 1;
    static_cast<void>(::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes));
    if (::connect(descriptor.get(), reinterpret_cast<const sockaddr*>(&options.target), options.target_octets) != 0)
      throw std::system_error{errno, std::generic_category(), "connect"};
    return descriptor;
  }

  /// The server ended it, as some do after so many queries: what was outstanding is lost.
  void reopen(Connection& connection) {
    ++run_.tally().reconnects;
    run_.tally().lost += connection.window.outstanding();
    connection.descriptor = Descriptor{};
    connection.window = Window{run_.options().window};
    connection.in_used = connection.out_sent = 0;
    connection.out.clear();
    connection.descriptor = connect();
  }

  /// Takes every whole answer that is there. Returns false when the connection has ended.
  bool receive(Connection& connection) noexcept {
    auto& in = connection.in;
    const auto count = ::recv(connection.descriptor.get(), in.data() + connection.in_used,
                              in.size() - connection.in_used, MSG_DONTWAIT);
    ++run_.tally().polls;
    if (count <= 0) {
      ++run_.tally().empty_polls;
      return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    }
    connection.in_used += static_cast<std::size_t>(count);
    std::size_t at = 0;
    while (connection.in_used - at >= 2) {
      const std::size_t octets = std::size_t{in[at]} << 8 | in[at + 1];
      if (connection.in_used - at - 2 < octets) break;
      run_.take(std::span{in}.subspan(at + 2, octets), connection.window);
      at += 2 + octets;
    }
    std::memmove(in.data(), in.data() + at, connection.in_used - at);
    connection.in_used -= at;
    return true;
  }

  /// Adds queries for the free slots, then sends what goes. Returns false when the connection has ended.
  bool send(Connection& connection) {
    auto& out = connection.out;
    if (connection.out_sent == out.size()) {
      out.clear();
      connection.out_sent = 0;
    }
    for (auto left = run_.allowance(connection.window.free()); left > 0; --left) {
      const auto framed = run_.queries().framed(run_.next(connection.window));
      out.insert(out.end(), framed.begin(), framed.end());
    }
    if (connection.out_sent == out.size()) return true;
    const auto count = ::send(connection.descriptor.get(), out.data() + connection.out_sent,
                              out.size() - connection.out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    connection.out_sent += static_cast<std::size_t>(count);
    return true;
  }

  Run& run_;
  std::deque<Connection> connections_;
};

}  // namespace

Outcome run_tcp(const Options& options, QueryFile& queries) {
  Run run{options, queries};
  TcpLoad{run}.go();
  return run.outcome();
}

}  // namespace torii::bench
