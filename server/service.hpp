#pragma once
/// `toriid serve`, once its settings are known: builds everything, runs until a signal, drains.
#include "server/ops/settings.hpp"

namespace torii::server {

/// Exit statuses of toriid.
enum class ExitStatus : int { Ok = 0, Usage = 2, System = 3 };

/// Serves until SIGTERM or SIGINT. Logs what goes wrong.
[[nodiscard]] ExitStatus run_service(const Settings& settings);

}  // namespace torii::server
