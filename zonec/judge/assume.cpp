#include "zonec/judge/assume.hpp"

#include <algorithm>
#include <charconv>

namespace torii::zonec {
namespace {

using dns::Name;
using dns::RrType;

constexpr std::uint16_t kRrsigFixed = 18;            // RFC 4034 section 3.1
constexpr std::uint16_t kDsFixed = 4;                // RFC 4034 section 5.1
constexpr std::uint16_t kNsec3Octets = 6 + 20;       // RFC 5155 section 3.2, SHA-1, without salt
constexpr std::uint16_t kApexBitmapOctets = 9;       // NS SOA RRSIG DNSKEY NSEC3PARAM
constexpr std::uint16_t kSignedCutBitmapOctets = 8;  // NS DS RRSIG

std::uint16_t rrsig_rdata(const Account& account, std::uint16_t signature) {
  return static_cast<std::uint16_t>(std::min<std::size_t>(kRrsigFixed + account.zone.size() + signature, 0xFFFF));
}

bool is_signed(const Account& account) {
  return std::ranges::any_of(account.proof, [](const ProofRecord& record) { return record.type == RrType::RRSIG; });
}

/// RDATA octets of each signature of the first RRset.
std::vector<std::uint16_t> first_signatures(const Account& account) {
  std::vector<std::uint16_t> out;
  for (const auto& record : account.proof)
    if (record.type == RrType::RRSIG && record.owner == account.proof.front().owner) out.push_back(record.rdata_octets);
  return out;
}

void add_signatures(const Name& owner, const std::vector<std::uint16_t>& signatures, std::vector<ProofRecord>& proof) {
  for (const auto octets : signatures) proof.push_back({owner, RrType::RRSIG, octets});
}

std::vector<ProofRecord> opt_out(const Account& account, const std::vector<std::uint16_t>& signatures) {
  std::vector<ProofRecord> proof;
  for (const auto bitmap : {kApexBitmapOctets, kSignedCutBitmapOctets}) {
    std::string hash(32, bitmap == kApexBitmapOctets ? '0' : '1');  // any two: only their length counts
    const auto owner = Name::from_text(hash, account.zone);
    if (!owner) return {};  // no room for a hashed owner, so no NSEC3 (RFC 5155 section 10.3)
    proof.push_back({*owner, RrType::NSEC3, static_cast<std::uint16_t>(kNsec3Octets + bitmap)});
    add_signatures(*owner, signatures, proof);
  }
  return proof;
}

}  // namespace

std::optional<std::uint16_t> digest_octets(std::string_view text) noexcept {
  if (text == "sha-1") return std::uint16_t{20};
  if (text == "sha-256") return std::uint16_t{32};
  if (text == "sha-384") return std::uint16_t{48};
  std::uint16_t octets = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), octets);
  if (error != std::errc{} || end != text.data() + text.size() || octets == 0 || octets > 255) return std::nullopt;
  return octets;
}

std::string assume(const Assumptions& assumptions, Account& account) {
  if (assumptions.is_unsigned) {
    account.proof.clear();
    for (auto& host : account.hosts) {
      host.a_signatures.clear();
      host.aaaa_signatures.clear();
    }
    return {};
  }
  const bool was_signed = is_signed(account);
  if (!was_signed && !assumptions.signature) {
    if (assumptions.ds.empty()) return {};
    return "the zone " + account.zone.text() +
           " is not signed, and a DS RRset is sent with its RRSIG: give the "
           "signature's octets too";
  }
  if (assumptions.signature) {
    const auto octets = rrsig_rdata(account, *assumptions.signature);
    for (auto& record : account.proof)
      if (record.type == RrType::RRSIG) record.rdata_octets = octets;
    for (auto& host : account.hosts) {
      if (host.relation != HostRelation::SiblingAuthoritative) continue;
      if (!was_signed && host.a > 0) host.a_signatures.assign(1, octets);
      if (!was_signed && host.aaaa > 0) host.aaaa_signatures.assign(1, octets);
      std::ranges::fill(host.a_signatures, octets);
      std::ranges::fill(host.aaaa_signatures, octets);
    }
  }
  const auto signatures =
      was_signed ? first_signatures(account) : std::vector{rrsig_rdata(account, *assumptions.signature)};
  if (!assumptions.ds.empty()) {
    account.proof.clear();
    for (const auto octets : assumptions.ds) {
      const std::uint8_t type = octets == 20 ? 1 : octets == 32 ? 2 : octets == 48 ? 4 : 0;
      account.proof.push_back({account.owner, RrType::DS, static_cast<std::uint16_t>(kDsFixed + octets), type});
    }
    add_signatures(account.owner, signatures, account.proof);
  } else if (!was_signed) {
    account.proof = opt_out(account, signatures);
  }
  return {};
}

}  // namespace torii::zonec
