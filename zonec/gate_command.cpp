// `zonec gate`: judges change requests against a published zone, for as long as they come.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>

#include "torii/image/manifest.hpp"
#include "zonec/commands.hpp"
#include "zonec/finding_writer.hpp"
#include "zonec/gate/server.hpp"
#include "zonec/image_zone.hpp"
#include "zonec/load.hpp"
#include "zonec/model/build.hpp"
#include "zonec/policy_options.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {
namespace {

struct Options {
  std::string input;
  std::string image;
  std::string zone;
  std::string socket;
  std::string socket_mode = "0600";
  std::size_t clients = gate::SocketOptions{}.clients_max;
  PolicyOptions policy;
  unsigned follow = 0;
  unsigned threads = 0;
  bool quiet = false;
};

using LoadResult = std::variant<gate::Loaded, std::string>;

std::string errors_text(const SourceFiles& files, const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const auto& one : diagnostics)
    if (one.severity == Severity::Error && out.empty()) out = files.text(one.where) + ": " + one.text;
  return out;
}

LoadResult load_image(const Options& options, unsigned threads) {
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  ImageZoneOptions wanted{.zone = {}, .generation = {}, .threads = threads};
  if (!options.zone.empty()) wanted.zone = dns::Name::from_text(options.zone);
  auto read = read_image_zones(options.image, wanted, files, diagnostics);
  if (const auto* error = std::get_if<image::ImageError>(&read)) return error->text;
  auto& zones = std::get<ImageZones>(read);
  if (zones.zones.size() != 1)
    return options.image + ": has " + std::to_string(zones.zones.size()) + " zones; choose one with --zone";
  return gate::Loaded{.base = std::make_unique<gate::Base>(std::move(zones.zones.front())),
                      .generation = zones.generation,
                      .created = zones.created};
}

LoadResult load_file(const Options& options, unsigned threads) {
  auto parsed = parse_input(options.input);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) return *wrong;
  auto input = std::get<ZoneInput>(parsed);
  if (!options.zone.empty()) input.origin = dns::Name::from_text(options.zone);
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  ZoneBuilder builder{input.origin, threads};
  ScanOptions scan;
  scan.origin = input.origin;
  scan.threads = threads;
  const bool good = scan_file(input.path, scan, files, builder, diagnostics).ok;
  auto zone = good ? builder.finish(diagnostics) : std::nullopt;
  if (auto errors = errors_text(files, diagnostics); !errors.empty() || !zone)
    return errors.empty() ? input.path + ": cannot be read" : errors;
  return gate::Loaded{.base = std::make_unique<gate::Base>(std::move(*zone))};
}

