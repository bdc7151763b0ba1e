#pragma once
/// SIGTERM and SIGINT as something to wait for beside descriptors, while it lives. SIGPIPE is ignored meanwhile.
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>

namespace torii::zonec::gate {

class StopSignal {
 public:
  StopSignal() {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, &before_);
    pipe_before_ = std::signal(SIGPIPE, SIG_IGN);
    descriptor_ = ::signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw std::runtime_error{std::string{"signalfd: "} + std::strerror(errno)};
  }
  ~StopSignal() {
    // What came is taken, or it would count again once it is no longer blocked.
    for (signalfd_siginfo taken{}; ::read(descriptor_, &taken, sizeof taken) > 0;) {
    }
    ::close(descriptor_);
    std::signal(SIGPIPE, pipe_before_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  StopSignal(StopSignal&&) = delete;
  StopSignal& operator=(StopSignal&&) = delete;
  /// Readable once a signal came.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  sigset_t before_{};
  void (*pipe_before_)(int) = nullptr;
  int descriptor_ = -1;
};

}  // namespace torii::zonec::gate
