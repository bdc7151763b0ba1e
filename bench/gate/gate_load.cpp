// Sends the lines of a file to a program's standard input and times its answers: first one at a time (what a client
// that waits sees), then all as fast as they go.
//
//   gate_load REQUESTS PROGRAM [ARGUMENTS...]      e.g.  gate_load requests zonec gate --image image
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Peer {
  int to{};
  int from{};
  pid_t process{};
};

Peer start(char** arguments) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) std::exit(3);
  const auto process = ::fork();
  if (process == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execvp(arguments[0], arguments);
    std::perror(arguments[0]);
    std::_Exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  return {in[1], out[0], process};
}

void send_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::write(to, text.data(), text.size());
    if (sent < 0) std::exit(3);
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Reads until `lines` more have come.
void receive(int from, std::size_t lines) {
  std::array<char, 1 << 16> piece{};
  while (lines > 0) {
    const auto got = ::read(from, piece.data(), piece.size());
    if (got <= 0) {
      std::fputs("the program ended\n", stderr);
      std::exit(1);
    }
    lines -= std::min(lines, static_cast<std::size_t>(std::count(piece.data(), piece.data() + got, '\n')));
  }
}

double micros(Clock::duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  std::vector<std::string> requests;
  std::ifstream file{arguments[1]};
  for (std::string line; std::getline(file, line);) requests.push_back(line + "\n");
  if (requests.size() < 100) return 2;
  const auto begin = Clock::now();
  const auto peer = start(arguments + 2);
  send_all(peer.to, "{\"request\":\"status\"}\n");
  receive(peer.from, 1);
  std::printf("ready after %.2f s\n", micros(Clock::now() - begin) / 1e6);

  const auto alone = std::min<std::size_t>(requests.size(), 100000);
  std::vector<double> times;
  for (std::size_t i = 0; i < alone; ++i) {
    const auto from = Clock::now();
    send_all(peer.to, requests[i]);
    receive(peer.from, 1);
    times.push_back(micros(Clock::now() - from));
  }
  std::ranges::sort(times);
  const auto at = [&](double share) { return times[static_cast<std::size_t>(share * static_cast<double>(alone - 1))]; };
  std::printf("one at a time, %zu: p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us\n", alone, at(0.5), at(0.99),
              at(0.999), times.back());

  // A thread of its own would take the core from the program; poll lets the kernel decide.
  ::fcntl(peer.to, F_SETFL, O_NONBLOCK);
  std::string all;
  for (const auto& request : requests) all += request;
  const auto from = Clock::now();
  std::size_t sent = 0;
  std::size_t answered = 0;
  std::vector<char> piece(1 << 18);
  while (answered < requests.size()) {
    std::array<pollfd, 2> wait{{{peer.from, POLLIN, 0}, {sent < all.size() ? peer.to : -1, POLLOUT, 0}}};
    ::poll(wait.data(), wait.size(), -1);
    if (wait[1].revents != 0) {
      const auto done = ::write(peer.to, all.data() + sent, std::min<std::size_t>(all.size() - sent, 1 << 16));
      if (done > 0) sent += static_cast<std::size_t>(done);
    }
    if (wait[0].revents != 0) {
      const auto got = ::read(peer.from, piece.data(), piece.size());
      if (got <= 0) return 1;
      answered += static_cast<std::size_t>(std::count(piece.data(), piece.data() + got, '\n'));
    }
  }
  const auto seconds = micros(Clock::now() - from) / 1e6;
  std::printf("streamed, %zu: %.0f a second\n", requests.size(), static_cast<double>(requests.size()) / seconds);
  ::close(peer.to);
  int status = 0;
  rusage usage{};
  ::wait4(peer.process, &status, 0, &usage);
  std::printf("status %d, peak memory %ld MiB, CPU %.2f s\n", WEXITSTATUS(status), usage.ru_maxrss / 1024,
              static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                  static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  return 0;
}
