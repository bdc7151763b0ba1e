#include "server/net/udp_engine.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "server/net/peer.hpp"

namespace torii::server {
namespace {

namespace asio = boost::asio;

/// Batches taken in one turn of the loop before other sockets get theirs: about a millisecond.
constexpr int kRoundsPerTurn = 16;
/// Bounds the end: what can be waiting in the largest receive buffer.
constexpr int kRoundsAtDrain = 4096;
/// How long a full send buffer may hold up the worker before answers are dropped. Unit: milliseconds.
constexpr int kSendWaitMs = 2;
constexpr int kSendWaitsMax = 4;
/// Slots that start a multiple of 4096 apart would all fall on the same few cache lines.
constexpr std::size_t kStridePad = 192;

ClientAddress client_address(const sockaddr_storage& peer) noexcept {
  if (peer.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &peer, sizeof v4);
    return ClientAddress::v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &peer, sizeof v6);
  const auto* octets = &v6.sin6_addr.s6_addr[0];
  const auto half = [&](std::size_t at) noexcept {
    return std::uint64_t{dns::load_u32(octets + at)} << 32 | dns::load_u32(octets + at + 4);
  };
  return {half(0), half(8)};
}

constexpr std::size_t stride(std::size_t octets) noexcept { return (octets + 63) / 64 * 64 + kStridePad; }

}  // namespace

