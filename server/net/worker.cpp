#include "server/net/worker.hpp"

#include <boost/asio/post.hpp>
#include <csignal>
#include <exception>
#include <utility>

namespace torii::server {

namespace asio = boost::asio;

Worker::Worker(WorkerSockets sockets, const WorkerSettings& settings, SnapshotPointer snapshot, Retire retire)
    : answerer_{std::move(snapshot), settings.answer},
      retire_{std::move(retire)},
      work_{asio::make_work_guard(context_)},
      udp_{context_, answerer_, settings.udp,
           settings.rrl.mode == RateMode::Off
               ? nullptr
               : std::make_unique<RateLimiter>(settings.rrl, settings.workers, settings.rrl_key)},
      tcp_{context_, answerer_, settings.tcp} {
  for (auto& socket : sockets.udp) udp_.listen(std::move(socket));
  for (auto& listener : sockets.tcp) tcp_.listen(std::move(listener));
}

Worker::~Worker() { static_cast<void>(join()); }

void Worker::start() {
  // Signals belong to the admin thread: a new thread inherits the mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread{[this] { run(); }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::run() {
  for (;;) {
    try {
      context_.run();
      break;
    } catch (const std::exception&) {
      // One event could not be handled for want of memory; the others can. (A wait that is armed again reuses the
      // memory of the one before, so sockets and listeners do not get here.)
    }
  }
  ended_.store(true, std::memory_order_release);
}

void Worker::swap(SnapshotPointer next) {
  asio::post(context_, [this, image = std::move(next)]() mutable {
    auto before = answerer_.swap(std::move(image));
    if (before) retire_(std::move(before));
  });
}

void Worker::use(const CookieSecrets& secrets) {
  asio::post(context_, [this, secrets] { answerer_.use(secrets); });
}

void Worker::drain() {
  asio::post(context_, [this] {
    udp_.drain();
    tcp_.drain();
    work_.reset();
  });
}

bool Worker::join() {
  if (!thread_.joinable()) return true;
  const bool is_clean = has_ended();
  context_.stop();
  thread_.join();
  return is_clean;
}

}  // namespace torii::server
