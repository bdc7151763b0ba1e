#pragma once
/// A worker: one thread with its own io_context, sockets, image reference and counters. Other threads reach it only
/// by posting to its io_context, so nothing on the way of a packet is shared, locked or even atomic to read. All that
/// the thread writes while it serves it has allocated itself: the allocator gives threads memory apart, so that no
/// cache line holds what two of them write (tests/e2e/cache_lines_test.py).
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "server/net/answerer.hpp"
#include "server/net/sockets.hpp"
#include "server/net/tcp_engine.hpp"
#include "server/net/udp_engine.hpp"

namespace torii::server {

struct WorkerSettings {
  AnswerSettings answer;
  UdpSettings udp;
  TcpLimits tcp;
  RateLimitSettings rrl{};
  std::uint32_t workers = 1;  ///< who share the rates
  dns::SipHashKey rrl_key{};
};

class Worker {
 public:
  /// Takes back an image that the worker no longer reads; called on the worker's thread. Freeing a mapping of many
  /// GiB takes long, so it is to be passed on to a thread that has time.
  using Retire = std::function<void(SnapshotPointer)>;

  /// Starts the thread, which makes what it needs and waits for `start`. Throws what making it threw.
  Worker(WorkerSockets sockets, const WorkerSettings& settings, SnapshotPointer snapshot, Retire retire);
  /// Stops at once when it still runs.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  /// From the next batch on, answers come from `next`.
  void swap(SnapshotPointer next);
  /// From the next batch on, cookies are made and accepted with `secrets`.
  void use(const CookieSecrets& secrets);
  /// Answers what has arrived, then ends.
  void drain();
  /// True once a drain has come to its end.
  [[nodiscard]] bool has_ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /// Ends the thread. Returns false when it had to be stopped, with connections still open.
  bool join();
  /// Appends who was limited most; callable from any thread.
  void read_talkers(std::vector<Talker>& out) const { engine_->udp.read_talkers(out); }
  [[nodiscard]] const WorkerCounters& counters() const noexcept { return engine_->answerer.counters(); }

 private:
  /// What the thread works with.
  struct Engine {
    Engine(WorkerSockets sockets, const WorkerSettings& settings, SnapshotPointer snapshot);
    Answerer answerer;
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
    UdpEngine udp;
    TcpEngine tcp;
  };
  void run();

  std::unique_ptr<Engine> engine_;
  Retire retire_;
  std::promise<void> start_;
  bool started_ = false;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace torii::server
