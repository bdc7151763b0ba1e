#include "server/net/sockets.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace torii::server {
namespace {

/// Unsent octets that the kernel may hold for a connection, so that a reader that stops costs little.
constexpr int kNotSentLowWater = 64 * 1024;
/// Data that nobody acknowledges, or a window that stays shut, ends the connection. Unit: milliseconds.
constexpr int kUserTimeoutMs = 10'000;
/// Seconds a silent connection waits in the kernel before accept() sees it: in DNS the client speaks first.
constexpr int kDeferAcceptSeconds = 1;
constexpr int kIpv6MinimumMtu = 1280;
constexpr int kPortAttempts = 32;

void set(int descriptor, int level, int name, int value) noexcept {
  static_cast<void>(::setsockopt(descriptor, level, name, &value, sizeof value));
}

[[nodiscard]] bool must(int descriptor, int level, int name, int value) noexcept {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

std::string failed(const Endpoint& endpoint, std::string_view transport, std::string_view call) {
  const int error = errno;
  std::string hint;
  if (error == EACCES && endpoint.port() < 1024) hint = " (ports below 1024 need CAP_NET_BIND_SERVICE)";
  if (error == EADDRINUSE) hint = " (another server holds it; share_port = true allows two of one user for a restart)";
  return fmt::format("{} {}: {}: {}{}", transport, endpoint.text(), call, std::strerror(error), hint);
}

/// SO_REUSEPORT would quietly share the port with a server that runs already; a bind without it finds that out.
bool is_free(const Endpoint& endpoint, int type) noexcept {
  const UniqueFd probe{::socket(endpoint.family(), type | SOCK_CLOEXEC, 0)};
  if (!probe) return false;
  if (endpoint.is_v6()) set(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (type == SOCK_STREAM) set(probe.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  return ::bind(probe.get(), endpoint.address(), endpoint.size()) == 0;
}

Outcome<UniqueFd> bound(const Endpoint& endpoint, int type, std::string_view transport) {
  UniqueFd descriptor{::socket(endpoint.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!descriptor) return failed(endpoint, transport, "socket");
  if (!must(descriptor.get(), SOL_SOCKET, SO_REUSEPORT, 1)) return failed(endpoint, transport, "SO_REUSEPORT");
  if (type == SOCK_STREAM) set(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // IPv4 has sockets of its own, so addresses never appear in their mapped form.
  if (endpoint.is_v6() && !must(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1))
    return failed(endpoint, transport, "IPV6_V6ONLY");
  if (::bind(descriptor.get(), endpoint.address(), endpoint.size()) != 0) return failed(endpoint, transport, "bind");
  return descriptor;
}

Outcome<UniqueFd> open_udp(const Endpoint& endpoint, const UdpSettings& settings) {
  auto descriptor = bound(endpoint, SOCK_DGRAM, "udp");
  if (!descriptor) return descriptor;
  const int fd = descriptor->get();
  // FORCE goes past net.core.*mem_max where we may.
  if (!must(fd, SOL_SOCKET, SO_RCVBUFFORCE, static_cast<int>(settings.receive_buffer_octets)))
    set(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(settings.receive_buffer_octets));
  if (!must(fd, SOL_SOCKET, SO_SNDBUFFORCE, static_cast<int>(settings.send_buffer_octets)))
    set(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(settings.send_buffer_octets));
  // Forged ICMP "fragmentation needed" must not shrink the path: the learnt MTU is left out of account.
  if (endpoint.is_v6()) {
    set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
    set(fd, IPPROTO_IPV6, IPV6_MTU, kIpv6MinimumMtu);  // RFC 3542 section 11.1 in spirit: fragment at the minimum
    if (endpoint.is_wildcard() && !must(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1))
      return failed(endpoint, "udp", "IPV6_RECVPKTINFO");
  } else {
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    if (endpoint.is_wildcard() && !must(fd, IPPROTO_IP, IP_PKTINFO, 1)) return failed(endpoint, "udp", "IP_PKTINFO");
  }
  return descriptor;
}

Outcome<UniqueFd> open_tcp(const Endpoint& endpoint) {
  auto descriptor = bound(endpoint, SOCK_STREAM, "tcp");
  if (!descriptor) return descriptor;
  const int fd = descriptor->get();
  // All but the first are inherited by accepted connections.
  set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, kDeferAcceptSeconds);
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kNotSentLowWater);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
  if (::listen(fd, SOMAXCONN) != 0) return failed(endpoint, "tcp", "listen");
  return descriptor;
}

/// The first worker's pair; settles the port when the kernel chooses it.
Outcome<std::pair<UniqueFd, UniqueFd>> open_first(Endpoint& endpoint, const UdpSettings& settings) {
  const bool chosen_by_kernel = endpoint.port() == 0;
  for (int attempt = 1;; ++attempt) {
    auto udp = open_udp(endpoint, settings);
    if (!udp) return udp.error();
    Endpoint settled = endpoint;
    settled.set_port(Endpoint::of_socket(udp->get()).port());
    auto tcp = open_tcp(settled);
    if (!tcp) {
      if (chosen_by_kernel && attempt < kPortAttempts) continue;  // the port is free for UDP only
      return tcp.error();
    }
    endpoint = settled;
    return std::pair{std::move(*udp), std::move(*tcp)};
  }
}

}  // namespace

Outcome<Listening> open_sockets(const Settings& settings, std::size_t workers) {
  Listening listening;
  listening.workers.resize(workers);
  for (auto endpoint : settings.listen) {
    if (endpoint.port() != 0 && !settings.share_port) {
      if (!is_free(endpoint, SOCK_DGRAM)) return failed(endpoint, "udp", "bind");
      if (!is_free(endpoint, SOCK_STREAM)) return failed(endpoint, "tcp", "bind");
    }
    auto first = open_first(endpoint, settings.udp);
    if (!first) return first.error();
    for (std::size_t i = 0; i < workers; ++i) {
      UniqueFd udp_descriptor = std::move(first->first);
      UniqueFd tcp_descriptor = std::move(first->second);
      if (i > 0) {
        auto udp = open_udp(endpoint, settings.udp);
        if (!udp) return udp.error();
        auto tcp = open_tcp(endpoint);
        if (!tcp) return tcp.error();
        udp_descriptor = std::move(*udp);
        tcp_descriptor = std::move(*tcp);
      }
      listening.workers[i].udp.push_back({std::move(udp_descriptor), endpoint.is_v6(), endpoint.is_wildcard()});
      listening.workers[i].tcp.push_back(std::move(tcp_descriptor));
    }
    listening.endpoints.push_back(endpoint);
  }
  return listening;
}

}  // namespace torii::server
