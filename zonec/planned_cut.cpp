#include "zonec/planned_cut.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "zonec/judge/formula.hpp"
#include "zonec/layout/referral.hpp"

namespace torii::zonec {

dns::Name parse_name(std::string_view what, const std::string& text) {
  const auto name = dns::Name::from_text(text);
  if (!name || text == "@")
    throw CLI::ValidationError{std::string{what}, "'" + text +
                                                      "' is no domain name: labels of 1 to 63 octets with dots "
                                                      "between, 255 octets in all"};
  return *name;
}

std::string short_text(dns::NameView name) {
  auto text = name.text();
  if (text.size() > 1) text.pop_back();
  return text;
}

PlannedCut parse_cut(const std::string& zone, const std::string& delegation) {
  PlannedCut cut{parse_name("--zone", zone), {}};
  if (delegation.empty()) {
    if (cut.zone.view().is_root())
      throw CLI::ValidationError{"--zone", "nothing delegates the root; name one of its delegations, --delegation com"};
    cut.delegation = cut.zone;
    cut.zone = dns::Name{cut.delegation.view().parent()};
  } else {
    cut.delegation = parse_name("--delegation", delegation);
    if (!cut.delegation.view().is_below(cut.zone))
      throw CLI::ValidationError{"--delegation",
                                 short_text(cut.delegation) + " is not below the zone " + short_text(cut.zone)};
  }
  cut.zone.lower();
  cut.delegation.lower();
  return cut;
}

std::size_t parse_count(std::string_view what, std::string_view text, std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most)
    throw CLI::ValidationError{std::string{what},
                               "'" + std::string{text} + "' is no number from 0 to " + std::to_string(most)};
  return value;
}

void PlannedSigning::add_to(CLI::App& command) {
  command.add_option("--assume-signature", signature, "What if: octets of each signature, asked with DO")
      ->check(CLI::Range(1, 60000));
  command
      .add_option("--assume-ds", ds,
                  "What if: DS records with these digests, comma-separated: sha-1, sha-256, sha-384, or octets")
      ->delimiter(',');
}

void PlannedSigning::add_unsigned_to(CLI::App& command) {
  command.add_flag("--assume-unsigned", is_unsigned, "What if: no DS, no proof and no signatures")
      ->excludes("--assume-signature")
      ->excludes("--assume-ds");
}

Assumptions PlannedSigning::assumptions() const {
  Assumptions out{.signature = signature, .ds = {}, .is_unsigned = is_unsigned};
  for (const auto& text : ds) {
    const auto octets = digest_octets(text);
    if (!octets)
      throw CLI::ValidationError{"--assume-ds",
                                 "'" + text + "' is no digest: sha-1, sha-256, sha-384, or its octets, 1 to 255"};
    out.ds.push_back(*octets);
  }
  return out;
}

std::size_t PlannedSigning::proof_octets(dns::NameView zone) const {
  constexpr std::array<std::uint8_t, 2> kAny{1, 'x'};
  const auto below = dns::Name::join(kAny, zone);
  Account account{.zone = dns::Name{zone}, .owner = below.value_or(dns::Name{zone}), .hosts = {}, .proof = {}};
  if (const auto problem = assume(assumptions(), account); !problem.empty())
    throw CLI::ValidationError{"--assume-ds", "needs --assume-signature: " + problem};
  return zonec::proof_octets(account);
}

void check_qname(const PlannedCut& cut, std::size_t octets) {
  const auto own = cut.delegation.size();
  const auto longest = longest_qname(own);
  if (octets < own || octets > longest || octets == own + 1)
    throw CLI::ValidationError{
        "--qname",
        "no name at or below " + short_text(cut.delegation) + " has " + std::to_string(octets) +
            " octets on the wire; it can have " + std::to_string(own) +
            (own + 2 <= longest ? ", or " + std::to_string(own + 2) + " to " + std::to_string(longest) : "")};
}

std::string aligned(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    if (line.size() > widths.size()) widths.resize(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - line[i].size(), ' ');
      out += i == 0 ? line[i] + (line.size() > 1 ? space : "") : "  " + space + line[i];
    }
    out += '\n';
  }
  return out;
}

}  // namespace torii::zonec
