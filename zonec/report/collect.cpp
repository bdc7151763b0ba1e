/// One pass over all delegations, by several threads, into one summary.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "zonec/judge/judge.hpp"
#include "zonec/layout/denial.hpp"
#include "zonec/parallel/in_order.hpp"
#include "zonec/report/levers.hpp"
#include "zonec/report/report.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr std::uint32_t kSignatureFixed = 18;  // RRSIG RDATA before the signer's name: RFC 4034 section 3.1
constexpr std::size_t kRrsigAlgorithmAt = 2;
constexpr std::size_t kDsAlgorithmAt = 2;
constexpr std::size_t kDsDigestAt = 3;
constexpr std::size_t kSharedSets = 12;
constexpr std::size_t kFailuresKept = 200'000;  // that levers look at

struct Miss {
  std::uint16_t policy{};  // index into Report::policies
  Severity severity{};
};

/// What one delegation adds to the summary.
struct Measured {
  OwnerIndex cut{};
  DelegationSizes sizes;
  std::array<std::uint32_t, 10> parts{};
  std::uint64_t set_hash{};
  std::array<std::uint16_t, 4> relations{};
  std::uint32_t hosts{};
  std::uint32_t proof{};
  std::uint16_t signatures{};
  std::uint32_t signature_rdata{};
  bool has_ds{};
  std::uint32_t first_miss{};
  std::uint32_t misses{};
};

struct Piece {
  std::vector<Measured> measured;
  std::vector<Miss> misses;
  std::map<std::uint8_t, std::uint64_t> signature_algorithms;
  std::map<std::uint8_t, std::uint64_t> child_algorithms;
  std::map<std::uint8_t, std::uint64_t> digest_types;
};

/// FNV-1a over the names in lower case. A collision would make two sets count as one, nothing else.
std::uint64_t hash_hosts(const Account& account) noexcept {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
  for (const auto& host : account.hosts)
    for (const auto octet : host.name.view().octets()) hash = (hash ^ dns::to_lower(octet)) * 0x100'0000'01B3ULL;
  return hash;
}

struct PolicyRows {
  std::vector<PolicyCount> rows;
  std::unordered_map<std::string, std::uint16_t> by_id;
};

PolicyRows policy_rows(const PolicySettings& settings, bool zone_is_root) {
  PolicyRows out;
  for (const auto& rule : settings.rules()) {
    if (!out.by_id.emplace(rule->id, static_cast<std::uint16_t>(out.rows.size())).second) continue;
    out.rows.push_back({.id = rule->id,
                        .source = std::string{rule->source},
                        .meaning = std::string{rule->meaning},
                        .limit = rule->limit,
                        .is_off = true});
  }
  for (const auto& on : settings.in_force(zone_is_root))
    out.rows[out.by_id.at(settings.rules()[on.rule]->id)].is_off = false;
  return out;
}

class Collector {
 public:
  Collector(const Zone& zone, const PolicySettings& settings, const ReportOptions& options, Report& report)
      : zone_{zone},
        settings_{settings},
        options_{options},
        report_{report},
        rows_{policy_rows(settings, zone.apex.view().is_root())} {
    report_.policies = rows_.rows;
    for (const auto& [name, octets] : kWhatIf) report_.dnssec.what_if.push_back({name, octets, {}});
    if (!zone.is_signed) report_.dnssec.what_if.clear();
    sample_step_ = std::max<std::uint64_t>(1, zone.delegation_count / std::max<std::size_t>(1, options.details / 2));
  }

  [[nodiscard]] Piece measure(OwnerIndex first, OwnerIndex last) const {
    Piece piece;
    Judge judge{settings_};
    for (auto i = first; i < last; ++i)
      if (zone_.owners[i].kind == OwnerKind::Cut) measure(i, judge, piece);
    return piece;
  }

  void take(const Piece& piece) {
    for (const auto& one : piece.measured) take(one, piece);
    const auto add = [](auto& to, const auto& from) {
      for (const auto& [key, count] : from) to[key] += count;
    };
    add(report_.dnssec.signature_algorithms, piece.signature_algorithms);
    add(report_.dnssec.child_algorithms, piece.child_algorithms);
    add(report_.dnssec.digest_types, piece.digest_types);
    trim(worst_plain_, kept_worst());
    trim(worst_edns_, kept_worst());
    trim(gravest_, kept_gravest());
  }

