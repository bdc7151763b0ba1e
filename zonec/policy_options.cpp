#include "zonec/policy_options.hpp"

#include <iostream>

#include "zonec/judge/seen.hpp"

namespace torii::zonec {
namespace {

std::string server_ids() {
  std::string out;
  for (std::size_t i = 0; i < kServerKindCount; ++i)
    out += (i > 0 ? ", " : "") + std::string{server_id(static_cast<ServerKind>(i))};
  return out;
}

}  // namespace

void PolicyOptions::add_to(CLI::App& command) {
  command.add_option("--policy-file", file, "Size policies, secondaries and waivers (TOML)")->type_name("FILE");
  command.add_option("--mode", mode, "Only the size policies of one checker: " + policy_mode_ids())->type_name("MODE");
  command.add_option("--policy", choices, "Severity of a size policy: ID=off|info|notice|warning|error")
      ->type_name("ID=SEVERITY")
      ->allow_extra_args(false);  // one a flag, so that a file may stand right behind it
  command
      .add_option("--secondaries", secondaries, "Servers of the zone, for portable@L, comma-separated: " + server_ids())
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("KIND,...");
  command.add_option("--show", show, "Findings of sizes from this severity on; default notice")
      ->check(CLI::IsMember({"info", "notice", "warning", "error"}));
}

PolicySettings PolicyOptions::settings(std::uint32_t now, SourceFiles& files,
                                       std::vector<Diagnostic>& diagnostics) const {
  PolicySettings settings;
  if (!file.empty()) static_cast<void>(apply_policy_file(file, now, files, settings, diagnostics));
  const auto take = [](const char* option, const std::string& wrong) {
    if (!wrong.empty()) throw CLI::ValidationError(option, wrong);
  };
  if (!mode.empty()) take("--mode", settings.set_mode(mode));
  if (!secondaries.empty()) {
    EncoderSet encoders;
    for (const auto& id : secondaries) {
      const auto kind = server_from_id(id);
      if (!kind) throw CLI::ValidationError("--secondaries", "no server " + id + "; there are " + server_ids());
      add_encoders_of(*kind, encoders);
    }
    settings.set_encoders(encoders, true);
  }
  for (const auto& choice : choices) take("--policy", settings.set(choice));
  if (!show.empty()) settings.show_from(**parse_severity(show));
  return settings;
}

PolicySettings PolicyOptions::settings(std::uint32_t now) const {
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  auto settings = this->settings(now, files, diagnostics);
  for (const auto& each : diagnostics) {
    const auto line = files.text(each.where) + ": " + each.text;
    if (each.severity == Severity::Error) throw CLI::ValidationError("--policy-file", line);
    std::cerr << "zonec: " << line << '\n';
  }
  return settings;
}

}  // namespace torii::zonec
