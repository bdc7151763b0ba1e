#pragma once
/// One line on a terminal that tells how far the work is; nothing anywhere else.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace torii::zonec {

class Progress {
 public:
  /// Shows nothing unless `wanted` and standard error is a terminal.
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;

  /// At most ten times a second. `total` 0: unknown.
  void show(std::string_view what, std::uint64_t done, std::uint64_t total = 0);
  /// Takes the line away, before anything else is written.
  void clear();

 private:
  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace torii::zonec
