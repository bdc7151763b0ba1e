#include "zonec/table.hpp"

#include <algorithm>
#include <array>

namespace torii::zonec {
namespace {

/// a, b, ... z, aa, ab, ...
std::string letters(std::size_t number) {
  std::string out;
  for (auto left = number + 1; left > 0; left = (left - 1) / 26)
    out.insert(out.begin(), static_cast<char>('a' + (left - 1) % 26));
  return out;
}

std::size_t placeholder(const std::string& pattern) { return pattern.find_first_of("?#"); }

void add_host(std::vector<dns::Name>& hosts, const std::string& text) {
  const auto name = parse_name("--host", text);
  if (std::ranges::find(hosts, name) != hosts.end())
    throw CLI::ValidationError{"--host", short_text(name) + " is given twice"};
  hosts.push_back(name);
}

std::vector<dns::NameView> first_views(const TableSubject& subject, std::size_t count) {
  return {subject.hosts.begin(), subject.hosts.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// Octets of the glue of the first addresses, split as the policies want it.
SizeFacts facts_of(const TableSubject& subject, std::size_t bare, const TableCell& cell) {
  SizeFacts facts;
  facts.qname = static_cast<std::uint32_t>(subject.qname);
  facts.owner = static_cast<std::uint32_t>(subject.cut.delegation.size());
  facts.authority = static_cast<std::uint32_t>(bare);
  facts.proof = static_cast<std::uint32_t>(subject.proof);
  facts.hosts = static_cast<std::uint32_t>(cell.hosts);
  facts.a_records = static_cast<std::uint32_t>(cell.a);
  facts.aaaa_records = static_cast<std::uint32_t>(cell.aaaa);
  facts.zone_is_root = subject.cut.zone.view().is_root();
  std::size_t number = 0;  // among the hosts in the zone
  for (std::size_t i = 0; i < cell.hosts; ++i) {
    const auto host = subject.hosts[i].view();
    if (!host.is_at_or_below(subject.cut.zone)) {
      facts.has_unrelated = true;
      continue;
    }
    const bool in_domain = host.is_at_or_below(subject.cut.delegation);
    auto& sizes = in_domain ? facts.in_domain : facts.sibling;
    if (number < cell.a) sizes.add(referral::kAOctets);
    if (number < cell.aaaa) sizes.add(referral::kAaaaOctets);
    facts.in_domain_a = facts.in_domain_a || (in_domain && number < cell.a);
    facts.in_domain_aaaa = facts.in_domain_aaaa || (in_domain && number < cell.aaaa);
    ++number;
  }
  return facts;
}

/// The failure that weighs most, if any.
std::optional<SizeFailure> miss(const std::string& id, const SizeFacts& facts) {
  PolicySettings settings;
  if (!settings.set(id, Severity::Error).empty()) return std::nullopt;
  const auto* policy = settings.find(id);
  return policy->evaluate(facts, *policy);
}

}  // namespace

std::vector<dns::Name> expand_hosts(const std::vector<std::string>& patterns, std::size_t count) {
  std::vector<dns::Name> hosts;
  for (std::size_t i = 0; i < patterns.size() && hosts.size() < count; ++i) {
    const auto& pattern = patterns[i];
    const auto at = placeholder(pattern);
    if (at == std::string::npos) {
      add_host(hosts, pattern);
      continue;
    }
    if (pattern.find_first_of("?#", at + 1) != std::string::npos)
      throw CLI::ValidationError{"--host", "'" + pattern + "' has more than one ? or #"};
    if (i + 1 < patterns.size())
      throw CLI::ValidationError{"--host", "'" + pattern + "' gives any number of hosts, so it must come last"};
    for (std::size_t number = 0; hosts.size() < count; ++number) {
      auto name = pattern;
      add_host(hosts, name.replace(at, 1, pattern[at] == '?' ? letters(number) : std::to_string(number + 1)));
    }
  }
  if (hosts.size() < count)
    throw CLI::ValidationError{"--host", std::to_string(count) + " hosts are asked for and " +
                                             std::to_string(hosts.size()) +
                                             " are named; a last --host with ? or # in it, like ?.dns.jp, gives more"};
  return hosts;
}

std::string_view verdict_text(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 3> kTexts{"ok", "part", "over"};
  return kTexts.at(static_cast<std::size_t>(verdict));
}

std::size_t hosts_in_zone(const TableSubject& subject, std::size_t count) {
  return static_cast<std::size_t>(std::ranges::count_if(
      first_views(subject, count), [&](auto host) { return host.is_at_or_below(subject.cut.zone); }));
}

TableCell compute_cell(const TableSubject& subject, std::size_t hosts, std::size_t aaaa, std::size_t a) {
  TableCell cell{.hosts = hosts, .aaaa = aaaa, .a = a};
  const auto bare = referral::ns_referral_octets(subject.qname, subject.cut.delegation, first_views(subject, hosts));
  if (bare + subject.proof > dns::kPointerMax)
    throw CLI::ValidationError{"--host", std::to_string(hosts) + " hosts take " + std::to_string(bare + subject.proof) +
                                             " octets, more than compression pointers reach (" +
                                             std::to_string(dns::kPointerMax) + "); ask for fewer"};
  cell.without_glue = bare + subject.opt + (subject.opt > 0 ? subject.proof : 0);
  cell.with_all = cell.without_glue + referral::glue_octets(a, aaaa);
  const auto pair = std::min<std::size_t>({1, a, aaaa});
  switch (subject.order) {
    case referral::GlueOrder::AaaaFirst:
      cell.with_first = cell.without_glue + referral::glue_octets(0, aaaa);
      break;
    case referral::GlueOrder::AFirst:
      cell.with_first = cell.without_glue + referral::glue_octets(a, 0);
      break;
    case referral::GlueOrder::Pairs:
      cell.with_first = cell.without_glue + referral::glue_octets(pair, pair);
      break;
  }
  cell.fit = referral::fit_glue(cell.without_glue, subject.limit, a, aaaa, subject.order);
  const auto missed = subject.policy.empty() ? std::nullopt : miss(subject.policy, facts_of(subject, bare, cell));
  const bool over = subject.policy.empty() ? cell.with_first > subject.limit : missed.has_value();
  if (over) {
    cell.verdict = Verdict::Over;
    cell.octets = missed ? missed->octets : cell.with_first;
  } else {
    cell.verdict = cell.with_all <= subject.limit ? Verdict::Ok : Verdict::Part;
    cell.octets = cell.fit.octets;
  }
  return cell;
}

std::string TableColumn::text() const {
  const auto number = [](const std::optional<std::size_t>& count) { return count ? std::to_string(*count) : "n"; };
  return number(aaaa) + "/" + number(a);
}

}  // namespace torii::zonec
