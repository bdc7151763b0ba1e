#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "zonec/compare/publish_gate.hpp"
#include "zonec/emit/publish.hpp"
#include "zonec/load.hpp"

namespace torii::zonec {
namespace {

struct CompileOptions {
  LoadOptions load;
  GateOptions gate;
  std::string image;
  std::uint32_t keep = 2;
  bool no_wait = false;
  bool additional = false;
  bool skip_unchanged = false;
};

/// Holds the new zones against those of the image, and writes what there is to say.
void judge(PublishGate& gate, Load& load, const std::string& image, std::span<const Zone> zones) {
  load.progress().show("comparing with the zones being served", 0);
  gate.open(image, load.place_of(image));
  for (const auto& zone : zones) gate.check(zone);
  gate.finish();
  load.report(gate.findings());
}

ExitStatus compile(const CompileOptions& options) {
  Load load{options.load};
  PublishGate gate{GateSettings{options.gate}, load.now(), load.threads()};
  std::vector<Zone> zones;
  const auto status = load.run([&](Zone&& zone) { zones.push_back(std::move(zone)); });
  if (status != ExitStatus::Done) {
    // What the gate has to say helps only where all zones are there to be compared.
    if (status == ExitStatus::Refused) judge(gate, load, options.image, zones);
    load.summarise("; nothing published");
    return status;
  }
  PublishOptions publishing;
  publishing.image = options.image;
  publishing.keep = options.keep;
  publishing.layout.additional = options.additional;
  publishing.threads = load.threads();
  publishing.wait_for_lock = !options.no_wait;
  publishing.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
    load.progress().show(what, done, total);
  };
  bool skipped = false;
  publishing.gate = [&]() -> std::optional<std::vector<image::OverrideInfo>> {
    judge(gate, load, options.image, zones);
    skipped = !gate.is_refused() && options.skip_unchanged && gate.is_unchanged();
    if (gate.is_refused() || skipped) return std::nullopt;
    return gate.overrides();
  };
  const auto result = publish(zones, publishing);
  if (gate.is_refused()) {
    load.summarise(gate.summary() + "; nothing published");
    return ExitStatus::Refused;
  }
  if (skipped) {
    load.summarise(gate.summary() + ", which serves on");
    return ExitStatus::Done;
  }
  load.summarise(gate.summary() + "; generation " + std::to_string(result.generation) + ", " +
                 std::to_string(result.octets) + " octets");
  return ExitStatus::Done;
}

}  // namespace

void add_compile(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("compile", "Check zones and publish them as a new generation of an image");
  auto options = std::make_shared<CompileOptions>();
  options->load.add_to(*command);
  options->load.publishes = true;
  command->add_option("--image", options->image, "The image's folder; created when absent")
      ->type_name("DIR")
      ->required();
  command->add_option("--keep", options->keep, "Old generations kept for rollback")->capture_default_str();
  command->add_flag("--additional", options->additional,
                    "Send addresses and service records along with MX, SRV, NAPTR, SVCB and HTTPS where they fit");
  options->gate.add_to(*command);
  command->add_flag("--skip-unchanged", options->skip_unchanged,
                    "Publish nothing when every zone is the one being served");
  command->add_flag("--no-wait", options->no_wait, "Fail at once when another compiler holds the image's lock");
  command->callback([options, &status] { status = compile(*options); });
}

}  // namespace torii::zonec
