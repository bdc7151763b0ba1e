#pragma once
/// A delegation that need not exist: which zone delegates what, and what its signing would cost. `zonec table` and
/// `zonec fit` read it off the command line.
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "torii/dns/name.hpp"
#include "zonec/judge/assume.hpp"

namespace torii::zonec {

struct PlannedCut {
  dns::Name zone;        // the zone that delegates
  dns::Name delegation;  // below it
};

/// Names are absolute, with or without the final dot. Throws CLI::ValidationError, for the option `what`.
[[nodiscard]] dns::Name parse_name(std::string_view what, const std::string& text);

/// `zone` alone: the delegation of that zone by its parent, the name above it. With `delegation`: that one, in `zone`.
/// Throws CLI::ValidationError.
[[nodiscard]] PlannedCut parse_cut(const std::string& zone, const std::string& delegation);

/// "jp", ".": without the final dot, for people.
[[nodiscard]] std::string short_text(dns::NameView name);

/// Digits alone, at most `most`. Throws CLI::ValidationError.
[[nodiscard]] std::size_t parse_count(std::string_view what, std::string_view text, std::size_t most);

/// What if the zone were signed, or signed otherwise: the options `--assume-signature` and `--assume-ds`, and
/// `--assume-unsigned` for zones that exist.
struct PlannedSigning {
  std::optional<std::uint16_t> signature;  // octets: 64 for P-256 and Ed25519, 256 for RSA-2048
  std::vector<std::string> ds;             // "sha-1", "sha-256", "sha-384", or octets of a digest
  bool is_unsigned = false;
  void add_to(CLI::App& command);
  void add_unsigned_to(CLI::App& command);
  /// Throws CLI::ValidationError: no such digest.
  [[nodiscard]] Assumptions assumptions() const;
  /// Octets of DS and its RRSIG, or, without DS, of the usual opt-out proof; 0 unsigned. For a delegation one label
  /// below `zone`. Throws CLI::ValidationError.
  [[nodiscard]] std::size_t proof_octets(dns::NameView zone) const;
};

/// The QNAME's length: between the delegation's own and 255 octets, at which a name can be. Throws
/// CLI::ValidationError.
void check_qname(const PlannedCut& cut, std::size_t octets);

/// Columns of text, the first to the left and the others to the right, two spaces between.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& lines);

}  // namespace torii::zonec
