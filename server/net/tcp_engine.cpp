#include "server/net/tcp_engine.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>

namespace torii::server {
namespace {

namespace asio = boost::asio;

/// Connections accepted before other sockets get their turn.
constexpr int kAcceptsPerTurn = 32;
constexpr int kAcceptsAtDrain = 4096;
/// Out of descriptors or memory, with nobody to evict: the listener stays readable, so look away for a while.
constexpr std::chrono::milliseconds kAcceptPause{10};
/// How long a client that was sent our FIN has to close.
constexpr std::chrono::seconds kLinger{1};

}  // namespace

TcpEngine::TcpEngine(asio::io_context& context, Answerer& answerer, const TcpLimits& limits)
    : context_{context},
      answerer_{answerer},
      limits_{limits},
      ticker_{context},
      accept_pause_{context},
      input_(kReadOctets),
      output_(2 * kFrameOctetsMax) {
  limits_.connections_max = std::max<std::size_t>(limits_.connections_max, 1);
}

TcpEngine::~TcpEngine() = default;

void TcpEngine::listen(UniqueFd listener) {
  listeners_.push_back({asio::posix::stream_descriptor{context_, listener.get()}});
  static_cast<void>(listener.release());
  await(listeners_.back());
}

void TcpEngine::await(Listener& listener) {
  listener.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                 [this, &listener](const boost::system::error_code& error) {
                                   if (!error && listener.descriptor.is_open()) accept_some(listener);
                                 });
}

void TcpEngine::accept_some(Listener& listener) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    const auto accepted = accept_one(listener.descriptor.native_handle());
    if (accepted == Accepted::NoDescriptor) return pause(listener);
    if (accepted == Accepted::None) break;
  }
  await(listener);
}

TcpEngine::Accepted TcpEngine::accept_one(int listener) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  // NOLINTNEXTLINE: sockaddr_storage is made for this cast
  UniqueFd descriptor{::accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (!descriptor) {
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return Accepted::None;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
      answerer_.counters().gauge(TcpGauge::AcceptFailed).add();
      return evict() ? Accepted::One : Accepted::NoDescriptor;  // the place is free: the next round takes it
    }
    if (error == EBADF || error == EINVAL) return Accepted::None;
    return Accepted::One;  // the client is gone already (ECONNABORTED and kin): on to the next
  }
  adopt(std::move(descriptor), PeerAddress{peer});
  return Accepted::One;
}

void TcpEngine::adopt(UniqueFd descriptor, PeerAddress peer) {
  while (open_ >= limits_.connections_max && evict()) {
  }
  try {
    auto connection = std::make_shared<TcpConnection>(*this, context_, std::move(descriptor), peer);
    ++open_;
    answerer_.counters().accepted();
    connection->start();
    start_ticking();
  } catch (const std::exception&) {  // no memory, or none left for epoll: this client is lost, the listener is not
    answerer_.counters().gauge(TcpGauge::AcceptFailed).add();
  }
}

bool TcpEngine::evict() {
  auto* victim = idle_.oldest();
  if (victim == nullptr) victim = writing_.oldest();
  if (victim == nullptr) return false;
  victim->close(CloseReason::EvictedIdle);
  return true;
}

void TcpEngine::pause(Listener& listener) {
  accept_pause_.expires_after(kAcceptPause);
  accept_pause_.async_wait([this, &listener](const boost::system::error_code&) {
    if (listener.descriptor.is_open()) await(listener);
  });
}

Clock::duration TcpEngine::tick_length() const noexcept {
  if (draining_) return std::chrono::milliseconds{20};
  const auto shortest = std::min(limits_.idle_timeout, limits_.write_timeout);
  return std::clamp<Clock::duration>(shortest / 8, std::chrono::milliseconds{10}, std::chrono::seconds{1});
}

std::uint16_t TcpEngine::idle_tenths() const noexcept {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(limits_.idle_timeout).count() / 100;
  return draining_ ? std::uint16_t{0} : static_cast<std::uint16_t>(std::min<std::int64_t>(tenths, 0xFFFF));
}

void TcpEngine::start_ticking() {
  if (ticking_ || open_ == 0) return;
  ticking_ = true;
  ticker_.expires_after(tick_length());
  ticker_.async_wait([this](const boost::system::error_code&) {
    ticking_ = false;
    tick();
    start_ticking();
  });
}

void TcpEngine::tick() {
  const auto now = Clock::now();
  while (auto* connection = idle_.expired(now, limits_.idle_timeout)) connection->close(CloseReason::Idle);
  while (auto* connection = writing_.expired(now, limits_.write_timeout)) connection->close(CloseReason::WriteStall);
  while (auto* connection = lingering_.expired(now, kLinger)) connection->close(CloseReason::Shutdown);
}

void TcpEngine::drain() {
  if (draining_) return;
  draining_ = true;
  boost::system::error_code ignored;
  for (auto& listener : listeners_) {
    if (!listener.descriptor.is_open()) continue;
    for (int i = 0; i < kAcceptsAtDrain; ++i)
      if (accept_one(listener.descriptor.native_handle()) != Accepted::One) break;
    listener.descriptor.close(ignored);  // NOLINT(bugprone-unused-return-value)
  }
  accept_pause_.cancel();
  // Each goes to another list or is closed, so the front always changes.
  writing_.for_each([](TcpConnection& connection) { connection.drain(); });
  while (auto* connection = idle_.oldest()) connection->drain();
  ticker_.cancel();  // ticks are shorter from now on
}

}  // namespace torii::server
