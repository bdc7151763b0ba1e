#pragma once
/// What has changed between two versions of a zone, for people and programs: records by owner, delegations, and which
/// referrals fit. `zonec diff` writes it out (diff_writer.hpp).
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "zonec/compare/comparison.hpp"
#include "zonec/judge/policy.hpp"

namespace torii::zonec {

/// What a change is about.
enum class Subject : std::uint8_t { Apex, Delegation, Glue, Other };
inline constexpr std::size_t kSubjects = 4;

/// Policies that a delegation misses in one version only, in the order of the rules. A delegation that came or went
/// misses none in the version without it.
struct FitChange {
  std::vector<std::string_view> failed;  // in the new version
  std::vector<std::string_view> healed;
  [[nodiscard]] bool empty() const noexcept { return failed.empty() && healed.empty(); }
};

/// One owner that has changed, or a delegation whose fit has. Views live until the call that was given them returns.
struct OwnerChange {
  dns::NameView owner;
  Subject subject{};
  Standing before{};
  Standing after{};
  std::vector<RecordView> removed;  // a record that changed its TTL is in both
  std::vector<RecordView> added;
  /// Octets of the whole referral, where the owner is a delegation: at the longest QNAME, with OPT, all glue and, in a
  /// signed zone, DS or the proof that there is none.
  std::optional<std::uint32_t> octets_before;
  std::optional<std::uint32_t> octets_after;
  FitChange fit;
};

struct DiffCounts {
  struct Count {
    std::uint64_t added{};
    std::uint64_t removed{};
    std::uint64_t changed{};
  };
  std::array<Count, kSubjects> owners{};  // by Subject; Delegation: changed are those with other records
  Count ds;                               // records
  Count records;                          // all, `changed`: their TTL only
  Count made_by_signer;                   // of these, RRSIG, NSEC, NSEC3 and ZONEMD
  std::uint64_t failed{};                 // policies missed anew, over all delegations
  std::uint64_t healed{};
  [[nodiscard]] bool is_equal() const noexcept {
    return records.added + records.removed + records.changed + failed + healed == 0;
  }
};

struct DiffOptions {
  PolicySettings policies;
  bool leave_out_signers = false;  // RRSIG, NSEC, NSEC3 and ZONEMD are counted, and not told
  unsigned threads = 1;
};

/// Calls `visit` for each change in canonical order of owners. Both zones have the same apex.
DiffCounts diff_zones(const Zone& before, const Zone& after, const DiffOptions& options,
                      const std::function<void(const OwnerChange&)>& visit);

}  // namespace torii::zonec
