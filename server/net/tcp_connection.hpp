#pragma once
/// One TCP client: frames in, frames out (RFC 1035 section 4.2.2). Its outstanding wait keeps it alive.
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/limits/recency.hpp"
#include "server/net/answerer.hpp"
#include "server/net/peer.hpp"
#include "server/net/sockets.hpp"

namespace torii::server {

class TcpEngine;

class TcpConnection : public RecencyHook, public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(TcpEngine& engine, boost::asio::io_context& context, UniqueFd descriptor, PeerAddress peer);
  /// Reads what came with the accept, then waits for more.
  void start();
  /// Answers what has arrived and half-closes.
  void drain();
  /// Ends the connection. Healthy ends send FIN, all others reset, so that nothing is kept for a client at fault.
  void close(CloseReason reason) noexcept;

 private:
  /// What came of going on: Open waits for input, Blocked waits for the client to take answers.
  enum class State : std::uint8_t { Open, Blocked, Closed };
  enum class Took : std::uint8_t { Everything, Chunk, Nothing };

  void await_readable();
  void await_writable();
  /// Runs `act` for a wait that has ended, unless the connection has, too. What it throws ends the connection.
  void go_on(const boost::system::error_code& error, void (TcpConnection::*act)()) noexcept;
  /// Arms the wait that `state` asks for.
  void await(State state);
  void on_readable();
  void on_writable();
  /// One read and its answers. `took` says whether more may be waiting in the kernel.
  State read_and_answer(Took& took);
  /// Answers every whole message in `stream`; `consumed` octets of it are done with.
  State answer_all(dns::Octets stream, std::size_t& consumed);
  /// Answers what input_ holds and forgets it.
  State answer_kept();
  /// Hands `octets` to the kernel; keeps what it would not take.
  State send(dns::Octets octets);
  void finish_drain();
  void linger();
  void discard_input();

  TcpEngine& engine_;
  boost::asio::posix::stream_descriptor socket_;
  PeerAddress peer_;
  std::vector<std::uint8_t> input_;   // a partial message, or messages not answered yet while output_ waits
  std::vector<std::uint8_t> output_;  // refused by the kernel so far
  std::size_t output_sent_ = 0;
  std::uint8_t silent_messages_ = 0;
  bool awaiting_readable_ = false;
  bool awaiting_writable_ = false;
  bool draining_ = false;
  bool lingering_ = false;
};

}  // namespace torii::server
