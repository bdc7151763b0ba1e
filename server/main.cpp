#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <utility>

#include "server/subcommands.hpp"

namespace {

using torii::server::ExitStatus;

int run(int argc, char** argv) {
  CLI::App app{"toriid: authoritative nameserver for very large delegation zones"};
  app.set_version_flag("--version", std::string{"toriid "} + TORII_VERSION);
  app.require_subcommand(1);
  const auto serve = torii::server::add_serve(app);
  const auto query = torii::server::add_query(app);
  const auto check_config = torii::server::add_check_config(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : static_cast<int>(ExitStatus::Usage);
  }
  if (app.got_subcommand("serve")) return static_cast<int>(serve());
  if (app.got_subcommand("query")) return static_cast<int>(query());
  return static_cast<int>(check_config());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "toriid: {}\n", error.what());
    return static_cast<int>(ExitStatus::System);
  }
}
