#pragma once
/// TCP for one worker: its listeners, its connections, and who must go when time or places run out.
///
/// Rules (RFC 7766, RFC 9210):
/// - A newcomer is always accepted. At the cap the connection that has been idle longest is reset to make room; only
///   when all have answers waiting does the one go whose client has taken nothing for longest.
/// - A connection is idle from its accept or its last whole message; parts of a message do not extend that.
/// - The client closes first where it wants to; its half-close is answered before we close.
/// - While answers wait that the kernel would not take, nothing more is read from that client.
/// A connection holds no buffer between messages: input and answers pass through two buffers of the worker, and only a
/// partial message or what the kernel refused is copied to the connection.
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "server/limits/recency.hpp"
#include "server/net/answerer.hpp"
#include "server/net/sockets.hpp"
#include "server/net/tcp_connection.hpp"

namespace torii::server {

struct TcpLimits {
  std::size_t connections_max = 1;  ///< of this worker
  Clock::duration idle_timeout = std::chrono::seconds{30};
  Clock::duration write_timeout = std::chrono::seconds{10};
};

class TcpEngine {
 public:
  /// Read at once from one connection; the bound of its turn. Unit: octets.
  static constexpr std::size_t kReadOctets = 16 * 1024;
  static constexpr std::size_t kFrameOctetsMax = 2 + dns::kMessageOctetsMax;

  TcpEngine(boost::asio::io_context& context, Answerer& answerer, const TcpLimits& limits);
  ~TcpEngine();
  TcpEngine(const TcpEngine&) = delete;
  TcpEngine& operator=(const TcpEngine&) = delete;

  void listen(UniqueFd listener);
  /// Accepts what is queued, answers what has arrived, then half-closes each connection and waits a second for the
  /// client to close; whatever is left then is reset.
  void drain();
  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  friend class TcpConnection;
  struct Listener {
    boost::asio::posix::stream_descriptor descriptor;
  };
  enum class Accepted : std::uint8_t { One, None, NoDescriptor };

  void await(Listener& listener);
  void accept_some(Listener& listener);
  Accepted accept_one(int listener);
  void adopt(UniqueFd descriptor, PeerAddress peer);
  /// Resets the connection that must go first. Returns false when there is none.
  bool evict();
  void pause(Listener& listener);
  void start_ticking();
  void tick();
  [[nodiscard]] Clock::duration tick_length() const noexcept;
  /// How long a session may be idle from now on, 0 in a drain: its client is to close. Unit: 100 ms.
  /// Source: RFC 7828 sections 3.1 and 3.3.2.
  [[nodiscard]] std::uint16_t idle_tenths() const noexcept;

  boost::asio::io_context& context_;
  Answerer& answerer_;
  TcpLimits limits_;
  std::size_t open_ = 0;
  bool draining_ = false;
  bool ticking_ = false;
  Recency<TcpConnection> idle_;       // may read
  Recency<TcpConnection> writing_;    // answers wait for the client to take them
  Recency<TcpConnection> lingering_;  // half-closed by us
  boost::asio::steady_timer ticker_;
  boost::asio::steady_timer accept_pause_;
  std::list<Listener> listeners_;  // stable addresses: handlers point at them
  std::vector<std::uint8_t> input_;
  std::vector<std::uint8_t> output_;
};

}  // namespace torii::server
