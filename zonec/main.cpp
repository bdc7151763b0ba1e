/// `zonec`, the zone compiler: reads the command line, runs one subcommand, turns what was thrown into an exit status.
#include <malloc.h>

#include <array>
#include <exception>
#include <iostream>
#include <new>

#include "zonec/commands.hpp"
#include "zonec/emit/publish.hpp"

namespace {

using torii::zonec::ExitStatus;

// One a line, in the order of the help text.
constexpr auto kCommands = std::to_array<torii::zonec::AddCommand>({
    torii::zonec::add_report,
    torii::zonec::add_check,
    torii::zonec::add_compile,
    torii::zonec::add_diff,
    torii::zonec::add_dump,
    torii::zonec::add_explain,
    torii::zonec::add_fit,
    torii::zonec::add_gate,
    torii::zonec::add_inspect,
    torii::zonec::add_rollback,
    torii::zonec::add_table,
    torii::zonec::add_policy,
});

ExitStatus run(int count, char** arguments) {
  auto status = ExitStatus::Done;
  CLI::App app{"Compiles DNS zones into an image that toriid serves.", "zonec"};
  app.set_version_flag("--version", std::string{"zonec "} + TORII_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 refused by findings, 2 bad usage or unreadable input, 3 the system failed.");
  for (const auto add : kCommands) add(app, status);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& stop) {
    return app.exit(stop) == 0 ? ExitStatus::Done : ExitStatus::BadInput;
  }
  return status;
}

ExitStatus failed(ExitStatus status, const char* why) {
  std::cerr << "zonec: " << why << '\n';
  return status;
}

}  // namespace

int main(int count, char** arguments) {
  // Large blocks go back to the system as soon as they are free, so that the peak is what is in use at one time.
  // Without this glibc keeps ever larger ones for itself. What a piece of work needs is below that, and is used again
  // and again: fresh pages cost more than the work on them.
  constexpr int kLargeBlockOctets = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBlockOctets);
  auto status = ExitStatus::SystemFailed;
  try {
    status = run(count, arguments);
  } catch (const torii::zonec::LayoutRefused& refused) {
    status = failed(ExitStatus::Refused, refused.what());
  } catch (const std::bad_alloc&) {
    status = failed(ExitStatus::SystemFailed, "no memory left");
  } catch (const std::exception& error) {
    status = failed(ExitStatus::SystemFailed, error.what());
  }
  return static_cast<int>(status);
}
