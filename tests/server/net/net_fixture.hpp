#pragma once
/// One worker on a port of the loopback that the kernel chooses, without an image: every question is REFUSED, which is
/// all that the transports need.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "server/net/worker.hpp"

namespace torii::server {

using Bytes = std::vector<std::uint8_t>;

/// A query for `label`.example. A with the given ID.
inline Bytes query(std::uint16_t id, const std::string& label = "www") {
  Bytes out{static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  for (const std::string& part : {label, std::string{"example"}}) {
    out.push_back(static_cast<std::uint8_t>(part.size()));
    out.insert(out.end(), part.begin(), part.end());
  }
  out.insert(out.end(), {0, 0, 1, 0, 1});
  return out;
}

inline Bytes framed(const Bytes& message) {
  Bytes out{static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

inline std::uint16_t id_of(const Bytes& message) { return dns::load_u16(message.data()); }

/// A blocking client; reads give up after five seconds.
class TcpClient {
 public:
  explicit TcpClient(const Endpoint& server, int receive_buffer = 0) : fd_{::socket(server.family(), SOCK_STREAM, 0)} {
    const timeval patience{5, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer != 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int one = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
    EXPECT_EQ(::connect(fd_.get(), server.address(), server.size()), 0);
  }
  bool send(std::span<const std::uint8_t> octets) {
    while (!octets.empty()) {
      const auto count = ::send(fd_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      octets = octets.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// The next message; empty at the end of the stream, at a reset or after five seconds.
  Bytes receive() {
    const auto prefix = octets(2);
    if (prefix.size() < 2) return {};
    return octets(dns::load_u16(prefix.data()));
  }
  /// 0: the server closed in order; ECONNRESET: it reset; EAGAIN: still open. Discards what arrives.
  int wait_for_end(std::chrono::milliseconds patience = std::chrono::seconds{5}) {
    const auto until = Clock::now() + patience;
    while (Clock::now() < until) {
      pollfd readable{fd_.get(), POLLIN, 0};
      if (::poll(&readable, 1, 20) <= 0) continue;
      std::uint8_t buffer[4096];
      const auto count = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (count == 0) return 0;
      if (count < 0) return errno;
    }
    return EAGAIN;
  }
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  [[nodiscard]] int descriptor() const { return fd_.get(); }

 private:
  Bytes octets(std::size_t count) {
    Bytes out(count);
    std::size_t have = 0;
    while (have < count) {
      const auto got = ::recv(fd_.get(), out.data() + have, count - have, 0);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    out.resize(have);
    return out;
  }
  UniqueFd fd_;
};

class NetTest : public testing::Test {
 protected:
  /// Starts the worker; `listen` as an operator writes it.
  void start(const TcpLimits& limits = {.connections_max = 100}, const std::string& listen = "127.0.0.1:0") {
    settings_.listen = {*Endpoint::parse(listen)};
    auto sockets = open_sockets(settings_, 1);
    ASSERT_TRUE(sockets) << sockets.error();
    server_ = sockets->endpoints.at(0);
    const AnswerSettings answer{settings_.udp.payload_octets_max, {}, {}, {}};
    worker_ = std::make_unique<Worker>(std::move(sockets->workers.at(0)), WorkerSettings{answer, settings_.udp, limits},
                                       nullptr, [](SnapshotPointer) {});
    worker_->start();
  }
  [[nodiscard]] std::uint64_t gauge(TcpGauge which) const {
    return worker_->counters().tcp[static_cast<std::size_t>(which)].get();
  }
  [[nodiscard]] std::uint64_t closed(CloseReason reason) const {
    return worker_->counters().closed[static_cast<std::size_t>(reason)].get();
  }
  [[nodiscard]] std::uint64_t udp_event(UdpEvent event) const {
    return worker_->counters().udp[static_cast<std::size_t>(event)].get();
  }
  /// Waits until `condition` holds, five seconds at most.
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto until = Clock::now() + std::chrono::seconds{5};
    while (!condition()) {
      if (Clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
  }

  Settings settings_;
  Endpoint server_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace torii::server