/// Loads a new generation beside the gate's work, so that only the change from one to the other takes its time.
class Follower {
 public:
  Follower(std::string image, unsigned seconds, gate::Loader loader, std::optional<std::uint64_t> generation)
      : image_{std::move(image)}, seconds_{seconds}, loader_{std::move(loader)}, generation_{generation} {
    thread_ = std::thread{[this] { run(); }};
  }
  ~Follower() {
    {
      const std::lock_guard lock{mutex_};
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  Follower(Follower&&) = delete;
  Follower& operator=(Follower&&) = delete;

  void hand_over(gate::Service& service) {
    if (!is_ready_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock{mutex_};
    is_ready_ = false;
    if (ready_->generation != service.generation()) service.adopt(std::move(*ready_));
    ready_.reset();
  }

 private:
  void run() {
    std::unique_lock lock{mutex_};
    std::string last_problem;
    while (!changed_.wait_for(lock, std::chrono::seconds{seconds_}, [&] { return stop_; })) {
      lock.unlock();
      const auto manifest = image::Manifest::read(image_ + "/current");
      const auto* found = std::get_if<image::Manifest>(&manifest);
      if (found == nullptr || found->generation == generation_) {
        lock.lock();
        continue;
      }
      auto loaded = loader_();
      if (const auto* problem = std::get_if<std::string>(&loaded)) {
        if (*problem != last_problem) std::cerr << "zonec: gate: " << *problem << '\n';
        last_problem = *problem;
        lock.lock();
        continue;
      }
      lock.lock();
      ready_ = std::move(std::get<gate::Loaded>(loaded));
      generation_ = ready_->generation;
      is_ready_.store(true, std::memory_order_release);
    }
  }

  std::string image_;
  unsigned seconds_;
  gate::Loader loader_;
  std::optional<std::uint64_t> generation_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::optional<gate::Loaded> ready_;
  std::atomic<bool> is_ready_ = false;
  std::thread thread_;
};

void check(const Options& options) {
  if (options.input.empty() == options.image.empty())
    throw CLI::ValidationError{"FILE", "name either a [ORIGIN=]FILE or an --image"};
  if (options.input == "-") throw CLI::ValidationError{"FILE", "standard input is for requests; name a file"};
  if (!options.zone.empty() && !dns::Name::from_text(options.zone))
    throw CLI::ValidationError{"--zone", "'" + options.zone + "' is no domain name"};
  if (options.follow > 0 && options.image.empty())
    throw CLI::ValidationError{"--follow", "a file has no generations; it goes with --image"};
}

std::uint32_t mode_of(const std::string& text) {
  std::uint32_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7' || text.size() > 4) throw CLI::ValidationError{"--socket-mode", "expected as in 0660"};
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
  }
  return mode;
}

ExitStatus run_gate(const Options& options) {
  check(options);
  const gate::SocketOptions socket{options.socket, mode_of(options.socket_mode), options.clients};
  const auto threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  const gate::Loader loader = [options, threads]() -> LoadResult {
    auto loaded = options.image.empty() ? load_file(options, threads) : load_image(options, threads);
    if (auto* good = std::get_if<gate::Loaded>(&loaded)) {
      try {  // the file of policies is read again too, and waivers end
        good->settings = options.policy.settings(static_cast<std::uint32_t>(std::time(nullptr)));
      } catch (const CLI::ValidationError& wrong) {
        return std::string{wrong.what()};
      }
    }
    return loaded;
  };
  auto loaded = loader();
  if (const auto* problem = std::get_if<std::string>(&loaded)) {
    std::cerr << "zonec: " << *problem << '\n';
    return ExitStatus::BadInput;
  }
  gate::Service service{std::move(std::get<gate::Loaded>(loaded)), loader};
  const auto announce = [&] {
    if (options.quiet) return;
    const auto& zone = service.base().zone();
    std::cerr << "zonec: gate: zone " << zone.apex.text() << " serial " << zone.serial.value << ", ";
    if (service.generation()) std::cerr << "generation " << *service.generation() << ", ";
    std::cerr << zone.delegation_count << " delegations; "
              << (options.socket.empty() ? "reading standard input" : "listening on " + options.socket) << '\n';
  };
  std::optional<Follower> follower;
  gate::BetweenLines between;
  if (options.follow > 0) {
    // The follower's thread must not take the signals that end the gate.
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, nullptr);
    follower.emplace(options.image, options.follow, loader, service.generation());
    between = [&](gate::Service& at) { follower->hand_over(at); };
  }
  try {
    if (options.socket.empty()) {
      announce();
      gate::serve_pipe(service, STDIN_FILENO, STDOUT_FILENO, between);
    } else {
      gate::serve_socket(service, socket, between, announce);
    }
  } catch (const gate::ServerError& error) {
    std::cerr << "zonec: " << error.what() << '\n';
    return ExitStatus::SystemFailed;
  }
  return ExitStatus::Done;
}

}  // namespace

void add_gate(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("gate", "Judge change requests, JSON Lines on standard input or a socket");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->input, "Master file to judge against")->type_name("[ORIGIN=]FILE");
  command->add_option("--image", options->image, "The image's folder: judge against the zone it serves");
  command->add_option("--zone", options->zone, "The zone's name; may be left out when there is but one");
  command->add_option("--socket", options->socket, "Listen on a Unix socket instead of reading standard input")
      ->type_name("PATH");
  command->add_option("--socket-mode", options->socket_mode, "Permissions of the socket")->capture_default_str();
  command->add_option("--clients", options->clients, "Clients of the socket at once, at most")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10000}))
      ->capture_default_str();
  command->add_option("--follow", options->follow, "Look for a new generation of the image so often, and take it up")
      ->type_name("SECONDS")
      ->check(CLI::Range(1U, 86400U));
  options->policy.add_to(*command);
  command->add_option("--threads", options->threads, "Threads that load the zone; default: one for each core")
      ->type_name("N")
      ->check(CLI::Range(1U, 256U));
  command->add_flag("--quiet", options->quiet, "Nothing on standard error but errors");
  command->callback([options, &status] { status = run_gate(*options); });
}

}  // namespace torii::zonec
