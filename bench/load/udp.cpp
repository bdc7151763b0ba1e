#include <poll.h>

#include <array>
#include <cerrno>
#include <deque>
#include <system_error>

#include "bench/load/descriptor.hpp"
#include "bench/load/run.hpp"

namespace torii::bench {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kAnswerOctetsMax = 4096;
/// Keeps the slots of a batch off the same cache lines.
constexpr std::size_t kStride = kAnswerOctetsMax + 192;
constexpr int kBufferOctets = 4 << 20;
/// How often overdue queries are looked for.
constexpr Nanoseconds kExpireEvery = 10'000'000;

struct Socket {
  Descriptor descriptor;
  Window window;
};

class UdpLoad {
 public:
  explicit UdpLoad(Run& run) : run_{run}, answers_(kBatch * kStride) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_vector_[i] = {answers_.data() + i * kStride, kAnswerOctetsMax};
      in_[i].msg_hdr.msg_iov = &in_vector_[i];
      in_[i].msg_hdr.msg_iovlen = 1;
      out_[i].msg_hdr.msg_iov = &out_vector_[i];
      out_[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t i = 0; i < run.options().flows; ++i) sockets_.push_back({connect(), Window{run.options().window}});
  }

  void go() {
    run_.begin();
    Nanoseconds expire_at = run_.now() + kExpireEvery;
    while (run_.tick()) {
      bool idle = true;
      for (auto& socket : sockets_) {
        if (receive(socket)) idle = false;
        send(socket);
      }
      if (idle) pause_for(run_.options());
      if (run_.now() < expire_at) continue;
      expire_at = run_.now() + kExpireEvery;
      for (auto& socket : sockets_) run_.expire(socket.window);
    }
  }

 private:
  [[nodiscard]] Descriptor connect() const {
    const auto& options = run_.options();
    Descriptor descriptor{::socket(options.target.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (descriptor.get() < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const int octets = kBufferOctets;
    if (::setsockopt(descriptor.get(), SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) != 0)
      static_cast<void>(::setsockopt(descriptor.get(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets));
    if (::connect(descriptor.get(), reinterpret_cast<const sockaddr*>(&options.target), options.target_octets) != 0)
      throw std::system_error{errno, std::generic_category(), "connect"};
    return descriptor;
  }

  /// Returns false when nothing was there.
  bool receive(Socket& socket) noexcept {
    for (bool any = false;; any = true) {
      const int count = ::recvmmsg(socket.descriptor.get(), in_.data(), kBatch, MSG_DONTWAIT, nullptr);
      ++run_.tally().polls;
      if (count <= 0) {  // nothing, or the port is closed; then the queries run into their time-out
        run_.tally().empty_polls += any ? 0 : 1;
        return any;
      }
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        run_.take({answers_.data() + i * kStride, in_[i].msg_len}, socket.window);
      if (static_cast<std::size_t>(count) < kBatch) return true;
    }
  }

  void send(Socket& socket) noexcept {
    auto left = run_.allowance(socket.window.free());
    while (left > 0) {
      const auto count = std::min(left, kBatch);
      for (std::size_t i = 0; i < count; ++i) {
        const auto message = run_.queries().message(run_.next(socket.window));
        out_vector_[i] = {message.data(), message.size()};
      }
      left -= count;
      for (std::size_t at = 0; at < count;) {
        const int sent =
            ::sendmmsg(socket.descriptor.get(), &out_[at], static_cast<unsigned>(count - at), MSG_DONTWAIT);
        if (sent > 0) {
          at += static_cast<std::size_t>(sent);
          continue;
        }
        if (errno == EINTR) continue;
        ++run_.tally().send_errors;  // ECONNREFUSED and the like; its slot frees itself by time
        ++at;
      }
    }
  }

  Run& run_;
  std::deque<Socket> sockets_;
  std::vector<std::uint8_t> answers_;
  std::array<mmsghdr, kBatch> in_{};
  std::array<mmsghdr, kBatch> out_{};
  std::array<iovec, kBatch> in_vector_{};
  std::array<iovec, kBatch> out_vector_{};
};

}  // namespace

Outcome run_udp(const Options& options, QueryFile& queries) {
  Run run{options, queries};
  UdpLoad{run}.go();
  return run.outcome();
}

}  // namespace torii::bench
