#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <list>
#include <utility>

#include "zonec/gate/lines.hpp"
#include "zonec/gate/server.hpp"
#include "zonec/gate/stop_signal.hpp"

namespace torii::zonec::gate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPiece = std::size_t{1} << 16;
constexpr int kLinesATurn = 64;  // of one client, before the next has its turn
constexpr auto kFarewell = std::chrono::seconds{2};

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

struct Client {
  Descriptor socket;
  Lines lines{kLineOctetsMax};
  std::string output{};
  std::size_t sent = 0;    // of `output`
  bool at_end = false;     // it will send no more
  bool has_lines = false;  // perhaps: some of what came was not looked at yet
  bool gone = false;
  Clock::time_point progress{};  // when it last took something, or had nothing to take
  [[nodiscard]] std::size_t waiting() const noexcept { return output.size() - sent; }
  [[nodiscard]] bool is_full() const noexcept { return waiting() >= kOutputOctetsMax; }
};

[[noreturn]] void fail(const std::string& path, const std::string& what, int error) {
  throw ServerError{path + ": " + what + ": " + std::strerror(error)};
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    throw ServerError{path + ": a socket's path has 1 to " + std::to_string(sizeof address.sun_path - 1) +
                      " octets, not " + std::to_string(path.size())};
  std::ranges::copy(path, address.sun_path);
  return address;
}

/// A socket that nobody listens on any more is left by a gate that was killed.
void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return;
    fail(path, "cannot be looked at", errno);
  }
  if (!S_ISSOCK(info.st_mode)) throw ServerError{path + ": is there, and is no socket; choose another path"};
  const Descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    throw ServerError{path + ": another process listens there; stop it, or choose another path"};
  if (errno != ECONNREFUSED) fail(path, "cannot be tried", errno);
  if (::unlink(path.c_str()) != 0) fail(path, "is left over and cannot be removed", errno);
}

Descriptor listen_at(const SocketOptions& options) {
  const auto address = address_of(options.path);
  remove_stale(options.path, address);
  Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (listener.get() < 0) fail(options.path, "no socket", errno);
  const auto mask = ::umask(0177);  // nobody else may connect before the mode is set
  const int bound = ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(mask);
  if (bound != 0) fail(options.path, "cannot be bound", error);
  if (::chmod(options.path.c_str(), options.mode) != 0) fail(options.path, "its mode cannot be set", errno);
  if (::listen(listener.get(), 64) != 0) fail(options.path, "cannot be listened on", errno);
  return listener;
}

class SocketServer {
 public:
  SocketServer(Service& service, const SocketOptions& options, const BetweenLines& between)
      : service_{service}, options_{options}, between_{between}, listener_{listen_at(options)} {}
  ~SocketServer() { ::unlink(options_.path.c_str()); }
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  SocketServer(SocketServer&&) = delete;
  SocketServer& operator=(SocketServer&&) = delete;

  void run() {
    while (turn()) {
    }
    // What was answered is still sent to who takes it.
    const auto until = Clock::now() + kFarewell;
    for (auto& client : clients_) client.at_end = true;
    while (!clients_.empty() && Clock::now() < until) {
      for (auto& client : clients_) client.has_lines = false;
      wait(100, false);
      for (auto& client : clients_) send(client);
      std::erase_if(clients_, [](const Client& client) { return client.gone || client.waiting() == 0; });
    }
  }

 private:
  bool turn() {
    const bool busy = std::ranges::any_of(clients_, [](const Client& c) { return c.has_lines && !c.is_full(); });
    if (wait(busy ? 0 : 1000, true)) return false;
    if (between_) between_(service_);
    for (auto& client : clients_) {
      if (!client.gone) answer(client);
      if (!client.gone) send(client);
    }
    const auto now = Clock::now();
    std::erase_if(clients_, [&](const Client& client) {
      const bool done = client.at_end && !client.has_lines && client.waiting() == 0;
      return client.gone || done || now - client.progress > std::chrono::seconds{kStalledSeconds};
    });
    return true;
  }

  /// True when a stop signal came.
  bool wait(int milliseconds, bool accepts) {
    polls_.clear();
    polls_.push_back({accepts ? stop_.descriptor() : -1, POLLIN, 0});
    polls_.push_back({accepts ? listener_.get() : -1, POLLIN, 0});
    for (const auto& client : clients_) {
      short events = 0;
      if (!client.at_end && !client.is_full() && !client.has_lines) events |= POLLIN;
      if (client.waiting() > 0) events |= POLLOUT;
      polls_.push_back({client.socket.get(), events, 0});
    }
    if (::poll(polls_.data(), polls_.size(), milliseconds) < 0) return false;
    std::size_t i = 2;
    for (auto& client : clients_) {
      const auto happened = polls_[i++].revents;
      // What a client sent before it hung up still counts.
      const bool hung_up = (happened & (POLLERR | POLLHUP)) != 0;
      if ((happened & POLLIN) != 0 || (hung_up && !client.at_end && !client.has_lines && !client.is_full()))
        receive(client);
      else if ((happened & POLLNVAL) != 0 || (hung_up && client.at_end && !client.has_lines))
        client.gone = true;
    }
    if (polls_[1].revents != 0) accept_one();
    return accepts && polls_[0].revents != 0;
  }

  void accept_one() {
    Descriptor socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (socket.get() < 0) return;  // it went away, or there are too many open files: the next turn tries again
    if (clients_.size() >= options_.clients_max) {
      const auto text = error_line({},
                                   {"too-many-clients",
                                    "",
                                    std::to_string(clients_.size()) + " are connected",
                                    "try again later, or share a connection",
                                    {},
                                    2502},
                                   std::nullopt) +
                        "\n";
      static_cast<void>(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
      return;
    }
    clients_.emplace_back().socket = std::move(socket);
    clients_.back().progress = Clock::now();
  }

  void receive(Client& client) {
    const auto got = ::recv(client.socket.get(), piece_.data(), piece_.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) {
      client.gone = true;
      return;
    }
    client.at_end = got == 0;
    client.has_lines = true;
    client.lines.add({piece_.data(), static_cast<std::size_t>(got)});
  }

  void answer(Client& client) {
    std::string_view line;
    for (int count = 0; client.has_lines && count < kLinesATurn && !client.is_full(); ++count) {
      const auto found = client.lines.next(line, client.at_end);
      if (found == Lines::Found::Nothing) {
        client.has_lines = false;
        break;
      }
      client.output += found == Lines::Found::Line ? service_.answer(line) : service_.answer_too_long();
      client.output += '\n';
    }
  }

  static void send(Client& client) {
    while (client.waiting() > 0) {
      const auto sent = ::send(client.socket.get(), client.output.data() + client.sent, client.waiting(), MSG_NOSIGNAL);
      if (sent < 0) {
        client.gone = client.gone || (errno != EAGAIN && errno != EINTR);
        return;
      }
      client.sent += static_cast<std::size_t>(sent);
      client.progress = Clock::now();
    }
    client.output.clear();
    client.sent = 0;
    client.progress = Clock::now();
  }

  Service& service_;
  const SocketOptions& options_;
  const BetweenLines& between_;
  StopSignal stop_;
  Descriptor listener_;
  std::list<Client> clients_;
  std::vector<pollfd> polls_;
  std::vector<char> piece_ = std::vector<char>(kPiece);
};

}  // namespace

void serve_socket(Service& service, const SocketOptions& options, const BetweenLines& between,
                  const std::function<void()>& ready) {
  SocketServer server{service, options, between};
  if (ready) ready();
  server.run();
}

}  // namespace torii::zonec::gate
