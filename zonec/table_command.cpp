#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "zonec/commands.hpp"
#include "zonec/layout/referral.hpp"
#include "zonec/table.hpp"

namespace torii::zonec {
namespace {

struct Options {
  std::string zone;
  std::string delegation;
  std::vector<std::string> hosts;
  std::string counts = "1-13";
  std::vector<std::string> glue;
  std::vector<std::string> rows;
  std::string first = "aaaa";
  std::string policy;
  std::string format = "text";
  std::optional<std::size_t> limit;
  std::optional<std::size_t> qname;
  std::optional<std::size_t> opt;
  PlannedSigning signing;
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find(at, from), text.size());
    out.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

/// "4" or "3-10".
std::pair<std::size_t, std::size_t> parse_range(std::string_view text) {
  const auto parts = split(text, '-');
  const auto first = parse_count("--hosts", parts.front(), kTableHostsMax);
  const auto last = parse_count("--hosts", parts.back(), kTableHostsMax);
  if (parts.size() > 2 || first == 0 || last < first)
    throw CLI::ValidationError{"--hosts", "'" + std::string{text} + "' is no range like 3-10 that starts at 1 or more"};
  return {first, last};
}

TableColumn parse_column(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 2)
    throw CLI::ValidationError{
        "--glue", "'" + std::string{text} + "' is not AAAA/A, like 3/n: hosts with AAAA, hosts with A; n for all"};
  const auto count = [](std::string_view part) -> std::optional<std::size_t> {
    if (part == "n") return std::nullopt;
    return parse_count("--glue", part, kTableHostsMax);
  };
  return {count(parts[0]), count(parts[1])};
}

struct Row {
  std::size_t hosts, aaaa, a;
};

Row parse_row(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 3)
    throw CLI::ValidationError{"--rows", "'" + std::string{text} + "' is not NS/AAAA/A, like 7/4/7"};
  const auto count = [&](std::size_t part) { return parse_count("--rows", parts[part], kTableHostsMax); };
  const Row row{count(0), count(1), count(2)};
  if (row.hosts == 0 || row.aaaa > row.hosts || row.a > row.hosts)
    throw CLI::ValidationError{"--rows", "'" + std::string{text} + "' asks for no host, or more addresses than hosts"};
  return row;
}

/// A policy has its own limit; without one it is the operator's.
std::size_t limit_of(const Options& options) {
  if (options.policy.empty()) return options.limit.value_or(512);
  PolicySettings settings;
  if (const auto wrong = settings.set(options.policy, Severity::Error); !wrong.empty())
    throw CLI::ValidationError{"--policy", wrong};
  const auto* known = settings.find(options.policy);
  if (known->limit == 0) throw CLI::ValidationError{"--policy", options.policy + " is not about octets"};
  if (options.limit && *options.limit != known->limit)
    throw CLI::ValidationError{"--limit", options.policy + " has its own, " + std::to_string(known->limit)};
  return known->limit;
}

TableSubject subject_of(const Options& options, std::size_t hosts) {
  static const std::map<std::string, referral::GlueOrder, std::less<>> kOrders{{"aaaa", referral::GlueOrder::AaaaFirst},
                                                                               {"a", referral::GlueOrder::AFirst},
                                                                               {"pairs", referral::GlueOrder::Pairs}};
  TableSubject subject;
  subject.cut = parse_cut(options.zone, options.delegation);
  subject.hosts = expand_hosts(options.hosts, hosts);
  subject.qname = options.qname.value_or(longest_qname(subject.cut.delegation.size()));
  check_qname(subject.cut, subject.qname);
  subject.limit = limit_of(options);
  // More than 512 octets needs EDNS over UDP.
  subject.opt = options.opt.value_or(subject.limit > 512 ? referral::kOptOctets : 0);
  subject.proof = options.signing.proof_octets(subject.cut.zone);
  subject.order = kOrders.at(options.first);
  subject.policy = options.policy;
  return subject;
}

