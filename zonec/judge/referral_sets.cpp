#include "zonec/judge/referral_sets.hpp"

#include <algorithm>
#include <numeric>

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr std::uint32_t kSignerAt = 18;  // octets of RRSIG's RDATA before the signer's name: RFC 4034 section 3.1

/// The order of RDATA: octet by octet, in lower case (RFC 4034 section 6.3).
bool rdata_order(dns::NameView a, dns::NameView b) {
  return std::ranges::lexicographical_compare(a.octets(), b.octets(), {}, dns::to_lower, dns::to_lower);
}

}  // namespace

void ReferralSets::reset(const Account& account, Encoder encoder) {
  account_ = &account;
  order_.resize(account.hosts.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  if (encoder == Encoder::Knot || encoder == Encoder::Bind918 || encoder == Encoder::Bind920)
    std::ranges::stable_sort(order_, rdata_order, [&](std::size_t i) { return account.hosts[i].name.view(); });
  take_targets();
  proof_.clear();
  for (const auto& record : account.proof) {
    const bool continues =
        !proof_.empty() && proof_.back().type == record.type && proof_.back().owner == record.owner.view();
    if (!continues) {
      proof_.push_back({.owner = record.owner, .type = record.type});
      if (record.type == RrType::RRSIG) {
        proof_.back().plain_name = account.zone.view();
        proof_.back().plain_at = kSignerAt;
      }
    }
    ++proof_.back().records;
    proof_.back().rdata_octets += record.rdata_octets;
  }
}

void ReferralSets::take_targets() {
  targets_.clear();
  for (const auto i : order_) targets_.push_back(account_->hosts[i].name);
}

void ReferralSets::canonical(bool reverse) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  if (reverse) std::ranges::reverse(order_);
  take_targets();
}

bool order_matters(const Account& account, Encoder encoder, std::size_t qname_labels) {
  if (encoder == Encoder::Bind918) {
    // Of a name, itself and its parent are kept and looked for. Any two names that have one of these in common find
    // each other in either order; three do not where the middle one is a host above a host.
    return std::ranges::any_of(account.hosts, [&](const AccountHost& host) {
      return !host.name.view().is_root() && std::ranges::any_of(account.hosts, [&](const AccountHost& other) {
        return other.name.view().parent() == host.name.view() && other.name.size() > host.name.size();
      });
    });
  }
  if (encoder == Encoder::Bind920) {
    if (qname_labels >= kBind920Names) return false;  // nothing but QNAME's suffixes is kept
    std::size_t suffixes = qname_labels;
    for (const auto& host : account.hosts) suffixes += host.name.view().label_count();
    return suffixes > kBind920Names;
  }
  return false;
}

WireSet ReferralSets::ns() const noexcept {
  return {.owner = account_->owner, .type = RrType::NS, .targets = targets_};
}

WireSet ReferralSets::glue(std::size_t host, RrType type) const noexcept {
  const auto& from = account_->hosts[host];
  const auto records = type == RrType::A ? from.a : from.aaaa;
  return {
      .owner = from.name, .type = type, .records = records, .rdata_octets = records * (type == RrType::A ? 4U : 16U)};
}

WireSet ReferralSets::glue_signatures(std::size_t host, RrType type) const noexcept {
  const auto& from = account_->hosts[host];
  const auto& signatures = type == RrType::A ? from.a_signatures : from.aaaa_signatures;
  return {.owner = from.name,
          .type = RrType::RRSIG,
          .records = static_cast<std::uint32_t>(signatures.size()),
          .rdata_octets = std::accumulate(signatures.begin(), signatures.end(), std::uint32_t{0}),
          .plain_name = account_->zone.view(),
          .plain_at = kSignerAt};
}

}  // namespace torii::zonec
