#pragma once
/// A report for programs (docs/report.md describes the members) and for people.
#include <string>
#include <string_view>

#include "zonec/report/report.hpp"

namespace torii::zonec {

/// One JSON object, printable ASCII alone, a newline at its end. `note`: the operator's, printable or not.
[[nodiscard]] std::string report_json(const Report& report, std::string_view note);

/// One page, which loads nothing: style, script and data stand in it, and its policy (CSP) lets nothing else run.
[[nodiscard]] std::string report_html(const Report& report, std::string_view note);

/// "info", "notice", ... and what no rule was missed by: "none"; index into Report::by_worst_severity.
[[nodiscard]] std::string_view worst_severity_text(std::size_t at) noexcept;
/// "in-domain", "sibling", "sibling-authoritative", "unrelated"
[[nodiscard]] std::string_view relation_id(HostRelation relation) noexcept;
/// "ECDSA P-256 SHA-256 (13)". Source: IANA DNS Security Algorithm Numbers.
[[nodiscard]] std::string key_algorithm_text(std::uint8_t algorithm);
/// "SHA-256 (2)". Source: IANA Delegation Signer Digest Algorithms.
[[nodiscard]] std::string ds_digest_text(std::uint8_t digest);
/// What to do, in words: "rename ns1.example to a.example".
[[nodiscard]] std::string lever_text(const Lever& lever);

}  // namespace torii::zonec
