#include <CLI/CLI.hpp>
#include <optional>

#include "server/ops/config.hpp"
#include "server/ops/log.hpp"
#include "server/subcommands.hpp"

namespace torii::server {
namespace {

/// The command line as it was given; what is absent leaves the file's value, or the default, in force.
struct Flags {
  std::string config;
  std::string image;
  std::vector<std::string> listen;
  std::optional<unsigned> workers;
  std::string admin;
  std::string log_format;
  std::string log_level;
  std::string verify;
  bool wait_for_image = false;
  std::vector<std::string> assignments;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Flags go the same way as keys of the file, and so meet the same checks.
std::vector<std::string> apply_flags(const Flags& flags, Settings& settings) {
  std::vector<std::string> errors;
  const auto apply = [&](const std::string& flag, const std::string& assignment) {
    for (auto& error : apply_config(assignment, flag, settings)) errors.push_back(std::move(error));
  };
  if (!flags.image.empty()) apply("--image", "server.image=" + quoted(flags.image));
  if (!flags.listen.empty()) {
    std::string list;
    for (const auto& endpoint : flags.listen) list += (list.empty() ? "" : ",") + quoted(endpoint);
    apply("--listen", "server.listen=[" + list + "]");
  }
  if (flags.workers) apply("--workers", "server.workers=" + std::to_string(*flags.workers));
  if (!flags.admin.empty()) apply("--admin", "admin.listen=" + quoted(flags.admin));
  if (!flags.log_format.empty()) apply("--log-format", "log.format=" + quoted(flags.log_format));
  if (!flags.log_level.empty()) apply("--log-level", "log.level=" + quoted(flags.log_level));
  if (!flags.verify.empty()) apply("--verify", "server.verify=" + quoted(flags.verify));
  if (flags.wait_for_image) apply("--wait-for-image", "server.wait_for_image=true");
  for (const auto& assignment : flags.assignments)
    for (auto& error : apply_assignment(assignment, settings)) errors.push_back(std::move(error));
  return errors;
}

ExitStatus serve(const Flags& flags) {
  Settings settings;
  auto errors = flags.config.empty() ? std::vector<std::string>{} : apply_config_file(flags.config, settings);
  for (auto& error : apply_flags(flags, settings)) errors.push_back(std::move(error));
  if (errors.empty() && settings.image.empty()) errors.emplace_back("toriid serve: which image? --image DIR");
  if (errors.empty() && settings.listen.empty()) errors.emplace_back("toriid serve: where? --listen ADDRESS:PORT");
  if (!errors.empty()) {
    print_errors(errors);
    return ExitStatus::Usage;
  }
  start_log(settings.log_format, settings.log_level);
  return run_service(settings);
}

}  // namespace

Run add_serve(CLI::App& app) {
  auto* command = app.add_subcommand("serve", "Serve an image over UDP and TCP");
  auto flags = std::make_shared<Flags>();
  command->add_option("--image", flags->image, "folder of the image that zonec publishes");
  command->add_option("--listen", flags->listen, "ADDRESS:PORT for UDP and TCP; may be repeated")->take_all();
  command->add_option("--workers", flags->workers, "threads; 0: one a hardware thread");
  command->add_option("--config", flags->config, "configuration file (TOML); flags win over it");
  command->add_option("--admin", flags->admin, "ADDRESS:PORT for /metrics, /healthz and /readyz");
  command->add_option("--log-format", flags->log_format, "text or json");
  command->add_option("--log-level", flags->log_level, "debug, info, warning or error");
  command->add_option("--verify", flags->verify, "checksums of the whole image: background, before (service) or off");
  command->add_flag("--wait-for-image", flags->wait_for_image, "start without an image, refusing until there is one");
  command->add_option("--set", flags->assignments, "SECTION.KEY=VALUE for any key of the file; may be repeated")
      ->take_all();
  return [flags] { return serve(*flags); };
}

}  // namespace torii::server
