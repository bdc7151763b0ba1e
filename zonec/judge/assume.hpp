#pragma once
/// What if: an account as it would be with other signatures, other DS records, or none.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/judge/account.hpp"

namespace torii::zonec {

struct Assumptions {
  std::optional<std::uint16_t> signature{};  // octets of each signature: 64 for P-256 and Ed25519, 256 for RSA-2048
  std::vector<std::uint16_t> ds{};           // one DS record each, with a digest of so many octets
  bool is_unsigned{};                        // no DS, no proof, no signatures
  [[nodiscard]] bool any() const noexcept { return signature || !ds.empty() || is_unsigned; }
};

/// "sha-1", "sha-256", "sha-384", or octets, 1 to 255. Nothing when it is neither.
[[nodiscard]] std::optional<std::uint16_t> digest_octets(std::string_view text) noexcept;

/// Changes the account's proof and signatures. A signed zone keeps as many signatures an RRset as it has; one that is
/// not gets one, and without `ds` the usual opt-out proof: two NSEC3 records without salt (RFC 5155 section 7.2.7).
/// Returns what is wrong: DS records in an unsigned zone without a signature's size. Empty when it is done.
[[nodiscard]] std::string assume(const Assumptions& assumptions, Account& account);

}  // namespace torii::zonec
