#include "server/service.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "server/limits/descriptors.hpp"
#include "server/net/hand_over.hpp"
#include "server/net/worker.hpp"
#include "server/ops/admin_http.hpp"
#include "server/ops/answer_settings.hpp"
#include "server/ops/image_keeper.hpp"
#include "server/ops/log.hpp"
#include "server/ops/metrics.hpp"

namespace torii::server {
namespace {

namespace asio = boost::asio;

/// Descriptors for everything that is not a DNS connection: logs, image files, epoll, the admin endpoint.
constexpr std::size_t kDescriptorsKept = 64;
constexpr std::size_t kDescriptorsPerWorker = 4;
constexpr std::chrono::milliseconds kDrainPoll{10};

class Service {
 public:
  explicit Service(const Settings& settings)
      : settings_{settings},
        keeper_{admin_, settings.image, settings.verify, settings.image_poll},
        http_{admin_,
              {[this] { return prometheus_text(totals(), keeper_.status(), facts_); },
               [this] { return keeper_.status().is_ready(); }, [this] { return readiness_json(keeper_.status()); },
               [this] { return top_json(talkers(), settings_.rrl, rate_clock()); }}},
        signals_{admin_},
        drain_timer_{admin_} {}

  ExitStatus run() {
    const auto status = serve();
    // A checksum run cannot be interrupted, and nothing depends on its end.
    if (keeper_.is_verifying()) std::_Exit(static_cast<int>(status));
    return status;
  }

 private:
  ExitStatus serve() {
    std::signal(SIGPIPE, SIG_IGN);
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.add(SIGHUP);
    signals_.add(SIGUSR1);
    if (auto why = keeper_.open_first(); !why.empty()) {
      if (!settings_.wait_for_image) {
        spdlog::error("cannot serve: {} (wait_for_image = true serves REFUSED until there is one)", why);
        return ExitStatus::System;
      }
      spdlog::warn("no image yet: {}; all queries are refused until there is one", why);
    }
    if (!start()) return ExitStatus::System;
    await_signal();
    keeper_.watch([this](const SnapshotPointer& image) {
      for (auto& worker : workers_) worker->swap(image);
    });
    admin_.run();
    const bool is_clean = end_workers();
    spdlog::info("ended{}", is_clean ? "" : ", connections were cut off");
    return ExitStatus::Ok;
  }

  bool start() {
    const std::size_t count =
        settings_.workers != 0 ? settings_.workers : std::max(1U, std::thread::hardware_concurrency());
    const auto descriptors = raise_descriptor_limit();
    const auto kept = kDescriptorsKept + count * (kDescriptorsPerWorker + 2 * settings_.listen.size());
    const auto cap = connection_cap(settings_.tcp.connections_max, descriptors, kept, count);
    if (settings_.tcp.connections_max > cap)
      spdlog::warn("tcp.connections_max = {} is more than {} descriptors allow; it is {} now",
                   settings_.tcp.connections_max, descriptors, cap);
    auto listening = open_sockets(settings_, count);
    if (!listening) {
      spdlog::error("cannot listen: {}", listening.error());
      return false;
    }
    const auto secrets = load_cookie_secrets(settings_.cookies);
    if (!secrets) {
      spdlog::error("cannot have secrets for cookies: {}", secrets.error());
      return false;
    }
    auto answer = answer_settings(settings_);
    answer.cookies = *secrets;
    dns::SipHashKey rrl_key;
    if (::getrandom(&rrl_key, sizeof rrl_key, 0) != static_cast<ssize_t>(sizeof rrl_key)) {
      spdlog::error("cannot have random octets: {}", std::strerror(errno));
      return false;
    }
    const WorkerSettings worker_settings{
        answer,
        settings_.udp,
        {(cap + count - 1) / count, settings_.tcp.idle_timeout, settings_.tcp.write_timeout},
        settings_.rrl,
        static_cast<std::uint32_t>(count),
        rrl_key};
    for (auto& sockets : listening->workers)
      workers_.push_back(std::make_unique<Worker>(std::move(sockets), worker_settings, keeper_.image(),
                                                  [this](SnapshotPointer old) { retire(std::move(old)); }));
    if (settings_.admin) {
      const auto admin = http_.listen(*settings_.admin);
      if (!admin) {
        spdlog::error("cannot listen: {}", admin.error());
        return false;
      }
      spdlog::info("admin on http://{}", admin->text());
    }
    facts_.started_seconds = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    facts_.workers = static_cast<unsigned>(count);
    facts_.connections_max = static_cast<unsigned>(cap);
    for (auto& worker : workers_) worker->start();
    for (const auto& endpoint : listening->endpoints) spdlog::info("listening on {} (udp, tcp)", endpoint.text());
    spdlog::info("toriid {} serves with {} workers, up to {} connections, {} descriptors", TORII_VERSION, count, cap,
                 descriptors);
    return true;
  }

  /// Lets an old image go on the admin thread: unmapping gigabytes takes long.
  void retire(SnapshotPointer old) {
    hand_over(admin_, [image = std::move(old)]() mutable { image.reset(); });
  }

  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      switch (signal) {
        case SIGHUP:
          keeper_.check_now();
          reload_secrets();
          break;
        case SIGUSR1:
          for (const auto& line : counter_lines(totals(), keeper_.status())) spdlog::info("{}", line);
          if (const auto line = top_line(talkers(), settings_.rrl); !line.empty()) spdlog::info("{}", line);
          break;
        default:
          drain();
      }
      await_signal();
    });
  }

  /// Takes up the file of secrets again; the old ones stay in force when it is no good.
  void reload_secrets() {
    if (settings_.cookies.secret_file.empty()) return;
    const auto secrets = load_cookie_secrets(settings_.cookies);
    if (!secrets) return spdlog::warn("cookie secrets stay as they are: {}", secrets.error());
    for (auto& worker : workers_) worker->use(*secrets);
    spdlog::info("{} cookie secrets read", secrets->count);
  }

  void drain() {
    if (keeper_.status().draining) {
      spdlog::warn("asked again to end: not waiting any longer");
      return admin_.stop();
    }
    spdlog::info("draining");
    keeper_.status().draining = true;
    keeper_.stop();
    deadline_ = Clock::now() + settings_.drain_timeout;
    for (auto& worker : workers_) worker->drain();
    await_drained();
  }

  void await_drained() {
    const bool is_done = std::ranges::all_of(workers_, [](const auto& worker) { return worker->has_ended(); });
    if (is_done || Clock::now() >= deadline_) return admin_.stop();
    drain_timer_.expires_after(kDrainPoll);
    drain_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) await_drained();
    });
  }

  bool end_workers() {
    bool is_clean = true;
    for (auto& worker : workers_) is_clean = worker->join() && is_clean;
    return is_clean;
  }

  [[nodiscard]] CounterTotals totals() const {
    CounterTotals sum;
    for (const auto& worker : workers_) add_to(sum, worker->counters());
    return sum;
  }

  [[nodiscard]] std::vector<Talker> talkers() const {
    std::vector<Talker> all;
    for (const auto& worker : workers_) worker->read_talkers(all);
    merge_talkers(all);
    return all;
  }

  const Settings& settings_;
  asio::io_context admin_{1};
  ImageKeeper keeper_;
  AdminHttp http_;
  asio::signal_set signals_;
  asio::steady_timer drain_timer_;
  ServerFacts facts_;
  Clock::time_point deadline_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

ExitStatus run_service(const Settings& settings) {
  Service service{settings};
  return service.run();
}

}  // namespace torii::server
