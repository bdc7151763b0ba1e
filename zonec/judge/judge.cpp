#include "zonec/judge/judge.hpp"

#include <algorithm>

namespace torii::zonec {
namespace {

constexpr std::string_view kPortable = "portable@";
constexpr std::uint32_t kPlain = 512;  // RFC 1035 section 4.2.1
constexpr ReferralPart kPlainPart{.opt = false, .proof = false, .glue = ReferralPart::Glue::Required};
constexpr ReferralPart kEdnsPart{.opt = true, .proof = true, .glue = ReferralPart::Glue::Required};

/// What the bound and the worst stand against: our own octets with all required glue.
std::uint32_t plain(const SizeFacts& facts) noexcept { return facts.authority + facts.required(); }
std::uint32_t edns(const SizeFacts& facts) noexcept { return plain(facts) + kOptOctets + facts.proof; }

std::string encoder_text(const Portable& worst) {
  auto out = "as " + std::string{encoder_id(worst.encoder)} + " writes it, QNAME of ";
  out += worst.shape == QnameShape::Many ? "many labels" : "long labels";
  return worst.other_case ? out + " in the other case" : out;
}

}  // namespace

std::string glueless_text(const Account& account) {
  constexpr std::size_t kNamesMax = 4;
  std::string out;
  std::size_t count = 0;
  for (const auto& host : account.hosts) {
    if (host.relation != HostRelation::InDomain || host.a > 0 || host.aaaa > 0) continue;
    if (count++ >= kNamesMax) continue;
    auto name = host.name.text();
    if (name.size() > 1) name.pop_back();
    out += (out.empty() ? "" : ", ") + name;
  }
  return count <= kNamesMax ? out : out + " and " + std::to_string(count - kNamesMax) + " more";
}

Judge::Judge(const PolicySettings& settings) : settings_{settings} {
  if (settings.encoders() == EncoderSet{Encoder::Full}) return;  // nothing beyond what rfc9471-in-domain says
  for (const bool zone_is_root : {false, true})
    for (const auto& on : settings.in_force(zone_is_root)) {
      const auto& rule = *settings.rules()[on.rule];
      if (!std::string_view{rule.id}.starts_with(kPortable)) continue;
      (rule.limit > kPlain ? portable_edns_ : portable_plain_) = true;
    }
  if (portable_plain_ || portable_edns_) sizes_.emplace(settings.encoders());
}

void Judge::add_encoders(const Account& account, SizeFacts& facts) {
  const auto extra = [&](ReferralPart part, std::uint32_t ours, Portable& worst) -> std::uint32_t {
    worst = sizes_->worst(account, part);
    return worst.octets > ours ? worst.octets - ours : 0;
  };
  if (portable_plain_) facts.portable_extra = extra(kPlainPart, plain(facts), worst_plain_);
  if (portable_edns_) facts.portable_extra_edns = extra(kEdnsPart, edns(facts), worst_edns_);
}

std::vector<SizeFinding> Judge::judge(const Account& account, Location where) {
  return judge(account, facts_of(account), where);
}

std::vector<SizeFinding> Judge::judge(const Account& account, SizeFacts facts, Location where) {
  if (sizes_) {
    // Most delegations are far from any limit however their names are written.
    auto bound = facts;
    if (portable_plain_)
      bound.portable_extra =
          portable_bound(account, kPlainPart) - std::min(portable_bound(account, kPlainPart), plain(facts));
    if (portable_edns_)
      bound.portable_extra_edns =
          portable_bound(account, kEdnsPart) - std::min(portable_bound(account, kEdnsPart), edns(facts));
    if (passes_policies(settings_, bound)) return {};
    add_encoders(account, facts);
  }
  auto findings = apply_policies(settings_, account.owner, where, facts);
  for (auto& finding : findings) {
    if (!finding.is_about_octets()) {
      if (!facts.is_unreachable && facts.glueless > 0 && finding.policy->id.starts_with("g1"))
        finding.detail = glueless_text(account);
    } else if (std::string_view{finding.policy->id}.starts_with(kPortable)) {
      finding.detail = encoder_text(finding.policy->limit > kPlain ? worst_edns_ : worst_plain_);
    }
    const auto& waivers = settings_.waivers();
    const auto waiver =
        std::ranges::find_if(waivers, [&](const auto& each) { return each->covers(finding.policy->id, account); });
    if (waiver == waivers.end()) continue;
    finding.waiver = *waiver;
    finding.severity = Severity::Info;
    (*waiver)->used->fetch_add(1, std::memory_order_relaxed);
  }
  return findings;
}

}  // namespace torii::zonec
