#pragma once
/// The sizes of a whole zone's referrals in a bounded summary, as `zonec report` shows it to people and programs.
///
/// `make_report` walks all delegations once, by several threads, and keeps counts, distributions that are exact to
/// the octet, and a bounded number of delegations in full. Everything comes from the accounts and policies of
/// zonec/judge; nothing here knows a rule of its own. The same zone and options give the same report.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "zonec/judge/formula.hpp"
#include "zonec/judge/policy.hpp"

namespace torii::zonec {

/// What is counted into a size: with or without EDNS and DO, and how much of the glue.
enum class Measure : std::uint8_t {
  PlainAuthority,  // without EDNS: header, question, NS RRset
  PlainRequired,   // and the glue without which the server sets TC (RFC 9471 section 3.1)
  PlainAll,        // and all other glue
  EdnsAuthority,   // with OPT, and in a signed zone DS or its proof
  EdnsRequired,
  EdnsAll,
};
inline constexpr std::size_t kMeasures = 6;
/// "plain-authority", "plain-required", "plain-all", "edns-authority", "edns-required", "edns-all"
[[nodiscard]] std::string_view measure_id(Measure measure) noexcept;
[[nodiscard]] constexpr std::size_t index(Measure measure) noexcept { return static_cast<std::size_t>(measure); }

/// Limits of UDP payload that the bands stand between: RFC 1035, DNS flag day 2020, RFC 9715.
inline constexpr std::array<std::uint32_t, 3> kBandLimits{512, 1232, 1400};
using Bands = std::array<std::uint64_t, kBandLimits.size() + 1>;

/// How many of something there are by octets, one count an octet.
class Distribution {
 public:
  void add(std::uint32_t octets);
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t at_most(std::uint32_t octets) const noexcept;
  [[nodiscard]] Bands bands() const noexcept;
  /// The size that `per_mille` of a thousand do not exceed (nearest rank); 0 when there are none.
  [[nodiscard]] std::uint32_t quantile(std::uint32_t per_mille) const noexcept;
  [[nodiscard]] std::uint32_t least() const noexcept { return quantile(0); }
  [[nodiscard]] std::uint32_t most() const noexcept;
  /// Pairs of octets and count, without the empty ones.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> points() const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

/// The sizes of one delegation at its longest QNAME. Unit: octets of DNS message.
struct DelegationSizes {
  std::array<std::uint32_t, kMeasures> octets{};
  /// What is left of 512 without EDNS, and of 1232 with, with required glue. Negative: over.
  [[nodiscard]] std::int32_t plain_room() const noexcept;
  [[nodiscard]] std::int32_t edns_room() const noexcept;
};
[[nodiscard]] DelegationSizes sizes_of(const Account& account, const SizeFacts& facts);

/// One delegation in full.
struct Detail {
  Account account;
  SizeFacts facts;
  DelegationSizes sizes;
  std::vector<LedgerLine> ledger;
  struct Miss {
    std::string policy;
    Severity severity{};
    std::uint32_t octets{};  // that the rule counts; 0: it is not about octets
    std::uint32_t limit{};
    bool would_set_tc{};
    std::string note;
  };
  std::vector<Miss> misses;
};

struct PolicyCount {
  std::string id;
  std::string source;
  std::string meaning;
  std::uint32_t limit{};
  bool is_off{};
  std::uint64_t passed{};
  std::array<std::uint64_t, 4> missed{};  // by severity
  [[nodiscard]] std::uint64_t missed_in_all() const noexcept { return missed[0] + missed[1] + missed[2] + missed[3]; }
};

/// A set of hosts that delegations share.
struct SharedSet {
  std::vector<dns::Name> hosts;
  std::uint64_t delegations{};
};

/// One change to one host object, and what it does to the delegations that miss a policy of severity warning or
/// error. Every figure is of referrals computed anew with the change.
struct Lever {
  enum class Kind : std::uint8_t { Rename, FewerAddresses, ShorterLabels };
  Kind kind{};
  dns::Name host;                  // ShorterLabels: the suffix that the hosts have in common
  std::vector<dns::Name> renamed;  // Rename: the new name; ShorterLabels: the first of them
  std::uint64_t hosts = 1;         // changed
  std::uint64_t failing{};         // delegations with this host that miss a policy
  std::uint64_t examined{};        // of those, computed anew
  std::uint64_t healed{};          // of those, miss none afterwards
  std::uint32_t saved_most{};      // octets of NS RRset and required glue
};

struct DnssecCost {
  Distribution ds;      // octets of DS and its signatures
  Distribution denial;  // octets of the proof that there is none
  std::uint64_t without_proof{};
  std::map<std::uint8_t, std::uint64_t> signature_algorithms;  // RRSIG records in referrals, by DNSSEC algorithm
  std::map<std::uint8_t, std::uint64_t> child_algorithms;      // DS records
  std::map<std::uint8_t, std::uint64_t> digest_types;          // DS records
  struct WhatIf {
    std::string_view name;
    std::uint32_t signature_octets{};
    Distribution sizes;  // with required glue
  };
  std::vector<WhatIf> what_if;
};

struct Report {
  dns::Name zone;
  std::uint32_t serial{};
  std::uint64_t records{};
  std::uint64_t delegations{};
  bool is_signed{};
  DenialKind denial{};
  std::array<Distribution, kMeasures> sizes;
  std::array<std::uint64_t, 10> part_octets{};  // by Part, over all delegations
  std::vector<PolicyCount> policies;
  std::array<std::uint64_t, 5> by_worst_severity{};  // delegations that miss nothing, info, notice, warning, error
  std::map<std::uint32_t, std::uint64_t> hosts_per_delegation;
  std::array<std::uint64_t, 4> hosts_by_relation{};        // NS records, by HostRelation
  std::array<std::uint64_t, 4> delegations_by_relation{};  // all hosts of that relation
  std::uint64_t delegations_of_several_relations{};
  std::uint64_t distinct_sets{};
  std::vector<SharedSet> shared_sets;  // those of most delegations
  DnssecCost dnssec;
  std::vector<Detail> details;  // canonical order
  bool has_all_details{};
  std::vector<std::size_t> worst_plain;  // into details: those with the least room at 512 without EDNS
  std::vector<std::size_t> worst_edns;   // and at 1232 with EDNS and DO
  std::vector<Lever> levers;             // most healed first
  std::uint64_t lever_hosts_failing{};   // distinct hosts of delegations that miss a policy, of those looked at
  [[nodiscard]] std::uint64_t failing() const noexcept { return by_worst_severity[3] + by_worst_severity[4]; }
};

struct ReportOptions {
  unsigned threads = 1;
  std::size_t details = 2000;  // delegations in full; of larger zones the worst, and a sample
  std::size_t worst = 20;
};

[[nodiscard]] Report make_report(const Zone& zone, const PolicySettings& settings, const ReportOptions& options);

/// One delegation as it stands in a report.
[[nodiscard]] Detail describe_detail(const Zone& zone, OwnerIndex cut, const PolicySettings& settings);

}  // namespace torii::zonec