  void finish() {
    for (auto& policy : report_.policies)
      policy.passed = policy.is_off ? 0 : report_.delegations - policy.missed_in_all();
    settle_sets();
    settle_details();
    report_.levers = find_levers(zone_, settings_, failing_, options_.threads);
  }

 private:
  struct Ranked {
    std::int64_t rank{};  // ascending is worse
    OwnerIndex cut{};
    friend auto operator<=>(const Ranked&, const Ranked&) = default;
  };
  struct SetUse {
    std::uint64_t hash{};
    OwnerIndex cut{};
  };
  static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 8> kWhatIf{{
      {"ECDSA P-256, Ed25519", 64},
      {"ECDSA P-384", 96},
      {"Ed448", 114},
      {"RSA 1280", 160},
      {"RSA 2048", 256},
      {"Falcon-512 padded", 666},
      {"ML-DSA-44", 2420},
      {"SLH-DSA-128s", 7856},
  }};

  [[nodiscard]] std::size_t kept_worst() const noexcept { return std::max(options_.worst, options_.details / 8); }
  [[nodiscard]] std::size_t kept_gravest() const noexcept { return options_.details / 4; }

  void measure(OwnerIndex cut, Judge& judge, Piece& piece) const {
    const auto account = describe_account(zone_, cut);
    const auto facts = facts_of(account);
    Measured out{.cut = cut, .sizes = sizes_of(account, facts)};
    for (const auto& line : ledger_of(account)) out.parts.at(static_cast<std::size_t>(line.part)) += line.octets;
    out.set_hash = hash_hosts(account);
    out.hosts = static_cast<std::uint32_t>(account.hosts.size());
    for (const auto& host : account.hosts) ++out.relations.at(static_cast<std::size_t>(host.relation));
    out.proof = facts.proof;
    for (const auto& record : account.proof) {
      out.has_ds = out.has_ds || record.type == RrType::DS;
      if (record.type != RrType::RRSIG) continue;
      ++out.signatures;
      out.signature_rdata += record.rdata_octets;
    }
    count_algorithms(cut, out.has_ds, piece);
    out.first_miss = static_cast<std::uint32_t>(piece.misses.size());
    const auto add = [&](const std::string& id, Severity severity) {
      const Miss miss{rows_.by_id.at(id), severity};
      const auto same = std::find_if(piece.misses.begin() + out.first_miss, piece.misses.end(),
                                     [&](const Miss& other) { return other.policy == miss.policy; });
      if (same == piece.misses.end()) piece.misses.push_back(miss);
    };
    for (const auto& finding : judge.judge(account, facts, {})) add(finding.policy->id, finding.severity);
    // And what a rule has nothing to add to: each is counted by itself.
    for (const auto& on : settings_.in_force(facts.zone_is_root)) {
      const auto& rule = *settings_.rules()[on.rule];
      const auto failure = rule.evaluate(facts, rule);
      if (!failure) continue;
      const bool waived = std::ranges::any_of(settings_.waivers(),
                                              [&](const auto& waiver) { return waiver->covers(rule.id, account); });
      add(rule.id, waived ? Severity::Info : std::min(on.severity, failure->severity_max));
    }
    out.misses = static_cast<std::uint32_t>(piece.misses.size()) - out.first_miss;
    piece.measured.push_back(out);
  }

  void count_algorithms(OwnerIndex cut, bool has_ds, Piece& piece) const {
    if (!zone_.is_signed) return;
    const auto count_signatures = [&](const RRset& set) {
      for (const auto rdata : zone_.signatures_of(set))
        if (rdata.size() > kRrsigAlgorithmAt) ++piece.signature_algorithms[rdata[kRrsigAlgorithmAt]];
    };
    if (has_ds) {
      const auto& ds = *zone_.find_rrset(zone_.owners[cut], RrType::DS);
      for (const auto rdata : zone_.rdata_of(ds)) {
        if (rdata.size() <= kDsDigestAt) continue;
        ++piece.child_algorithms[rdata[kDsAlgorithmAt]];
        ++piece.digest_types[rdata[kDsDigestAt]];
      }
      count_signatures(ds);
      return;
    }
    const auto links = prove_no_ds(zone_, cut);
    for (const auto* link : {links.encloser, links.denial}) {
      if (link == nullptr || (link == links.denial && links.denial == links.encloser)) continue;
      count_signatures(*chain_rrset(zone_, *link));
    }
  }

