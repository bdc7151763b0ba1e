#pragma once
/// The operator's policy file (TOML): which size policies are in force, what they ask, and what is waived.
///
///   mode = "zonemaster"                 # rules of one checker alone; those below come on top
///   show = "notice"                     # findings from this severity on
///   secondaries = ["nsd", "knot"]       # servers of the zone: portable@L asks about their encoders, as a warning
///   encoders = ["full", "bind-9.20"]    # or by encoder
///   [policies]
///   ns-512 = "error"
///   "rfc9471-in-domain@1400" = "warning"
///   "headroom@1232" = { severity = "notice", octets = 100 }
///   one-glue-512 = { severity = "warning", addresses = 2 }
///   [[waiver]]
///   delegation = "*.example.jp"         # a name, or every name below one; or host = "ns1.example.net"; or both
///   policy = "iana-512"                 # or a list; without it, all
///   reason = "renamed in October"
///   until = 2026-12-31                  # the day included, UTC
///
/// A file is taken whole or not at all: every mistake is found, each with its line and column.
#include <cstdint>
#include <string>
#include <vector>

#include "zonec/judge/policy.hpp"

namespace torii::zonec {

/// Applies `text` to `settings`. `file`: its index in the run's SourceFiles. `now`: seconds since 1970; a waiver that
/// has ended is a warning (waiver-expired) and does not count. Errors have the code bad-policy-file, 20 at most; then
/// `settings` is as it was. Returns: whether it was applied.
[[nodiscard]] bool apply_policy_text(std::string_view text, std::uint32_t file, std::uint32_t now,
                                     PolicySettings& settings, std::vector<Diagnostic>& diagnostics);

/// The same for the file at `path`, which is added to `files`; one that cannot be read is an error.
[[nodiscard]] bool apply_policy_file(const std::string& path, std::uint32_t now, SourceFiles& files,
                                     PolicySettings& settings, std::vector<Diagnostic>& diagnostics);

/// A notice (waiver-unused) for each waiver that has excused nothing.
[[nodiscard]] std::vector<Diagnostic> unused_waivers(const PolicySettings& settings);

}  // namespace torii::zonec
