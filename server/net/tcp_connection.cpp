#include "server/net/tcp_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include "server/net/tcp_engine.hpp"

namespace torii::server {
namespace {

/// Messages that deserve no answer (responses) before the connection has had its chance.
constexpr std::uint8_t kSilentMessagesMax = 3;
/// Reads at the end of service, when what has arrived is answered for the last time.
constexpr int kDrainReadsMax = 64;

bool is_would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

TcpConnection::TcpConnection(TcpEngine& engine, boost::asio::io_context& context, UniqueFd descriptor, PeerAddress peer)
    : engine_{engine}, socket_{context, descriptor.get()}, peer_{peer} {
  static_cast<void>(descriptor.release());
}

void TcpConnection::start() {
  engine_.idle_.touch(*this, Clock::now());
  go_on({}, &TcpConnection::on_readable);  // TCP_DEFER_ACCEPT: the first message is usually here
}

void TcpConnection::close(CloseReason reason) noexcept {
  if (!socket_.is_open()) return;
  unlink();
  --engine_.open_;
  engine_.answerer_.counters().ended(reason);
  if (reason != CloseReason::ClientFin && reason != CloseReason::Idle && reason != CloseReason::Shutdown) {
    const struct ::linger reset { 1, 0 };
    static_cast<void>(::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
  }
  boost::system::error_code ignored;
  socket_.close(ignored);  // NOLINT(bugprone-unused-return-value)
}

void TcpConnection::await(State state) {
  if (state == State::Open) await_readable();
  if (state == State::Blocked) await_writable();
}

void TcpConnection::await_readable() {
  if (std::exchange(awaiting_readable_, true)) return;
  socket_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->awaiting_readable_ = false;
                       self->go_on(error, &TcpConnection::on_readable);
                     });
}

void TcpConnection::await_writable() {
  if (std::exchange(awaiting_writable_, true)) return;
  socket_.async_wait(boost::asio::posix::descriptor_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->awaiting_writable_ = false;
                       self->go_on(error, &TcpConnection::on_writable);
                     });
}

void TcpConnection::go_on(const boost::system::error_code& error, void (TcpConnection::*act)()) noexcept {
  if (!socket_.is_open()) return;
  if (error) return close(CloseReason::SystemError);
  try {
    (this->*act)();
  } catch (const std::exception&) {  // no memory for what this client wants
    close(CloseReason::SystemError);
  }
}

void TcpConnection::on_readable() {
  if (lingering_) return discard_input();
  if (!output_.empty()) return;  // a wait from before the client fell behind; on_writable() goes on
  auto took = Took::Nothing;
  await(read_and_answer(took));
}

TcpConnection::State TcpConnection::read_and_answer(Took& took) {
  const std::span scratch{engine_.input_.data(), TcpEngine::kReadOctets};
  const auto count = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  took = Took::Nothing;
  if (count == 0) {
    close(CloseReason::ClientFin);  // everything whole has been answered: nothing is read while answers wait
    return State::Closed;
  }
  if (count < 0) {
    if (is_would_block(errno) || errno == EINTR) return State::Open;
    close(errno == ECONNRESET || errno == EPIPE || errno == ETIMEDOUT ? CloseReason::ClientReset
                                                                      : CloseReason::SystemError);
    return State::Closed;
  }
  const auto arrived = scratch.first(static_cast<std::size_t>(count));
  took = arrived.size() == scratch.size() ? Took::Chunk : Took::Everything;
  if (!input_.empty()) {
    input_.insert(input_.end(), arrived.begin(), arrived.end());
    return answer_kept();
  }
  std::size_t consumed = 0;
  const auto state = answer_all(arrived, consumed);
  if (state != State::Closed && consumed < arrived.size()) {
    const auto rest = arrived.subspan(consumed);
    input_.assign(rest.begin(), rest.end());
  }
  return state;
}

TcpConnection::State TcpConnection::answer_kept() {
  std::size_t consumed = 0;
  const auto state = answer_all(input_, consumed);
  if (consumed == input_.size())
    input_ = {};  // an idle connection holds no memory
  else
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return state;
}

