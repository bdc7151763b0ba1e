#pragma once
/// What toriid sends of a referral to a client that takes messages of so many octets, at the longest QNAME.
#include <cstdint>
#include <optional>
#include <vector>

#include "zonec/judge/account.hpp"
#include "zonec/judge/facts.hpp"

namespace torii::zonec {

/// What the client says of itself.
enum class Asking : std::uint8_t {
  Plain,   // no EDNS: 512 octets at most (RFC 1035 section 4.2.1)
  Edns,    // OPT, DO clear
  Dnssec,  // OPT, DO set
};
/// "plain", "edns", "dnssec"
[[nodiscard]] std::string_view asking_id(Asking asking) noexcept;

struct OwnReply {
  Asking asking{};
  std::uint32_t limit{};
  std::uint32_t needed{};  // octets with everything
  std::uint32_t sent{};    // octets with what fits; without glue where not even the authority section does
  bool tc{};
  struct LeftOut {
    std::size_t host{};  // index into Account::hosts
    dns::RrType type{};  // A or AAAA
  };
  std::vector<LeftOut> left_out{};  // RRsets; without those of which the signatures alone are
  /// Longest QNAME with which everything fits; nothing when there is none.
  std::optional<std::uint32_t> qname_ok_max{};
  [[nodiscard]] bool fits() const noexcept { return needed <= limit; }
  [[nodiscard]] bool authority_fits() const noexcept { return sent <= limit; }
};

/// By the ladder: glue in its order, up to the first RRset that does not fit. `facts`: those of `account`.
[[nodiscard]] OwnReply own_reply(const Account& account, const SizeFacts& facts, Asking asking, std::uint32_t limit);

/// For limits up to 512 without EDNS, for others with it, and with DO where that adds something.
[[nodiscard]] std::vector<OwnReply> own_replies(const Account& account, const SizeFacts& facts,
                                                const std::vector<std::uint32_t>& limits);

}  // namespace torii::zonec
