// `zonec rollback`: serve the newest kept generation before the current one.
#include <iostream>
#include <string>

#include "zonec/commands.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::zonec {

void add_rollback(CLI::App& app, ExitStatus& status) {
  auto* command =
      app.add_subcommand("rollback", "Point an image back at the newest kept generation before the current");
  auto image = std::make_shared<std::string>();
  command->add_option("--image", *image, "The image's folder")->required();
  command->callback([image, &status] {
    const auto result = rollback(*image);
    std::cerr << "zonec: " << *image << ": generation " << result.generation << " is current again\n";
    status = ExitStatus::Done;
  });
}

}  // namespace torii::zonec
