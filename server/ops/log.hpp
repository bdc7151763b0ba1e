#pragma once
/// Logs go to stderr, a line an event, as text or as one JSON object a line. Only the main and admin threads log:
/// nothing on the way of a packet writes, formats or takes the logger's lock.
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

#include "server/ops/settings.hpp"

namespace torii::server {

/// Makes the process' default logger. Call once, before other threads start.
void start_log(LogFormat format, LogLevel level);

/// `text` as the inside of a JSON string: quotes, backslashes and control octets escaped, octets that are no UTF-8
/// replaced, so that a line is always valid JSON.
[[nodiscard]] std::string json_escaped(std::string_view text);

}  // namespace torii::server
