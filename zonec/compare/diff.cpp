#include "zonec/compare/diff.hpp"

#include <algorithm>
#include <utility>

#include "zonec/judge/sizes.hpp"
#include "zonec/layout/referral.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// A delegation that misses a policy.
struct Missed {
  dns::NameView delegation;
  const Policy* policy{};
};

std::vector<Missed> missed_in(const Zone& zone, const DiffOptions& options) {
  std::vector<Missed> missed;
  check_sizes(
      zone, options.policies,
      [&](const SizeFinding& finding) {
        // The rules live as long as the settings; a policy that speaks in two ways is one here.
        if (missed.empty() || missed.back().policy->id != finding.policy->id ||
            !(missed.back().delegation == finding.delegation))
          missed.push_back({finding.delegation, finding.policy.get()});
        return true;
      },
      options.threads);
  return missed;
}

struct NamedFit {
  dns::NameView delegation;
  FitChange fit;
};

/// Delegations whose set of missed policies is not the same in both versions, in canonical order.
std::vector<NamedFit> fit_changes(const std::vector<Missed>& before, const std::vector<Missed>& after) {
  std::vector<NamedFit> changes;
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    const bool from_old =
        b == after.end() || (a != before.end() && dns::canonical_order(a->delegation, b->delegation) <= 0);
    NamedFit change{from_old ? a->delegation : b->delegation, {}};
    const auto end_of = [&](auto at, auto end) {
      return std::find_if(at, end, [&](const Missed& missed) { return !(missed.delegation == change.delegation); });
    };
    const auto a_end = end_of(a, before.end());
    const auto b_end = end_of(b, after.end());
    const auto only = [](auto first, auto last, auto others, auto others_end, std::vector<std::string_view>& out) {
      for (; first != last; ++first) {
        const auto same = [&](const Missed& other) { return other.policy->id == first->policy->id; };
        if (std::none_of(others, others_end, same)) out.emplace_back(first->policy->id);
      }
    };
    only(a, a_end, b, b_end, change.fit.healed);
    only(b, b_end, a, a_end, change.fit.failed);
    if (!change.fit.empty()) changes.push_back(std::move(change));
    a = a_end;
    b = b_end;
  }
  return changes;
}

std::optional<std::uint32_t> referral_octets(const Zone& zone, dns::NameView owner) {
  const auto at = zone.find(owner);
  if (at == kNoOwner || zone.owners[at].kind != OwnerKind::Cut) return std::nullopt;
  auto delegation = describe_delegation(zone, at);
  delegation.cyclic = zone.is_cyclic(at);
  const auto facts = size_facts(zone, delegation, measure_referral(zone, delegation));
  return facts.authority + kOptOctets + facts.proof + facts.all_glue();
}

bool is_left_out(RrType type) noexcept {
  return type == RrType::RRSIG || type == RrType::NSEC || type == RrType::NSEC3 || type == RrType::ZONEMD;
}

class ZoneDiff {
 public:
  ZoneDiff(const Zone& before, const Zone& after, const DiffOptions& options,
           const std::function<void(const OwnerChange&)>& visit)
      : before_{before}, after_{after}, options_{options}, visit_{visit} {}

  DiffCounts run() {
    fits_ = fit_changes(missed_in(before_, options_), missed_in(after_, options_));
    Comparison comparison{after_, all_of(after_), std::nullopt,
                          [&](const OwnerDifference& difference) { take(difference); }};
    comparison.take_all(before_);
    comparison.finish();
    tell_fits_before(nullptr);
    return counts_;
  }

 private:
  [[nodiscard]] Subject subject_of_owner(const OwnerDifference& difference) const {
    if (difference.owner == before_.apex.view()) return Subject::Apex;
    if (difference.before == Standing::Cut || difference.after == Standing::Cut) return Subject::Delegation;
    const bool was_below = difference.before == Standing::Below || difference.before == Standing::Absent;
    const bool is_below = difference.after == Standing::Below || difference.after == Standing::Absent;
    return was_below && is_below ? Subject::Glue : Subject::Other;
  }

