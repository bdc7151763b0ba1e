#pragma once
/// What `check` and `compile` have in common: from the command line's files to checked zones and their findings.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "zonec/check/dnssec.hpp"
#include "zonec/commands.hpp"
#include "zonec/finding_writer.hpp"
#include "zonec/judge/policy.hpp"
#include "zonec/model/zone.hpp"
#include "zonec/planned_cut.hpp"
#include "zonec/policy_options.hpp"
#include "zonec/progress.hpp"
#include "zonec/verify/signatures.hpp"

namespace torii::zonec {

/// `[ORIGIN=]FILE`. What stands before the first `=` is an origin unless it has a `/`, so a path with `=` in its
/// name is written with its folder: `./a=b.zone`.
struct ZoneInput {
  std::optional<dns::Name> origin;
  std::string path;
};
/// Returns: the input, or what is wrong with it.
[[nodiscard]] std::variant<ZoneInput, std::string> parse_input(std::string_view argument);

/// The inputs that the file `path` lists, one a line; blank lines and those that start with `#` are skipped. Throws
/// CLI::ValidationError with the file and line of what is wrong.
[[nodiscard]] std::vector<std::string> read_list(const std::string& path);

/// Seconds since 1970, `YYYYMMDDHHmmSS` (as in RRSIG, RFC 4034 section 3.2) or `YYYY-MM-DDTHH:mm:SSZ`.
[[nodiscard]] std::optional<std::uint32_t> parse_time(std::string_view text);

/// The options both subcommands take, as written on the command line.
struct LoadOptions {
  std::vector<std::string> inputs;
  std::string list;  // a file with more inputs, one a line
  PolicyOptions policy;
  PlannedSigning signing;  // for `check` alone: what is published is what is there
  std::string format = "text";
  std::string colour = "auto";
  std::size_t fixes = kFindingsWithFixes;
  std::string baseline;
  std::string write_baseline;
  bool publishes = false;  // errors count then, whether a baseline has them or not
  std::string now;
  std::string verify = "full";
  std::string deprecated_algorithm = "error";
  unsigned threads = 0;  // 0: as many as there are cores
  bool strict = false;
  bool quiet = false;
  void add_to(CLI::App& command);
};

class Load {
 public:
  /// Throws CLI::ValidationError for bad usage.
  explicit Load(const LoadOptions& options);

  /// Reads and checks every input, writes the findings to standard output. `keep` takes each zone that could be built.
  /// Returns: Done, Refused or BadInput.
  ExitStatus run(const std::function<void(Zone&&)>& keep);
  /// One line on standard error: zones, records, delegations, findings, seconds, and `more` at its end.
  void summarise(std::string_view more);
  [[nodiscard]] Progress& progress() noexcept { return progress_; }
  [[nodiscard]] unsigned threads() const noexcept { return threads_; }
  /// Time at which signatures are judged: seconds since 1970.
  [[nodiscard]] std::uint32_t now() const noexcept { return dnssec_.now; }
  /// A path that findings may name.
  [[nodiscard]] Location place_of(const std::string& path) { return {files_.add(path), 0, 0}; }
  /// Ends the findings: to be called when no more come.
  void finish();
  /// Writes further findings, after those of `run`.
  void report(std::vector<Diagnostic>& diagnostics) { write(diagnostics); }

 private:
  void load_one(const ZoneInput& input, const std::function<void(Zone&&)>& keep);
  void check(const Zone& zone);
  void write(std::vector<Diagnostic>& diagnostics);

  std::vector<ZoneInput> inputs_;
  DnssecOptions dnssec_;
  VerifyOptions verify_;
  VerifyCounts verified_;
  PolicySettings settings_;
  Assumptions assumptions_;
  unsigned threads_;
  bool quiet_;
  SourceFiles files_;
  bool publishes_;
  FindingWriter writer_;
  Progress progress_;
  std::unordered_set<std::string> seen_;  // apexes, presentation format
  bool bad_input_ = false;
  std::uint64_t zones_ = 0;
  std::uint64_t waived_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t delegations_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace torii::zonec