  void take(const Measured& one, const Piece& piece) {
    const auto ordinal = report_.delegations++;
    for (std::size_t i = 0; i < kMeasures; ++i) report_.sizes.at(i).add(one.sizes.octets.at(i));
    for (std::size_t i = 0; i < one.parts.size(); ++i) report_.part_octets.at(i) += one.parts.at(i);
    ++report_.hosts_per_delegation[one.hosts];
    std::size_t kinds = 0;
    for (std::size_t i = 0; i < one.relations.size(); ++i) {
      report_.hosts_by_relation.at(i) += one.relations.at(i);
      if (one.relations.at(i) > 0) ++kinds;
      if (one.relations.at(i) == one.hosts) ++report_.delegations_by_relation.at(i);
    }
    if (kinds > 1) ++report_.delegations_of_several_relations;
    take_proof(one);
    sets_.push_back({one.set_hash, one.cut});
    std::size_t gravest = 0;
    for (std::uint32_t i = 0; i < one.misses; ++i) {
      const auto& miss = piece.misses[one.first_miss + i];
      ++report_.policies[miss.policy].missed.at(static_cast<std::size_t>(miss.severity));
      gravest = std::max(gravest, static_cast<std::size_t>(miss.severity) + 1);
    }
    ++report_.by_worst_severity.at(gravest);
    worst_plain_.push_back({one.sizes.plain_room(), one.cut});
    worst_edns_.push_back({one.sizes.edns_room(), one.cut});
    if (gravest > 0)
      gravest_.push_back({one.sizes.edns_room() - static_cast<std::int64_t>(gravest) * 1'000'000, one.cut});
    if (ordinal % sample_step_ == 0) sample_.push_back(one.cut);
    if (gravest > static_cast<std::size_t>(Severity::Warning) && failing_.size() < kFailuresKept)
      failing_.push_back(one.cut);
  }

  void take_proof(const Measured& one) {
    if (one.proof == 0) {
      ++report_.dnssec.without_proof;
      return;
    }
    (one.has_ds ? report_.dnssec.ds : report_.dnssec.denial).add(one.proof);
    const auto base = one.sizes.octets.at(index(Measure::EdnsRequired)) - one.signature_rdata;
    const auto fixed = kSignatureFixed + static_cast<std::uint32_t>(zone_.apex.size());
    for (auto& planned : report_.dnssec.what_if)
      planned.sizes.add(base + one.signatures * (fixed + planned.signature_octets));
  }

  static void trim(std::vector<Ranked>& list, std::size_t keep) {
    if (list.size() <= keep) return;
    std::ranges::nth_element(list, list.begin() + static_cast<std::ptrdiff_t>(keep));
    list.resize(keep);
  }

  void settle_sets() {
    std::ranges::sort(
        sets_, [](const SetUse& a, const SetUse& b) { return a.hash != b.hash ? a.hash < b.hash : a.cut < b.cut; });
    struct Use {
      std::uint64_t count{};
      OwnerIndex cut{};
    };
    std::vector<Use> uses;
    const auto before = [](const Use& a, const Use& b) {
      return a.count != b.count ? a.count > b.count : a.cut < b.cut;
    };
    for (std::size_t i = 0; i < sets_.size();) {
      auto end = i;
      while (end < sets_.size() && sets_[end].hash == sets_[i].hash) ++end;
      ++report_.distinct_sets;
      if (end - i > 1) uses.push_back({end - i, sets_[i].cut});
      if (uses.size() > 4 * kSharedSets) {
        std::ranges::sort(uses, before);
        uses.resize(kSharedSets);
      }
      i = end;
    }
    std::ranges::sort(uses, before);
    if (uses.size() > kSharedSets) uses.resize(kSharedSets);
    for (const auto& use : uses) {
      SharedSet set{.hosts = {}, .delegations = use.count};
      for (const auto& host : describe_account(zone_, use.cut).hosts) set.hosts.push_back(host.name);
      report_.shared_sets.push_back(std::move(set));
    }
    sets_ = {};
  }

