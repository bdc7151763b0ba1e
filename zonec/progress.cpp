#include "zonec/progress.hpp"

#include <unistd.h>

#include <iostream>

namespace torii::zonec {

Progress::Progress(bool wanted) : on_{wanted && isatty(STDERR_FILENO) == 1} {}

void Progress::show(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds{100};
  std::cerr << "\r\x1b[K" << what << ": " << done;
  if (total > 0) std::cerr << " of " << total;
  std::cerr << std::flush;
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace torii::zonec
