#pragma once
/// What a client sees of one referral, from each kind of server, when not all of it fits: how many octets, TC or not,
/// and which RRsets are left out. Servers differ in more than compression: in what they add, in which order, what they
/// take to be required, and what they do when it does not fit. docs/profiles.md has the rules.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "zonec/judge/account.hpp"
#include "zonec/judge/encoder.hpp"
#include "zonec/judge/portable.hpp"

namespace torii::zonec {

enum class ServerKind : std::uint8_t { Torii, Nsd, Knot, Bind918, Bind920, PowerDns };
inline constexpr std::size_t kServerKindCount = 6;

/// "torii", "nsd", "knot", "bind-9.18", "bind-9.20", "powerdns"
[[nodiscard]] std::string_view server_id(ServerKind kind) noexcept;
/// Also knows "bind": 9.20.
[[nodiscard]] std::optional<ServerKind> server_from_id(std::string_view id) noexcept;
[[nodiscard]] Encoder encoder_of(ServerKind kind) noexcept;
/// That encoder, and with BIND's the one for QNAMEs in another case.
void add_encoders_of(ServerKind kind, EncoderSet& encoders) noexcept;

/// How it is asked. QNAME is at or below the delegation, and no host of it.
struct Asked {
  dns::NameView qname;
  std::uint32_t limit = 512;  // octets: the smaller of what client and server allow; 65,535 over TCP
  bool edns{};                // the response has an OPT without options
  bool dnssec_ok{};
  bool tcp{};
  bool ipv6{};  // BIND and NSD: AAAA before A
};

/// A host's address RRset.
struct GlueSet {
  std::uint16_t host{};  // index into Account::hosts
  dns::RrType type{};    // A or AAAA
  friend bool operator==(const GlueSet&, const GlueSet&) = default;
};

struct Seen {
  std::uint32_t octets{};  // of the response
  bool tc{};
  std::uint32_t ns_records{};     // sent
  std::uint32_t proof_records{};  // sent, RRSIGs too
  std::vector<GlueSet> sent;      // in sending order
  std::vector<GlueSet> left_out;
  std::uint32_t glue_signatures{};  // RRSIGs sent for addresses
  /// The order of the NS records matters, and the account does not know it; what is said here is for the order of the
  /// hosts in the account (NSD), or of their RDATA (BIND). BIND sends NS records in random order, so chance decides
  /// which of them a part of the set has, and in rare cases how well their names compress. NSD sends them as its zone
  /// file has them, and their addresses in the same order until one does not fit.
  bool is_chance{};
};

[[nodiscard]] Seen seen_from(ServerKind kind, const Account& account, const Asked& asked);

}  // namespace torii::zonec
