/// What can be changed about DS, its proof of absence and their signatures.
#include <algorithm>

#include "zonec/judge/fix_candidates.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr std::uint8_t bit(FixCost cost) noexcept { return static_cast<std::uint8_t>(cost); }

constexpr std::uint8_t kSha1 = 1;
constexpr std::uint8_t kSha256 = 2;
constexpr std::uint8_t kSha384 = 4;
constexpr std::uint16_t kSha256Rdata = 4 + 32;  // RFC 4509 section 2.1
constexpr std::uint16_t kSignatureFixed = 18;   // RFC 4034 section 3.1, without signer and signature
constexpr std::uint16_t kSmallSignature = 64;   // P-256, RFC 6605 section 4; Ed25519, RFC 8080 section 4

std::size_t count_ds(const Account& account, std::uint8_t digest) {
  return static_cast<std::size_t>(std::ranges::count_if(account.proof, [&](const ProofRecord& record) {
    return record.type == RrType::DS && record.digest_type == digest;
  }));
}

std::uint16_t small_signature(const Account& account) {
  return static_cast<std::uint16_t>(kSignatureFixed + account.zone.size() + kSmallSignature);
}

void sign_child(Account& account) {
  std::vector<ProofRecord> proof{{account.owner, RrType::DS, kSha256Rdata, kSha256}};
  // The signatures of the first record: as many algorithms sign the zone.
  const auto first = account.proof.front().owner;
  for (const auto& record : account.proof)
    if (record.type == RrType::RRSIG && record.owner == first)
      proof.push_back({account.owner, RrType::RRSIG, record.rdata_octets, 0});
  account.proof = std::move(proof);
}

void drop_standby(Account& account) {
  auto last = account.proof.end();
  for (auto at = account.proof.begin(); at != account.proof.end(); ++at)
    if (at->type == RrType::DS && count_ds(account, at->digest_type) > 1 &&
        (last == account.proof.end() || at->rdata_octets >= last->rdata_octets))
      last = at;
  if (last != account.proof.end()) account.proof.erase(last);
}

}  // namespace

std::vector<Fix> proof_candidates(const Account& account) {
  std::vector<Fix> out;
  if (account.proof.empty()) return out;
  const auto keys = bit(FixCost::Keys);
  const auto zone = bit(FixCost::WholeZone);
  const auto add = [&](FixKind kind, std::uint8_t costs) { out.push_back({.kind = kind, .costs = costs}); };
  const auto is = [&](RrType type) {
    return std::ranges::any_of(account.proof, [type](const ProofRecord& record) { return record.type == type; });
  };
  if (is(RrType::DS)) {
    if (count_ds(account, kSha1) > 0 && count_ds(account, kSha256) + count_ds(account, kSha384) > 0)
      add(FixKind::DropSha1Ds, 0);
    if (count_ds(account, kSha384) > 0) add(FixKind::Sha256Ds, keys);
    for (const auto digest : {kSha1, kSha256, kSha384})
      if (count_ds(account, digest) > 1) {
        add(FixKind::DropStandbyDs, bit(FixCost::LessRedundancy));
        break;
      }
  } else {
    add(FixKind::SignChild, keys);
  }
  const auto small = small_signature(account);
  if (std::ranges::any_of(account.proof, [&](const ProofRecord& record) {
        return record.type == RrType::RRSIG && record.rdata_octets > small;
      }))
    add(FixKind::SmallSignatures, static_cast<std::uint8_t>(keys | zone));
  if (std::ranges::any_of(account.proof, [](const ProofRecord& record) { return record.salt_octets > 0; }))
    add(FixKind::EmptySalt, zone);
  return out;
}

void change_proof(FixKind kind, Account& account) {
  auto& proof = account.proof;
  switch (kind) {
    case FixKind::DropSha1Ds:
      std::erase_if(proof, [](const ProofRecord& r) { return r.type == RrType::DS && r.digest_type == kSha1; });
      break;
    case FixKind::Sha256Ds: {
      // With SHA-256 there too, the SHA-384 records are of the same keys.
      const bool both = count_ds(account, kSha256) >= count_ds(account, kSha384);
      if (both)
        std::erase_if(proof, [](const ProofRecord& r) { return r.type == RrType::DS && r.digest_type == kSha384; });
      for (auto& record : proof)
        if (record.type == RrType::DS && record.digest_type == kSha384) {
          record.digest_type = kSha256;
          record.rdata_octets = kSha256Rdata;
        }
      break;
    }
    case FixKind::DropStandbyDs:
      drop_standby(account);
      break;
    case FixKind::SignChild:
      if (!proof.empty()) sign_child(account);
      break;
    case FixKind::SmallSignatures: {
      const auto small = small_signature(account);
      const auto shrink = [small](std::uint16_t& octets) { octets = std::min(octets, small); };
      for (auto& record : proof)
        if (record.type == RrType::RRSIG) shrink(record.rdata_octets);
      for (auto& host : account.hosts) {
        std::ranges::for_each(host.a_signatures, shrink);
        std::ranges::for_each(host.aaaa_signatures, shrink);
      }
      break;
    }
    case FixKind::EmptySalt:
      for (auto& record : proof) {
        record.rdata_octets = static_cast<std::uint16_t>(record.rdata_octets - record.salt_octets);
        record.salt_octets = 0;
      }
      break;
    default:
      break;
  }
}

}  // namespace torii::zonec