  void count(DiffCounts::Count& count, const OwnerDifference& difference, Subject subject) const {
    const auto is_there = [&](Standing standing) {
      return subject == Subject::Delegation ? standing == Standing::Cut : standing != Standing::Absent;
    };
    ++(is_there(difference.before) ? (is_there(difference.after) ? count.changed : count.removed) : count.added);
  }

  void take(const OwnerDifference& difference) {
    tell_fits_before(&difference.owner);
    auto changes = changes_of(difference);
    OwnerChange change{difference.owner,
                       subject_of_owner(difference),
                       difference.before,
                       difference.after,
                       std::move(changes.removed),
                       std::move(changes.added),
                       std::nullopt,
                       std::nullopt,
                       {}};
    const auto add = [](std::vector<RecordView>& records, std::uint64_t DiffCounts::Count::*which, DiffCounts& counts) {
      for (const auto& record : records) {
        ++(counts.records.*which);
        if (record.type == RrType::DS) ++(counts.ds.*which);
        if (is_left_out(record.type)) ++(counts.made_by_signer.*which);
      }
    };
    add(change.removed, &DiffCounts::Count::removed, counts_);
    add(change.added, &DiffCounts::Count::added, counts_);
    for (const auto& [old_record, new_ttl] : changes.ttls) {
      ++counts_.records.changed;
      if (is_left_out(old_record.type)) ++counts_.made_by_signer.changed;
      change.removed.push_back(old_record);
      change.added.push_back({old_record.type, new_ttl, old_record.rdata});
    }
    if (!changes.ttls.empty()) {
      const auto by_type = [](const RecordView& a, const RecordView& b) {
        return std::pair{subject_of(a), a.type == RrType::RRSIG} < std::pair{subject_of(b), b.type == RrType::RRSIG};
      };
      std::ranges::stable_sort(change.removed, by_type);
      std::ranges::stable_sort(change.added, by_type);
    }
    if (next_fit_ < fits_.size() && fits_[next_fit_].delegation == difference.owner)
      change.fit = std::move(fits_[next_fit_++].fit);
    if (options_.leave_out_signers) {
      const auto left_out = [](const RecordView& record) { return is_left_out(record.type); };
      std::erase_if(change.removed, left_out);
      std::erase_if(change.added, left_out);
      const bool stands = difference.before == difference.after;
      if (change.removed.empty() && change.added.empty() && change.fit.empty() && stands) return;
    }
    count(counts_.owners.at(static_cast<std::size_t>(change.subject)), difference, change.subject);
    tell(change);
  }

  /// Delegations with the records they had, whose fit has changed by those of others.
  void tell_fits_before(const dns::NameView* owner) {
    while (next_fit_ < fits_.size() &&
           (owner == nullptr || dns::canonical_order(fits_[next_fit_].delegation, *owner) < 0)) {
      auto& fit = fits_[next_fit_++];
      tell({fit.delegation, Subject::Delegation, Standing::Cut, Standing::Cut, {}, {}, {}, {}, std::move(fit.fit)});
    }
  }

  void tell(OwnerChange change) {
    if (change.before == Standing::Cut) change.octets_before = referral_octets(before_, change.owner);
    if (change.after == Standing::Cut) change.octets_after = referral_octets(after_, change.owner);
    counts_.failed += change.fit.failed.size();
    counts_.healed += change.fit.healed.size();
    visit_(change);
  }

  const Zone& before_;
  const Zone& after_;
  const DiffOptions& options_;
  const std::function<void(const OwnerChange&)>& visit_;
  std::vector<NamedFit> fits_;
  std::size_t next_fit_ = 0;
  DiffCounts counts_;
};

}  // namespace

DiffCounts diff_zones(const Zone& before, const Zone& after, const DiffOptions& options,
                      const std::function<void(const OwnerChange&)>& visit) {
  return ZoneDiff{before, after, options, visit}.run();
}

}  // namespace torii::zonec
