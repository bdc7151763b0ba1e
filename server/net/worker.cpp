#include "server/net/worker.hpp"

#include <csignal>
#include <exception>
#include <utility>

#include "server/net/hand_over.hpp"

namespace torii::server {

namespace asio = boost::asio;

Worker::Engine::Engine(WorkerSockets sockets, const WorkerSettings& settings, SnapshotPointer snapshot)
    : answerer{std::move(snapshot), settings.answer},
      work{asio::make_work_guard(context)},
      udp{context, answerer, settings.udp,
          settings.rrl.mode == RateMode::Off
              ? nullptr
              : std::make_unique<RateLimiter>(settings.rrl, settings.workers, settings.rrl_key)},
      tcp{context, answerer, settings.tcp} {
  for (auto& socket : sockets.udp) udp.listen(std::move(socket));
  for (auto& listener : sockets.tcp) tcp.listen(std::move(listener));
}

Worker::Worker(WorkerSockets sockets, const WorkerSettings& settings, SnapshotPointer snapshot, Retire retire)
    : retire_{std::move(retire)} {
  std::promise<void> made;
  // Signals belong to the admin thread: a new thread inherits the mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread{[&, started = start_.get_future()]() mutable {
    try {
      engine_ = std::make_unique<Engine>(std::move(sockets), settings, std::move(snapshot));
    } catch (...) {
      return made.set_exception(std::current_exception());
    }
    made.set_value();  // from here on the constructor's arguments are gone
    started.wait();
    run();
  }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  try {
    made.get_future().get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

Worker::~Worker() { static_cast<void>(join()); }

void Worker::start() {
  started_ = true;
  start_.set_value();
}

void Worker::run() {
  for (;;) {
    try {
      engine_->context.run();
      break;
    } catch (const std::exception&) {
      // One event could not be handled for want of memory; the others can. (A wait that is armed again reuses the
      // memory of the one before, so sockets and listeners do not get here.)
    }
  }
  ended_.store(true, std::memory_order_release);
}

void Worker::swap(SnapshotPointer next) {
  hand_over(engine_->context, [this, image = std::move(next)]() mutable {
    auto before = engine_->answerer.swap(std::move(image));
    if (before) retire_(std::move(before));
  });
}

void Worker::use(const CookieSecrets& secrets) {
  hand_over(engine_->context, [this, secrets] { engine_->answerer.use(secrets); });
}

void Worker::drain() {
  hand_over(engine_->context, [this] {
    engine_->udp.drain();
    engine_->tcp.drain();
    engine_->work.reset();
  });
}

bool Worker::join() {
  if (!thread_.joinable()) return true;
  const bool is_clean = has_ended() || !started_;
  engine_->context.stop();
  if (!started_) start();
  thread_.join();
  return is_clean;
}

}  // namespace torii::server
