#pragma once
/// CPU time of other processes, all their threads.
#include <sys/types.h>

#include <vector>

namespace torii::bench {

/// Seconds that these processes have run so far, by the scheduler's own account (/proc/PID/task/*/schedstat,
/// nanoseconds). It includes what the kernel does on their behalf in system calls, receiving side of loopback included.
/// Errors: a process that has ended counts as 0.
[[nodiscard]] double cpu_seconds(const std::vector<pid_t>& processes);

/// CPU seconds of this thread.
[[nodiscard]] double own_cpu_seconds() noexcept;

/// Seconds that all cores together were not idle, stolen time included. Resolution: 10 ms a core (/proc/stat).
[[nodiscard]] double machine_cpu_seconds();

}  // namespace torii::bench
