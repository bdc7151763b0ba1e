#pragma once
/// UDP: when a socket is readable, messages are taken, answered and sent in batches until it is dry, for a bounded
/// number of rounds, so that TCP on the same thread gets its turn. Nothing in the loop allocates or blocks for long.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "server/limits/rate_limiter.hpp"
#include "server/limits/source_ports.hpp"
#include "server/net/answerer.hpp"
#include "server/net/sockets.hpp"

namespace torii::server {

/// The time as workers tell it to their rate limits.
RateClock rate_clock() noexcept;

/// What stands between a worker's queries and their answers.
struct UdpGuard {
  SourcePorts dropped_ports;
  std::unique_ptr<RateLimiter> limiter;  ///< none: responses are not limited
  RateClock now = 0;                     ///< of the batch
};

/// Memory for one batch each way, shared by the sockets of a worker.
class UdpBatch {
 public:
  static constexpr std::size_t kMessagesMax = 64;
  /// Longer queries are dropped and counted; nothing a resolver sends comes near. Unit: octets.
  static constexpr std::size_t kQueryOctetsMax = 4096;

  UdpBatch(std::size_t messages, std::size_t response_octets_max);
  UdpBatch(const UdpBatch&) = delete;
  UdpBatch& operator=(const UdpBatch&) = delete;

  /// Takes up to a batch of messages. Returns how many, 0 when dry; -1 with errno.
  int receive(int descriptor) noexcept;
  /// Answers the first `count` messages of the last receive into outgoing places, as far as they are to be answered.
  void answer(std::size_t count, bool with_source, Answerer& answerer, UdpGuard& guard) noexcept;
  /// Sends what was answered; what cannot be sent is counted and dropped.
  void send(int descriptor, WorkerCounters& counters) noexcept;
  [[nodiscard]] std::size_t capacity() const noexcept { return messages_; }

 private:
  /// Room for one IP_PKTINFO or IPV6_PKTINFO, aligned as a control message must be.
  struct Control {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
  };
  /// Whether message `i` is to be looked at at all.
  [[nodiscard]] bool admit(std::size_t i, WorkerCounters& counters, const UdpGuard& guard) const noexcept;
  [[nodiscard]] dns::Octets query(std::size_t i) const noexcept {
    return {queries_.data() + i * query_stride_, in_[i].msg_len};
  }
  /// Answers the query staged as `number`.
  void answer_staged(std::size_t number, bool with_source, Answerer& answerer, UdpGuard& guard) noexcept;
  /// Copies the address that was asked from incoming message `i` to `out` as its source.
  void keep_source(std::size_t i, std::size_t out) noexcept;

  std::size_t messages_;
  std::size_t query_stride_;
  std::size_t response_stride_;
  std::size_t response_octets_max_;
  std::size_t outgoing_ = 0;
  std::uint32_t received_at_ = 0;  // the batch; seconds since 1970
  std::size_t staged_count_ = 0;
  std::array<std::uint8_t, kMessagesMax> staged_message_{};  // which message each of staged_ is
  std::vector<StagedQuery> staged_;
  std::vector<std::uint8_t> queries_;
  std::vector<std::uint8_t> responses_;
  std::array<mmsghdr, kMessagesMax> in_{};
  std::array<mmsghdr, kMessagesMax> out_{};
  std::array<iovec, kMessagesMax> in_vector_{};
  std::array<iovec, kMessagesMax> out_vector_{};
  std::array<sockaddr_storage, kMessagesMax> peer_{};
  std::array<Control, kMessagesMax> in_control_{};
  std::array<Control, kMessagesMax> out_control_{};
};

class UdpEngine {
 public:
  /// `limiter` may be none.
  UdpEngine(boost::asio::io_context& context, Answerer& answerer, const UdpSettings& settings,
            std::unique_ptr<RateLimiter> limiter);
  void listen(WorkerSockets::Udp socket);
  /// Answers what the kernel holds already, then closes.
  void drain() noexcept;
  /// Appends who was limited most; callable from any thread.
  void read_talkers(std::vector<Talker>& out) const {
    if (guard_.limiter) guard_.limiter->talkers().read(out);
  }

 private:
  struct Socket {
    boost::asio::posix::stream_descriptor descriptor;
    bool is_wildcard;
  };
  void await(Socket& socket);
  /// Returns true when the socket is dry, false when `rounds` were used up.
  bool serve(Socket& socket, int rounds) noexcept;

  boost::asio::io_context& context_;
  Answerer& answerer_;
  UdpBatch batch_;
  UdpGuard guard_;
  std::list<Socket> sockets_;  // stable addresses: handlers point at them
};

}  // namespace torii::server
