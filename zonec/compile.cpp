#include <memory>

#include "zonec/emit/publish.hpp"
#include "zonec/load.hpp"

namespace torii::zonec {
namespace {

struct CompileOptions {
  LoadOptions load;
  std::string image;
  std::uint32_t keep = 2;
  bool no_wait = false;
  bool additional = false;
};

ExitStatus compile(const CompileOptions& options) {
  Load load{options.load};
  std::vector<Zone> zones;
  const auto status = load.run([&](Zone&& zone) { zones.push_back(std::move(zone)); });
  if (status != ExitStatus::Done) {
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
  const auto result = publish(zones, publishing);
  load.summarise("; generation " + std::to_string(result.generation) + ", " + std::to_string(result.octets) +
                 " octets");
  return ExitStatus::Done;
}

}  // namespace

void add_compile(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("compile", "Check zones and publish them as a new generation of an image");
  auto options = std::make_shared<CompileOptions>();
  options->load.add_to(*command);
  command->add_option("--image", options->image, "The image's folder; created when absent")
      ->type_name("DIR")
      ->required();
  command->add_option("--keep", options->keep, "Old generations kept for rollback")->capture_default_str();
  command->add_flag("--additional", options->additional,
                    "Send addresses and service records along with MX, SRV, NAPTR, SVCB and HTTPS where they fit");
  command->add_flag("--no-wait", options->no_wait, "Fail at once when another compiler holds the image's lock");
  command->callback([options, &status] { status = compile(*options); });
}

}  // namespace torii::zonec
