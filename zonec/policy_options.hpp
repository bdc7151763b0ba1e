#pragma once
/// The size policies' part of a command line: the same for every subcommand that judges.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "zonec/judge/policy_file.hpp"

namespace torii::zonec {

struct PolicyOptions {
  std::vector<std::string> choices;  // --policy ID=SEVERITY
  std::string mode;
  std::string show;
  std::string file;
  std::vector<std::string> secondaries;

  void add_to(CLI::App& command);
  /// The file first, then what the command line says on top. Throws CLI::ValidationError for what it says wrong; what
  /// is wrong with the file goes to `diagnostics`, as errors, and nothing of it is applied.
  [[nodiscard]] PolicySettings settings(std::uint32_t now, SourceFiles& files,
                                        std::vector<Diagnostic>& diagnostics) const;
  /// For commands that print no findings of a zone: an error of the file is thrown too.
  [[nodiscard]] PolicySettings settings(std::uint32_t now) const;
};

}  // namespace torii::zonec
