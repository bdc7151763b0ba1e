#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "server/ops/config.hpp"
#include "server/subcommands.hpp"

namespace torii::server {

void print_errors(const std::vector<std::string>& lines) {
  for (const auto& line : lines) fmt::print(stderr, "{}\n", line);
}

Run add_check_config(CLI::App& app) {
  auto* command = app.add_subcommand("check-config", "Read a configuration file and say what is wrong with it");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "configuration file (TOML)")->required();
  return [file] {
    Settings settings;
    if (const auto errors = apply_config_file(*file, settings); !errors.empty()) {
      print_errors(errors);
      return ExitStatus::Usage;
    }
    fmt::print("{}: ok\n", *file);
    return ExitStatus::Ok;
  };
}

}  // namespace torii::server