Table list_of(const Options& options) {
  std::vector<Row> rows;
  std::size_t most = 0;
  for (const auto& text : options.rows) {
    rows.push_back(parse_row(text));
    most = std::max(most, rows.back().hosts);
  }
  Table table{.subject = subject_of(options, most)};
  for (const auto& row : rows) {
    if (const auto in_zone = hosts_in_zone(table.subject, row.hosts); std::max(row.aaaa, row.a) > in_zone)
      throw CLI::ValidationError{"--rows", "of " + std::to_string(row.hosts) + " hosts " + std::to_string(in_zone) +
                                               " are in the zone " + short_text(table.subject.cut.zone) +
                                               "; addresses of others are never in its referrals"};
    table.cells.push_back({compute_cell(table.subject, row.hosts, row.aaaa, row.a)});
  }
  return table;
}

Table matrix_of(const Options& options) {
  const auto [first, last] = parse_range(options.counts);
  Table table{.subject = subject_of(options, last)};
  for (const auto& text : options.glue) table.columns.push_back(parse_column(text));
  if (options.glue.empty()) {
    if (hosts_in_zone(table.subject, last) > 0)
      table.columns = {{0, std::nullopt}, {std::nullopt, 0}, {std::nullopt, std::nullopt}};
    else
      table.columns = {{0, 0}};
  }
  for (auto hosts = first; hosts <= last; ++hosts) {
    const auto in_zone = hosts_in_zone(table.subject, hosts);
    auto& row = table.cells.emplace_back();
    for (const auto& column : table.columns) {
      const auto aaaa = column.aaaa.value_or(in_zone);
      const auto a = column.a.value_or(in_zone);
      row.emplace_back();
      if (std::max(aaaa, a) <= in_zone) row.back() = compute_cell(table.subject, hosts, aaaa, a);
    }
  }
  return table;
}

}  // namespace

void add_table(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("table", "How many hosts of a pattern, with which addresses, fit a referral");
  auto options = std::make_shared<Options>();
  command->add_option("--zone", options->zone, "The zone that delegates; alone: that its parent delegates")->required();
  command->add_option("--delegation", options->delegation, "The name delegated, below --zone");
  command
      ->add_option("--host", options->hosts,
                   "A host's name; the last may have ? (a, b, ...) or # (1, 2, ...) in it: ?.dns.jp; repeatable")
      ->required();
  auto* counts = command->add_option("--hosts", options->counts, "Rows: numbers of hosts")->capture_default_str();
  auto* glue =
      command
          ->add_option("--glue", options->glue, "Columns: hosts with AAAA/hosts with A, n for all; default 0/n,n/0,n/n")
          ->delimiter(',');
  command->add_option("--rows", options->rows, "Instead: single rows NS/AAAA/A, as JPRS wrote them: 3/3/3,7/4/7")
      ->delimiter(',')
      ->excludes(counts)
      ->excludes(glue);
  command->add_option("--first", options->first, "Which addresses go first when not all fit")
      ->check(CLI::IsMember({"aaaa", "a", "pairs"}))
      ->capture_default_str();
  command->add_option("--limit", options->limit, "Octets of a message; default 512")->check(CLI::Range(1, 65535));
  command->add_option("--qname", options->qname, "Octets of the QNAME; default the longest, 255")
      ->check(CLI::Range(1, 255));
  command->add_option("--opt", options->opt, "Octets of OPT; default 11 above 512, else 0: no EDNS")
      ->check(CLI::Range(0, 65535));
  command->add_option("--policy", options->policy, "Judge by a size policy (zonec policy list) and its limit");
  options->signing.add_to(*command);
  command->add_option("--format", options->format, "Output")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->capture_default_str();
  command->callback([options, &status] {
    const auto table = options->rows.empty() ? matrix_of(*options) : list_of(*options);
    std::cout << (options->format == "csv"    ? table_csv(table)
                  : options->format == "json" ? table_json(table)
                                              : table_text(table));
    status = ExitStatus::Done;
  });
}

}  // namespace torii::zonec
