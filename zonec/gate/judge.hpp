#pragma once
/// What a transaction does to the sizes: of the delegations that it names, and of all others.
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "zonec/gate/reach.hpp"
#include "zonec/gate/transaction.hpp"
#include "zonec/judge/judge.hpp"

namespace torii::zonec::gate {

/// What the zone's structure says of a delegation, beside its size. Codes as in docs/findings.md.
struct StructureFinding {
  std::string_view code;
  Severity severity{};
  std::string text;
};

/// A delegation in one state of the zone.
struct Standing {
  bool exists = false;
  bool is_served = false;  // in force: no other cut and no DNAME is above it
  Account account{};
  SizeFacts facts{};
  std::vector<SizeFinding> sizes{};
  std::vector<StructureFinding> structure{};
};

struct Subject {
  dns::NameView name;  // of Transaction::delegations
  Standing before;
  Standing after;
};

/// Another delegation that gets a finding of at least warning severity that it did not have, or loses one.
struct Affected {
  dns::NameView name;
  Severity severity{};  // of the worst that is new; for the healed, of the worst that is gone
  std::vector<SizeFinding> sizes;
  std::vector<StructureFinding> structure;
};

struct AffectedList {
  std::size_t count = 0;              // all of them
  std::vector<Affected> delegations;  // the first in canonical order, up to a bound
};

enum class Decision : std::uint8_t { Accept, AcceptWithWarnings, Refuse };

/// Refers to names of the transaction, and owns the others.
struct Verdict {
  Decision decision{};
  std::vector<Subject> subjects;
  AffectedList broken;
  AffectedList healed;
  std::size_t judged = 0;  // delegations looked at, the subjects included
  std::unordered_set<WireName> names;
};

/// `affected_max`: how many of the affected are listed, each way.
[[nodiscard]] Verdict judge(const Transaction& transaction, Judge& rules, std::size_t affected_max);

/// One delegation as it stands in a view; `reach` belongs to that view. `name` must outlive the result.
[[nodiscard]] Standing standing_of(const View& view, Reachability& reach, Judge& rules, dns::NameView name);

}  // namespace torii::zonec::gate
