// echo: the limit that the socket sets. Batches of messages are received and sent as toriid does it, and each goes back
// at its length or at --octets, with QR set and no look at the rest. What a nameserver does beyond this is its own
// cost.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <system_error>
#include <vector>

#include "bench/load/descriptor.hpp"

namespace {

using torii::bench::Descriptor;

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMessageOctetsMax = 4096;
constexpr std::size_t kStride = kMessageOctetsMax + 192;
constexpr int kBufferOctets = 4 << 20;
constexpr std::uint8_t kResponseBit = 0x80;

int must(int result, const char* call) {
  if (result < 0) throw std::system_error{errno, std::generic_category(), call};
  return result;
}

class Echo {
 public:
  Echo(int descriptor, std::size_t octets)
      : descriptor_{descriptor}, octets_{octets}, queries_(kBatch * kStride), answers_(kBatch * kStride) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_vector_[i] = {queries_.data() + i * kStride, kMessageOctetsMax};
      out_vector_[i] = {answers_.data() + i * kStride, 0};
      in_[i].msg_hdr.msg_name = out_[i].msg_hdr.msg_name = &peer_[i];
      in_[i].msg_hdr.msg_iov = &in_vector_[i];
      out_[i].msg_hdr.msg_iov = &out_vector_[i];
      in_[i].msg_hdr.msg_iovlen = out_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  /// Until the socket is dry.
  void serve() noexcept {
    for (;;) {
      for (auto& in : in_) in.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      const int count = ::recvmmsg(descriptor_, in_.data(), kBatch, MSG_DONTWAIT, nullptr);
      if (count <= 0) return;
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) answer(i);
      send(static_cast<std::size_t>(count));
      if (static_cast<std::size_t>(count) < kBatch) return;
    }
  }

 private:
  void answer(std::size_t i) noexcept {
    auto* out = answers_.data() + i * kStride;
    const std::size_t length = in_[i].msg_len;
    std::memcpy(out, queries_.data() + i * kStride, length);
    if (length > 2) out[2] |= kResponseBit;
    out_vector_[i].iov_len = std::max(length, octets_);
    out_[i].msg_hdr.msg_namelen = in_[i].msg_hdr.msg_namelen;
  }
  void send(std::size_t count) noexcept {
    for (std::size_t at = 0; at < count;) {
      const int sent = ::sendmmsg(descriptor_, &out_[at], static_cast<unsigned>(count - at), MSG_DONTWAIT);
      if (sent > 0) {
        at += static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN || errno == ENOBUFS) {
        pollfd writable{descriptor_, POLLOUT, 0};
        static_cast<void>(::poll(&writable, 1, 2));
      } else if (errno != EINTR) {
        ++at;
      }
    }
  }

  int descriptor_;
  std::size_t octets_;
  std::vector<std::uint8_t> queries_;
  std::vector<std::uint8_t> answers_;
  std::array<mmsghdr, kBatch> in_{};
  std::array<mmsghdr, kBatch> out_{};
  std::array<iovec, kBatch> in_vector_{};
  std::array<iovec, kBatch> out_vector_{};
  std::array<sockaddr_storage, kBatch> peer_{};
};

Descriptor bound(std::uint16_t port) {
  Descriptor descriptor{must(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
  for (const auto& [force, plain] : {std::pair{SO_RCVBUFFORCE, SO_RCVBUF}, std::pair{SO_SNDBUFFORCE, SO_SNDBUF}}) {
    const int octets = kBufferOctets;
    if (::setsockopt(descriptor.get(), SOL_SOCKET, force, &octets, sizeof octets) != 0)
      static_cast<void>(::setsockopt(descriptor.get(), SOL_SOCKET, plain, &octets, sizeof octets));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  socklen_t octets = sizeof address;
  must(::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&address), &octets), "getsockname");
  fmt::print("echo on 127.0.0.1:{}\n", ntohs(address.sin_port));
  static_cast<void>(std::fflush(stdout));
  return descriptor;
}

int run(int argc, char** argv) {
  CLI::App app{"echo: sends every UDP message back, in batches; the limit that the socket sets to a server"};
  std::uint16_t port = 0;
  std::size_t octets = 0;
  app.add_option("--port", port, "of 127.0.0.1; 0: the kernel chooses, and standard output tells it");
  app.add_option("--octets", octets, "length of an answer, if the query is not longer")
      ->check(CLI::Range(std::size_t{0}, kMessageOctetsMax));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  must(::sigprocmask(SIG_BLOCK, &signals, nullptr), "sigprocmask");
  const Descriptor stop{must(::signalfd(-1, &signals, SFD_CLOEXEC), "signalfd")};
  const Descriptor socket = bound(port);
  const Descriptor poll{must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  for (const int descriptor : {stop.get(), socket.get()}) {
    epoll_event event{EPOLLIN, {}};
    event.data.fd = descriptor;
    must(::epoll_ctl(poll.get(), EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
  }
  Echo echo{socket.get(), octets};
  for (;;) {
    epoll_event event{};
    const int count = ::epoll_wait(poll.get(), &event, 1, -1);
    if (count < 0 && errno != EINTR) must(count, "epoll_wait");
    if (count == 1 && event.data.fd == stop.get()) return EXIT_SUCCESS;
    if (count == 1) echo.serve();
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "echo: {}\n", error.what());
    return 3;
  }
}
