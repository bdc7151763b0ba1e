#pragma once
/// The size of a delegation's referral by arithmetic, under full compression (RFC 1035 section 4.1.4).
///
/// Holds for messages of at most 16,383 octets: past that no pointer reaches, and only an encoder knows (encoder.hpp).
#include <cstdint>
#include <string_view>
#include <vector>

#include "zonec/judge/account.hpp"
#include "zonec/judge/facts.hpp"

namespace torii::zonec {

/// What the predicates need, at the longest QNAME that shares nothing with the hosts but the delegation.
[[nodiscard]] SizeFacts facts_of(const Account& account);

/// One part of the message.
enum class Part : std::uint8_t { Header, Question, NsFrames, NsName, Ds, Denial, Signature, GlueRequired, Glue, Opt };
/// "header", "question", "ns-frames", "ns-name", "ds", "denial", "signature", "glue-required", "glue", "opt"
[[nodiscard]] std::string_view part_id(Part part) noexcept;

inline constexpr std::uint16_t kNoHost = 0xFFFF;

struct LedgerLine {
  Part part{};
  std::uint32_t octets{};
  std::uint16_t host = kNoHost;    // NsName, GlueRequired, Glue: index into Account::hosts
  dns::RrType type{};              // glue: A or AAAA; denial: NSEC or NSEC3
  std::uint32_t records{};         // NsFrames, Ds, glue: how many
  std::uint16_t pointer_octets{};  // NsName: the pointer, or the root's octet, that ends the name
};

/// Where the octets go, in the order of the message; OPT and the proof are what EDNS and DO add. The octets add up to
/// authority + proof + kOptOctets + all glue.
[[nodiscard]] std::vector<LedgerLine> ledger_of(const Account& account);

/// Octets of DS or its proof with signatures: R.
[[nodiscard]] std::uint32_t proof_octets(const Account& account) noexcept;

}  // namespace torii::zonec
