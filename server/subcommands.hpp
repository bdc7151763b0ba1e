#pragma once
/// The subcommands of toriid, one file each. Each adds itself to the command line and says how to run.
#include <CLI/App.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/service.hpp"

namespace torii::server {

using Run = std::function<ExitStatus()>;

/// Serve an image over UDP and TCP.
[[nodiscard]] Run add_serve(CLI::App& app);
/// Print the very octets that the server would send to a query.
[[nodiscard]] Run add_query(CLI::App& app);
/// Read a configuration file and say what is wrong with it.
[[nodiscard]] Run add_check_config(CLI::App& app);

/// Prints each line to stderr.
void print_errors(const std::vector<std::string>& lines);

}  // namespace torii::server
