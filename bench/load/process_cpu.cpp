#include "bench/load/process_cpu.hpp"

#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace torii::bench {

double cpu_seconds(const std::vector<pid_t>& processes) {
  double nanoseconds = 0;
  for (const auto process : processes) {
    std::error_code error;
    const std::filesystem::directory_iterator tasks{"/proc/" + std::to_string(process) + "/task", error};
    if (error) continue;
    for (const auto& task : tasks) {
      std::ifstream in{task.path() / "schedstat"};
      double ran = 0;
      if (in >> ran) nanoseconds += ran;
    }
  }
  return nanoseconds / 1e9;
}

double own_cpu_seconds() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double machine_cpu_seconds() {
  // "cpu user nice system idle iowait irq softirq steal guest guest_nice"; guest time is part of user time.
  std::ifstream in{"/proc/stat"};
  std::string name;
  double busy = 0;
  in >> name;
  double ticks = 0;
  for (int field = 0; field < 8 && in >> ticks; ++field)
    if (field != 3 && field != 4) busy += ticks;
  return busy / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace torii::bench
