#pragma once
/// The configuration file: TOML, one table of keys that drives reading, range checks, suggestions and the test that
/// every key is documented. A file is taken whole or refused: all errors are collected (20 at most), each with
/// `file:line:column`, and nothing is applied by halves.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "server/ops/settings.hpp"

namespace torii::server {

struct ConfigKey {
  std::string_view section;
  std::string_view name;
  std::string_view expects;  ///< kind and range in words, as error messages say it
};

/// Every key there is, in the order of the documentation.
[[nodiscard]] std::vector<ConfigKey> config_keys();

/// Applies `text` (TOML) on top of `settings`. Returns the errors, each a whole line for an operator;
/// empty when all was applied. `source` names the file in errors.
[[nodiscard]] std::vector<std::string> apply_config(std::string_view text, const std::string& source,
                                                    Settings& settings);

/// The same for a file; an unreadable one is one error.
[[nodiscard]] std::vector<std::string> apply_config_file(const std::filesystem::path& file, Settings& settings);

/// `section.key=value` as `--set` takes it; the value in TOML's spelling.
[[nodiscard]] std::vector<std::string> apply_assignment(const std::string& assignment, Settings& settings);

}  // namespace torii::server