  void settle_details() {
    report_.has_all_details = report_.delegations <= options_.details;
    std::set<OwnerIndex> chosen;
    if (report_.has_all_details) {
      for (OwnerIndex i = 0; i < zone_.owners.size(); ++i)
        if (zone_.owners[i].kind == OwnerKind::Cut) chosen.insert(chosen.end(), i);
    } else {
      for (const auto* list : {&worst_plain_, &worst_edns_, &gravest_})
        for (const auto& one : *list) chosen.insert(one.cut);
      chosen.insert(sample_.begin(), sample_.end());
    }
    const std::vector<OwnerIndex> cuts{chosen.begin(), chosen.end()};
    each_range(
        cuts.size(), options_.threads,
        [&](std::uint32_t first, std::uint32_t last) {
          std::vector<Detail> out;
          for (auto i = first; i < last; ++i) out.push_back(describe_detail(zone_, cuts[i], settings_));
          return out;
        },
        [&](std::vector<Detail>&& details) { std::ranges::move(details, std::back_inserter(report_.details)); });
    const auto tell = [&](std::vector<Ranked>& list, std::vector<std::size_t>& worst) {
      std::ranges::sort(list);
      if (list.size() > options_.worst) list.resize(options_.worst);
      for (const auto& one : list)
        worst.push_back(static_cast<std::size_t>(std::ranges::lower_bound(cuts, one.cut) - cuts.begin()));
    };
    tell(worst_plain_, report_.worst_plain);
    tell(worst_edns_, report_.worst_edns);
  }

  const Zone& zone_;
  const PolicySettings& settings_;
  const ReportOptions& options_;
  Report& report_;
  PolicyRows rows_;
  std::uint64_t sample_step_ = 1;
  std::vector<SetUse> sets_;
  std::vector<Ranked> worst_plain_;
  std::vector<Ranked> worst_edns_;
  std::vector<Ranked> gravest_;
  std::vector<OwnerIndex> sample_;
  std::vector<OwnerIndex> failing_;
};

}  // namespace

std::int32_t DelegationSizes::plain_room() const noexcept {
  return static_cast<std::int32_t>(kBandLimits[0]) -
         static_cast<std::int32_t>(octets.at(index(Measure::PlainRequired)));
}

std::int32_t DelegationSizes::edns_room() const noexcept {
  return static_cast<std::int32_t>(kBandLimits[1]) - static_cast<std::int32_t>(octets.at(index(Measure::EdnsRequired)));
}

DelegationSizes sizes_of(const Account& account, const SizeFacts& facts) {
  // Signatures of authoritative addresses go along with DO only.
  std::uint32_t signatures = 0;
  for (const auto& host : account.hosts)
    for (const auto* list : {&host.a_signatures, &host.aaaa_signatures})
      for (const auto rdata : *list) signatures += 12U + rdata;
  const auto required = facts.authority + facts.required();
  const auto all = facts.authority + facts.all_glue();
  const auto more = kOptOctets + facts.proof;
  return {{facts.authority, required, all - signatures, facts.authority + more, required + more, all + more}};
}

Detail describe_detail(const Zone& zone, OwnerIndex cut, const PolicySettings& settings) {
  Detail out;
  out.account = describe_account(zone, cut);
  out.facts = facts_of(out.account);
  out.sizes = sizes_of(out.account, out.facts);
  out.ledger = ledger_of(out.account);
  for (const auto& finding : Judge{settings}.judge(out.account, out.facts, {})) {
    std::string note = finding.detail;
    if (!finding.failure.note.empty()) note += (note.empty() ? "" : "; ") + std::string{finding.failure.note};
    if (finding.waiver) note += finding.waiver_text().substr(note.empty() ? 2 : 0);  // it starts with "; "
    out.misses.push_back({finding.policy->id, finding.severity, finding.failure.octets, finding.failure.limit,
                          finding.failure.would_set_tc, note});
  }
  return out;
}

Report make_report(const Zone& zone, const PolicySettings& settings, const ReportOptions& options) {
  Report report;
  report.zone = zone.apex;
  report.serial = zone.serial.value;
  report.records = zone.record_count;
  report.is_signed = zone.is_signed;
  report.denial = zone.denial;
  Collector collector{zone, settings, options, report};
  each_range(
      zone.owners.size(), options.threads,
      [&](OwnerIndex first, OwnerIndex last) { return collector.measure(first, last); },
      [&](const Piece& piece) { collector.take(piece); });
  collector.finish();
  return report;
}

}  // namespace torii::zonec