RateClock rate_clock() noexcept {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<RateClock>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

UdpBatch::UdpBatch(std::size_t messages, std::size_t response_octets_max)
    : messages_{std::clamp<std::size_t>(messages, 1, kMessagesMax)},
      query_stride_{stride(kQueryOctetsMax)},
      response_stride_{stride(std::max<std::size_t>(response_octets_max, 512))},
      response_octets_max_{std::max<std::size_t>(response_octets_max, 512)},
      staged_(messages_),
      queries_(messages_ * query_stride_),
      responses_(messages_ * response_stride_) {
  for (std::size_t i = 0; i < messages_; ++i) {
    in_vector_[i] = {queries_.data() + i * query_stride_, kQueryOctetsMax};
    auto& in = in_[i].msg_hdr;
    in.msg_name = &peer_[i];
    in.msg_iov = &in_vector_[i];
    in.msg_iovlen = 1;
    in.msg_control = in_control_[i].octets.data();
    out_vector_[i] = {responses_.data() + i * response_stride_, 0};
    auto& out = out_[i].msg_hdr;
    out.msg_iov = &out_vector_[i];
    out.msg_iovlen = 1;
  }
}

int UdpBatch::receive(int descriptor) noexcept {
  outgoing_ = 0;
  for (std::size_t i = 0; i < messages_; ++i) {
    in_[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    in_[i].msg_hdr.msg_controllen = sizeof(Control::octets);
  }
  for (;;) {
    const int count = ::recvmmsg(descriptor, in_.data(), static_cast<unsigned>(messages_), MSG_DONTWAIT, nullptr);
    received_at_ = wall_seconds();
    if (count >= 0) return count;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -1;
  }
}

bool UdpBatch::admit(std::size_t i, WorkerCounters& counters, const UdpGuard& guard) const noexcept {
  const auto refuse = [&](UdpEvent why) {
    counters.count(why);
    return false;
  };
  if ((in_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) return refuse(UdpEvent::Oversized);
  std::uint16_t port = 0;
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  // NOLINTNEXTLINE: both families keep the port in the same place
  std::memcpy(&port, reinterpret_cast<const char*>(&peer_[i]) + offsetof(sockaddr_in, sin_port), sizeof port);
  // Nobody can receive at port 0: forged, and sending there is an error.
  if (port == 0) return refuse(UdpEvent::SourcePortZero);
  if (guard.dropped_ports.contains(ntohs(port))) return refuse(UdpEvent::SourcePortDropped);
  return true;
}

void UdpBatch::answer(std::size_t count, bool with_source, Answerer& answerer, UdpGuard& guard) noexcept {
  const auto& view = answerer.view();
  staged_count_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!admit(i, answerer.counters(), guard)) continue;
    staged_message_[staged_count_] = static_cast<std::uint8_t>(i);
    stage_query(view, query(i), *std::construct_at(&staged_[staged_count_++]));
  }
  if (staged_count_ > 1) {
    for (std::size_t i = 0; i < staged_count_; ++i) stage_node(view, staged_[i]);
    for (std::size_t i = 0; i < staged_count_; ++i) stage_answer(view, staged_[i]);
  }
  for (std::size_t i = 0; i < staged_count_; ++i) answer_staged(i, with_source, answerer, guard);
}

void UdpBatch::answer_staged(std::size_t number, bool with_source, Answerer& answerer, UdpGuard& guard) noexcept {
  const std::size_t i = staged_message_[number];
  const auto& in = in_[i];
  const auto& staged = staged_[number];
  const std::span response{responses_.data() + outgoing_ * response_stride_, response_octets_max_};
  const Client asks{address_octets(peer_[i]), received_at_, 0};
  const auto octets = guard.limiter ? answerer.answer(*guard.limiter, client_address(peer_[i]), guard.now, staged, asks,
                                                      query(i), response)
                                    : answerer.answer(staged, asks, query(i), response);
  if (octets == 0) return;
  out_vector_[outgoing_].iov_len = octets;
  auto& out = out_[outgoing_].msg_hdr;
  out.msg_name = &peer_[i];
  out.msg_namelen = in.msg_hdr.msg_namelen;
  out.msg_control = nullptr;
  out.msg_controllen = 0;
  if (with_source) keep_source(i, outgoing_);
  ++outgoing_;
}

void UdpBatch::keep_source(std::size_t i, std::size_t out) noexcept {
  auto& message = in_[i].msg_hdr;
  for (auto* asked = CMSG_FIRSTHDR(&message); asked != nullptr; asked = CMSG_NXTHDR(&message, asked)) {
    auto& answer = out_[out].msg_hdr;
    const auto put = [&](const auto& information) {
      answer.msg_control = out_control_[out].octets.data();
      answer.msg_controllen = CMSG_SPACE(sizeof information);
      auto* control = CMSG_FIRSTHDR(&answer);
      control->cmsg_level = asked->cmsg_level;
      control->cmsg_type = asked->cmsg_type;
      control->cmsg_len = CMSG_LEN(sizeof information);
      std::memcpy(CMSG_DATA(control), &information, sizeof information);
    };
    if (asked->cmsg_level == IPPROTO_IP && asked->cmsg_type == IP_PKTINFO) {
      in_pktinfo information{};
      std::memcpy(&information, CMSG_DATA(asked), sizeof information);
      information.ipi_ifindex = 0;  // the way back is the routing table's choice, not the way in
      information.ipi_addr.s_addr = 0;
      return put(information);
    }
    if (asked->cmsg_level == IPPROTO_IPV6 && asked->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo information{};
      std::memcpy(&information, CMSG_DATA(asked), sizeof information);
      if (IN6_IS_ADDR_MULTICAST(&information.ipi6_addr)) return;  // no source address; the kernel chooses one
      if (!IN6_IS_ADDR_LINKLOCAL(&information.ipi6_addr)) information.ipi6_ifindex = 0;
      return put(information);
    }
  }
}

void UdpBatch::send(int descriptor, WorkerCounters& counters) noexcept {
  int waits = 0;
  for (std::size_t at = 0; at < outgoing_;) {
    const int sent = ::sendmmsg(descriptor, &out_[at], static_cast<unsigned>(outgoing_ - at), MSG_DONTWAIT);
    if (sent > 0) {
      at += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
      pollfd writable{descriptor, POLLOUT, 0};
      if (waits++ < kSendWaitsMax && ::poll(&writable, 1, kSendWaitMs) >= 0) continue;
      return counters.count(UdpEvent::SendDropped, outgoing_ - at);
    }
    counters.count(UdpEvent::SendError);  // this one cannot go, such as to an address without a route
    ++at;
  }
}

UdpEngine::UdpEngine(asio::io_context& context, Answerer& answerer, const UdpSettings& settings,
                     std::unique_ptr<RateLimiter> limiter)
    : context_{context},
      answerer_{answerer},
      batch_{settings.batch, answerer.settings().udp_octets_max},
      guard_{SourcePorts{settings.drop_source_ports}, std::move(limiter)} {
  if (guard_.limiter) answerer_.counters().show(guard_.limiter->table());
}

void UdpEngine::listen(WorkerSockets::Udp socket) {
  sockets_.push_back({asio::posix::stream_descriptor{context_, socket.descriptor.get()}, socket.is_wildcard});
  static_cast<void>(socket.descriptor.release());
  await(sockets_.back());
}

void UdpEngine::await(Socket& socket) {
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               [this, &socket](const boost::system::error_code& error) {
                                 if (error || !socket.descriptor.is_open()) return;
                                 serve(socket, kRoundsPerTurn);
                                 await(socket);
                               });
}

bool UdpEngine::serve(Socket& socket, int rounds) noexcept {
  const int descriptor = socket.descriptor.native_handle();
  for (int round = 0; round < rounds; ++round) {
    const int count = batch_.receive(descriptor);
    if (count < 0) {
      answerer_.counters().count(UdpEvent::ReceiveError);
      return true;
    }
    if (guard_.limiter) guard_.now = rate_clock();
    batch_.answer(static_cast<std::size_t>(count), socket.is_wildcard, answerer_, guard_);
    batch_.send(descriptor, answerer_.counters());
    if (guard_.limiter) answerer_.counters().show(guard_.limiter->table());
    // A short batch means that the queue was empty a moment ago; epoll tells when there is more.
    if (static_cast<std::size_t>(count) < batch_.capacity()) return true;
  }
  return false;
}

void UdpEngine::drain() noexcept {
  for (auto& socket : sockets_) {
    if (!socket.descriptor.is_open()) continue;
    serve(socket, kRoundsAtDrain);
    boost::system::error_code ignored;
    socket.descriptor.close(ignored);  // NOLINT(bugprone-unused-return-value)
  }
}

}  // namespace torii::server
