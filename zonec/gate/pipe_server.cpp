#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "zonec/gate/lines.hpp"
#include "zonec/gate/server.hpp"
#include "zonec/gate/stop_signal.hpp"

namespace torii::zonec::gate {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;

/// False when a stop signal came while the reader of the answers kept us waiting.
bool write_all(int output, std::string& text, int stop) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto sent = ::write(output, text.data() + done, text.size() - done);
    if (sent >= 0) {
      done += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw ServerError{std::string{"standard output: cannot be written: "} + std::strerror(errno)};
    std::array<pollfd, 2> wait{{{output, POLLOUT, 0}, {stop, POLLIN, 0}}};
    ::poll(wait.data(), wait.size(), -1);
    if (wait[1].revents != 0 && wait[0].revents == 0) return false;
  }
  text.clear();
  return true;
}

/// Waits for octets. False when a stop signal came, which counts for more.
bool wait_for(int input, int stop) {
  std::array<pollfd, 2> wait{{{input, POLLIN, 0}, {stop, POLLIN, 0}}};
  while (::poll(wait.data(), wait.size(), -1) < 0 && errno == EINTR) {
  }
  return wait[1].revents == 0;
}

}  // namespace

void serve_pipe(Service& service, int input, int output, const BetweenLines& between) {
  const StopSignal stop;
  Lines lines{kLineOctetsMax};
  std::vector<char> piece(kPiece);
  std::string answers;
  for (bool at_end = false; !at_end;) {
    if (!wait_for(input, stop.descriptor())) break;
    const auto got = ::read(input, piece.data(), piece.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) throw ServerError{std::string{"standard input: cannot be read: "} + std::strerror(errno)};
    at_end = got == 0;
    lines.add({piece.data(), static_cast<std::size_t>(got)});
    std::string_view line;
    for (;;) {
      const auto found = lines.next(line, at_end);
      if (found == Lines::Found::Nothing) break;
      if (between) between(service);
      answers += found == Lines::Found::Line ? service.answer(line) : service.answer_too_long();
      answers += '\n';
      if (answers.size() >= kPiece && !write_all(output, answers, stop.descriptor())) return;
    }
    if (!write_all(output, answers, stop.descriptor())) return;
  }
}

}  // namespace torii::zonec::gate
