#pragma once
/// How many hosts of a pattern, with how many addresses, fit a referral: the tables that JPRS made in 2003 and respsize
/// made for the root, for any pattern, zone, limit, QNAME and policy. By the closed form (torii/referral/budget.hpp).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "torii/referral/budget.hpp"
#include "zonec/judge/policy.hpp"
#include "zonec/planned_cut.hpp"

namespace torii::zonec {

/// Hosts in one referral, at most. Source: house rule; their names could not fill a message past which no pointer
/// reaches.
inline constexpr std::size_t kTableHostsMax = 200;

/// The names that `patterns` give, `count` of them: names as they are, and last one with `?` (a, b, ... z, aa, ab, ...)
/// or
/// `#` (1, 2, ...) in it. Throws CLI::ValidationError: no name, twice the same, too few.
[[nodiscard]] std::vector<dns::Name> expand_hosts(const std::vector<std::string>& patterns, std::size_t count);

/// What a table is about, but for its rows and columns.
struct TableSubject {
  PlannedCut cut;
  std::vector<dns::Name> hosts;  // of the row that has most
  std::size_t qname = 255;       // octets
  std::size_t limit = 512;       // octets
  std::size_t opt = 0;           // octets; 0: asked without EDNS
  std::size_t proof = 0;         // octets of DS or its proof, if asked with DO
  referral::GlueOrder order = referral::GlueOrder::AaaaFirst;
  std::string policy{};  // id of a size policy; empty: whether the addresses fit
};

enum class Verdict : std::uint8_t {
  Ok,    // everything fits (and the policy holds)
  Part,  // all of the kind that goes first fits, or with a policy: it holds; but not everything fits
  Over,  // not even that
};
[[nodiscard]] std::string_view verdict_text(Verdict verdict) noexcept;

/// The first `hosts` hosts, of which the first `aaaa` have an AAAA record and the first `a` an A record.
struct TableCell {
  std::size_t hosts{};
  std::size_t aaaa{};
  std::size_t a{};
  std::size_t without_glue{};  // octets of the message, OPT and proof included
  std::size_t with_first{};    // and all addresses of the kind that goes first (of Pairs: one pair)
  std::size_t with_all{};
  referral::GlueFit fit{};  // what fits the limit
  Verdict verdict{};
  std::size_t octets{};  // the verdict's: with all, with what fits, or what is needed and too much
};

/// Hosts of the first `count` that are in the zone: only their addresses are ever in its referrals.
[[nodiscard]] std::size_t hosts_in_zone(const TableSubject& subject, std::size_t count);

/// Throws CLI::ValidationError when the NS RRset passes what compression pointers reach (16,383 octets).
[[nodiscard]] TableCell compute_cell(const TableSubject& subject, std::size_t hosts, std::size_t aaaa, std::size_t a);

/// A column: how many hosts have AAAA and A; nothing for all that are in the zone.
struct TableColumn {
  std::optional<std::size_t> aaaa;
  std::optional<std::size_t> a;
  [[nodiscard]] std::string text() const;  // "3/n"
};

struct Table {
  TableSubject subject{};
  std::vector<TableColumn> columns{};  // empty: `cells` is a list of single rows
  std::vector<std::vector<std::optional<TableCell>>>
      cells{};  // by row; nothing where more addresses than hosts are asked
};

[[nodiscard]] std::string table_text(const Table& table);
[[nodiscard]] std::string table_csv(const Table& table);
[[nodiscard]] std::string table_json(const Table& table);

}  // namespace torii::zonec
