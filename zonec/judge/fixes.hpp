#pragma once
/// What can be changed about a delegation so that its referral fits: each change tried out on the account and measured
/// again, never estimated from text.
///
/// A fix is a change of hosts or of the proof that goes along. `propose_fixes` lists the best of each kind for one goal
/// (a policy's octets and its limit) and, on request, the smallest set of changes that reaches it. What a fix promises
/// is what `apply` gives: goal.octets(facts_of(apply(fix, account))) == fix.octets_after.
/// Names in fixes are examples: any name of the same length below the same suffix saves the same.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/judge/account.hpp"
#include "zonec/judge/policy.hpp"

namespace torii::zonec {

enum class FixKind : std::uint8_t {
  ShareSuffix,      // rename hosts to below a name that another host has as its suffix already
  NewSuffix,        // rename all hosts to below dns.D
  OwnSuffix,        // rename hosts to one label below the delegation
  ShortenLabels,    // rename hosts: shorter first labels
  OneA,             // leave a host one A record
  OneAaaa,          // leave a host one AAAA record
  SplitAddresses,   // move half of a host's addresses to a new host: RRsets are sent whole or not at all
  MoveOut,          // rename a host to outside the zone
  DropAaaa,         // remove the AAAA records of a host that has A records
  DropHost,         // remove a host
  DropSha1Ds,       // remove SHA-1 DS records where others are there
  Sha256Ds,         // SHA-256 instead of SHA-384
  DropStandbyDs,    // remove one of several DS records of a digest type
  SignChild,        // one DS record (SHA-256) instead of the proof that there is none
  SmallSignatures,  // sign the zone with P-256 or Ed25519
  EmptySalt,        // NSEC3 without salt (RFC 9276 section 3.1)
};
inline constexpr std::size_t kFixKinds = 16;
/// "share-suffix", ...: stable.
[[nodiscard]] std::string_view fix_id(FixKind kind) noexcept;

/// What a fix costs besides work; bits of Fix::costs.
enum class FixCost : std::uint8_t {
  GlueRequired = 1,    // a host's addresses become required glue
  NewAddresses = 2,    // counted with one A and one AAAA, as its addresses are not known here
  ExtraLookup = 4,     // resolvers must look a host up elsewhere first
  LessRedundancy = 8,  // an address, a server or a stand-by key less
  NoIpv6 = 16,         // no host with an AAAA record is left
  Keys = 32,           // keys or DS records change
  WholeZone = 64,      // the registry's to decide: it changes every delegation
};
/// "glue-required", ...: stable.
[[nodiscard]] std::vector<std::string_view> cost_ids(std::uint8_t costs);
/// In words; empty when there is nothing to say.
[[nodiscard]] std::string cost_text(std::uint8_t costs);

/// Without `from` a new host; without `to` a host less.
struct HostEdit {
  std::optional<dns::Name> from;
  std::optional<AccountHost> to;
};

struct Fix {
  FixKind kind{};
  std::vector<HostEdit> hosts{};  // empty: the proof changes, as `kind` says
  std::uint8_t costs{};           // FixCost bits
  std::uint32_t octets_before{};  // of the goal
  std::uint32_t octets_after{};
  bool suffices{};                    // octets_after is within the limit
  std::vector<std::string> breaks{};  // ids of policies that would be missed instead (note_breaks)
  [[nodiscard]] std::uint32_t octets_saved() const noexcept { return octets_before - octets_after; }
  /// Hosts, the DS RRset, or the zone's signing: what has to be touched.
  [[nodiscard]] std::uint32_t objects() const noexcept {
    return hosts.empty() ? 1 : static_cast<std::uint32_t>(hosts.size());
  }
  /// 0: nothing is lost, to 3: a server or an address family less.
  [[nodiscard]] unsigned loss() const noexcept;
};

/// "rename ns1.example.com to a.example.jp": what is to be done, in words. At most a few hosts are spelled out.
[[nodiscard]] std::string fix_text(const Fix& fix);

/// Fixes for one delegation, to be done one after the other.
struct FixSet {
  std::vector<Fix> fixes{};
  std::uint32_t octets_after{};
  std::uint32_t objects{};
  bool is_smallest{};  // no set of fewer single changes reaches the limit; else the greedy one
};

/// What must fit. `octets` may be any function of the facts.
struct FixGoal {
  std::uint32_t limit{};
  std::function<std::uint32_t(const SizeFacts&)> octets;
};

/// The octets that `policy` counts, and its limit; for a rule that counts no octets, one that nothing improves.
[[nodiscard]] FixGoal goal_of(const Policy& policy);

struct FixOptions {
  bool sets = true;   // greedy sets, where no single fix suffices
  bool exact = true;  // with `sets`, up to kExactHosts hosts: the smallest set
};
inline constexpr std::size_t kExactHosts = 13;

struct FixPlan {
  std::uint32_t limit{};           // the goal's
  std::vector<Fix> fixes{};        // the best of each kind, the one to try first in front; each saves something
  std::optional<FixSet> gentle{};  // without a server or an address less
  std::optional<FixSet> any{};     // by all means; nothing when `gentle` is as small
};

/// Bounded work, whatever the account: at most some 300,000 hosts are measured, kinds are tried for the hosts that
/// weigh most.
[[nodiscard]] FixPlan propose_fixes(const Account& account, const FixGoal& goal, const FixOptions& options = {});

/// Tells of each single fix which policies of severity warning or error the change would miss that the account
/// passes, and puts those that miss any behind those that do not.
void note_breaks(const Account& account, const PolicySettings& settings, FixPlan& plan);

/// The account with the change made. Hosts that `fix` names and the account lacks are passed over.
[[nodiscard]] Account apply(const Fix& fix, const Account& account);
[[nodiscard]] Account apply(const FixSet& set, const Account& account);

}  // namespace torii::zonec
