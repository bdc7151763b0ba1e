#include <boost/json.hpp>
#include <ctime>
#include <iostream>
#include <memory>

#include "zonec/commands.hpp"
#include "zonec/fit.hpp"
#include "zonec/policy_options.hpp"

namespace torii::zonec {
namespace {

struct Options {
  std::string zone;
  std::string delegation;
  std::vector<std::string> hosts;
  std::vector<std::uint32_t> limits{512, 1232, 1400};
  PolicyOptions policies;
  PlannedSigning signing;
  std::string colour = "auto";
  bool json = false;
};

ExitStatus run(const Options& options) {
  const auto cut = parse_cut(options.zone, options.delegation);
  const auto settings = options.policies.settings(static_cast<std::uint32_t>(std::time(nullptr)));
  std::vector<PlannedHost> hosts;
  for (const auto& text : options.hosts) hosts.push_back(parse_planned_host(text));
  const auto fit = plan_fit(cut, hosts, options.signing.assumptions(), options.limits, settings);
  if (options.json)
    std::cout << boost::json::serialize(report_json(fit.report)) << '\n';
  else
    std::cout << short_text(cut.delegation) << " in the zone " << short_text(cut.zone) << "\n\n"
              << report_text(fit.report, Colour{options.colour});
  return is_missed(fit.report) ? ExitStatus::Refused : ExitStatus::Done;
}

}  // namespace

void add_fit(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("fit", "Where the octets of one planned delegation go, and whether it fits");
  auto options = std::make_shared<Options>();
  command->add_option("--zone", options->zone, "The zone that delegates; alone: that its parent delegates")->required();
  command->add_option("--delegation", options->delegation, "The name delegated, below --zone");
  command->add_option("--ns", options->hosts, "NAME or NAME=ADDRESS,...: a host; repeatable")->required();
  command->add_option("--limit", options->limits, "Octets of a message, comma-separated")
      ->delimiter(',')
      ->check(CLI::Range(12, 65535))
      ->capture_default_str();
  options->policies.add_to(*command);
  options->signing.add_to(*command);
  command->add_flag("--json", options->json, "As JSON");
  add_colour(*command, options->colour);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace torii::zonec