TcpConnection::State TcpConnection::answer_all(dns::Octets stream, std::size_t& consumed) {
  auto& staging = engine_.output_;
  std::size_t staged = 0;
  bool is_whole_message = false;
  auto state = State::Open;
  const Client asks{peer_.octets(), wall_seconds(), engine_.idle_tenths()};
  while (state == State::Open && stream.size() - consumed >= 2) {
    const std::size_t size = dns::load_u16(stream.data() + consumed);
    if (size < dns::kHeaderOctets) {
      state = send({staging.data(), staged});
      if (state != State::Closed) close(CloseReason::ProtocolError);
      return State::Closed;
    }
    if (stream.size() - consumed - 2 < size) break;
    const auto request = stream.subspan(consumed + 2, size);
    const std::span response{staging.data() + staged + 2, dns::kMessageOctetsMax};
    const auto octets = engine_.answerer_.answer(Transport::Tcp, asks, request, response);
    consumed += 2 + size;
    is_whole_message = true;
    if (octets == 0) {
      if (++silent_messages_ < kSilentMessagesMax) continue;
      state = send({staging.data(), staged});
      if (state != State::Closed) close(CloseReason::ProtocolError);
      return State::Closed;
    }
    dns::store_u16(staging.data() + staged, static_cast<std::uint16_t>(octets));
    staged += 2 + octets;
    if (staging.size() - staged < TcpEngine::kFrameOctetsMax) {
      state = send({staging.data(), staged});
      staged = 0;
    }
  }
  if (state == State::Open && staged > 0) state = send({staging.data(), staged});
  if (state == State::Open && is_whole_message) engine_.idle_.touch(*this, Clock::now());
  return state;
}

TcpConnection::State TcpConnection::send(dns::Octets octets) {
  while (!octets.empty()) {
    const auto count = ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      octets = octets.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (is_would_block(errno)) {
      output_.assign(octets.begin(), octets.end());
      output_sent_ = 0;
      engine_.writing_.touch(*this, Clock::now());
      return State::Blocked;
    }
    close(errno == ECONNRESET || errno == EPIPE || errno == ETIMEDOUT ? CloseReason::ClientReset
                                                                      : CloseReason::SystemError);
    return State::Closed;
  }
  return State::Open;
}

void TcpConnection::on_writable() {
  const dns::Octets waiting = dns::Octets{output_}.subspan(output_sent_);
  const auto count = ::send(socket_.native_handle(), waiting.data(), waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0) {
    if (is_would_block(errno) || errno == EINTR) return await_writable();
    return close(errno == ECONNRESET || errno == EPIPE || errno == ETIMEDOUT ? CloseReason::ClientReset
                                                                             : CloseReason::SystemError);
  }
  output_sent_ += static_cast<std::size_t>(count);
  if (output_sent_ < output_.size()) {
    if (count > 0) engine_.writing_.touch(*this, Clock::now());
    return await_writable();
  }
  output_ = {};
  engine_.idle_.touch(*this, Clock::now());
  const auto state = input_.empty() ? State::Open : answer_kept();
  if (draining_ && state == State::Open) return finish_drain();
  await(state);
}

void TcpConnection::drain() {
  draining_ = true;
  if (output_.empty()) finish_drain();
}

void TcpConnection::finish_drain() {
  auto took = Took::Chunk;
  auto state = State::Open;
  for (int reads = 0; state == State::Open && took != Took::Nothing && reads < kDrainReadsMax; ++reads)
    state = read_and_answer(took);
  if (state == State::Open) return linger();
  if (state == State::Blocked) await_writable();  // and come back here when the client has taken its answers
}

void TcpConnection::linger() {
  // Closing with unread input would reset the connection, and with it the answers still on their way.
  lingering_ = true;
  static_cast<void>(::shutdown(socket_.native_handle(), SHUT_WR));
  engine_.lingering_.touch(*this, Clock::now());
  await_readable();
}

void TcpConnection::discard_input() {
  const auto count = ::recv(socket_.native_handle(), engine_.input_.data(), engine_.input_.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && !is_would_block(errno) && errno != EINTR)) return close(CloseReason::Shutdown);
  await_readable();
}

}  // namespace torii::server
