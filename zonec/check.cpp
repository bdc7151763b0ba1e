#include <memory>

#include "zonec/load.hpp"

namespace torii::zonec {

void add_check(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("check", "Check zones and report findings; publishes nothing");
  auto options = std::make_shared<LoadOptions>();
  options->add_to(*command);
  options->signing.add_to(*command);
  options->signing.add_unsigned_to(*command);
  command->callback([options, &status] {
    Load load{*options};
    status = load.run([](Zone&&) {});
    load.summarise("");
  });
}

}  // namespace torii::zonec
