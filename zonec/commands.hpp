#pragma once
/// The subcommands of `zonec`. Each is one file that adds itself to the command line and, when chosen, does its work in
/// the callback and leaves its exit status. Only `main` catches what is thrown on the way.
#include <CLI/CLI.hpp>

namespace torii::zonec {

/// What a caller can rely on. Source: README, "Exit status".
enum class ExitStatus : int {
  Done = 0,          // published, or nothing to refuse; warnings allowed
  Refused = 1,       // by findings of error severity
  BadInput = 2,      // bad usage, unreadable input, syntax error
  SystemFailed = 3,  // disk full, permission, no memory
};

using AddCommand = void (*)(CLI::App& app, ExitStatus& status);

void add_check(CLI::App& app, ExitStatus& status);
void add_compile(CLI::App& app, ExitStatus& status);
void add_diff(CLI::App& app, ExitStatus& status);
void add_dump(CLI::App& app, ExitStatus& status);
void add_explain(CLI::App& app, ExitStatus& status);
void add_fit(CLI::App& app, ExitStatus& status);
void add_gate(CLI::App& app, ExitStatus& status);
void add_inspect(CLI::App& app, ExitStatus& status);
void add_policy(CLI::App& app, ExitStatus& status);
void add_report(CLI::App& app, ExitStatus& status);
void add_rollback(CLI::App& app, ExitStatus& status);
void add_table(CLI::App& app, ExitStatus& status);

}  // namespace torii::zonec
