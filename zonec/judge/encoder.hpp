#pragma once
/// How many octets a message has when different servers write it. All send the same records; they differ in which names
/// they point at (RFC 1035 section 4.1.4 leaves that to the sender), and so one referral has several sizes.
///
/// The rules of each encoder, the versions they were read from and what they cost: docs/profiles.md. tests/interop
/// holds them against the servers themselves, octet by octet.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "torii/dns/name.hpp"

namespace torii::zonec {

enum class Encoder : std::uint8_t {
  Full,      // every suffix written before, in any case: toriid, NSD
  Pdns,      // PowerDNS: a name of more than 34 labels is no target and has none
  BindCase,  // every suffix, but matched with case: what a QNAME in other letters than the zone's costs
  Bind918,   // BIND 9.18: two suffixes of a name are kept, and two looked for; case counts
  Bind920,   // BIND 9.20: at most 48 suffixes are kept, QNAME's first; case counts
  Knot,      // Knot DNS: the name written last is the one target
};
inline constexpr std::size_t kEncoderCount = 6;
inline constexpr std::size_t kBind920Names = 48;  // suffixes that it keeps of one message

/// "full", "pdns", "bind-case", "bind-9.18", "bind-9.20", "knot"
[[nodiscard]] std::string_view encoder_id(Encoder encoder) noexcept;
[[nodiscard]] std::optional<Encoder> encoder_from_id(std::string_view id) noexcept;

/// One RRset on its way into a message. Refers to octets that must outlive the writer's message.
struct WireSet {
  dns::NameView owner;
  dns::RrType type{};
  std::span<const dns::NameView> targets{};  // NS: the RDATA of each record, in sending order
  std::uint32_t records{};                   // other types: how many
  std::uint32_t rdata_octets{};              // other types: of all records together
  /// Name that the RDATA has but must not be compressed: RRSIG's signer, NSEC's next (RFC 4034 sections 3.1.7 and
  /// 4.1.1). Counted in `rdata_octets`; some encoders point at it later.
  std::optional<dns::NameView> plain_name{};
  std::uint32_t plain_at{};  // octets of RDATA before it
};

/// A message in the writing: only its length, and what the encoder remembers. Allocates until it has seen its largest
/// message; `start` makes it ready for the next one.
class MessageWriter {
 public:
  explicit MessageWriter(Encoder encoder) noexcept : encoder_{encoder} {}

  /// Header and question. `qname` is kept as a view, until the next `start`.
  void start(dns::NameView qname);
  /// Appends the set; returns the message's octets so far.
  std::size_t put(const WireSet& set);
  /// Appends the records of an NS RRset as long as the message stays within `limit`; returns how many did. The records
  /// that fit stay.
  std::size_t put_within(const WireSet& set, std::size_t limit);
  /// Takes back what was appended since the message had `octets`.
  void rewind(std::size_t octets);
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

 private:
  struct Target {
    dns::NameView name;
    std::uint32_t at;
    bool comparable;  // Pdns: not too many labels
  };
  struct Hint {  // Knot: where a name of the RRset's stands
    dns::NameView name;
    std::uint32_t at;
  };
  void begin_set(const WireSet& set);
  void put_record(const WireSet& set, std::size_t index);
  void put_owner(dns::NameView owner);
  void put_name(dns::NameView name);
  void put_plain(dns::NameView name, std::size_t at);
  [[nodiscard]] bool is_written(dns::NameView suffix) const noexcept;
  void remember(dns::NameView name, std::size_t labels, std::size_t at);
  void put_name_full(dns::NameView name);
  void put_name_pdns(dns::NameView name);
  void put_name_bind918(dns::NameView name);
  void put_name_bind920(dns::NameView name);
  void put_name_knot(dns::NameView name);

  Encoder encoder_;
  std::size_t octets_ = 0;
  std::vector<Target> targets_;
  dns::NameView qname_;
  bool owner_known_ = false;  // Bind, Knot: this RRset's owner has a place to point at
  // Knot
  dns::NameView reference_;
  std::uint32_t reference_at_ = 0;
  std::vector<Hint> hints_;
};

/// Octets of the whole message.
[[nodiscard]] std::size_t message_octets(MessageWriter& writer, dns::NameView qname, std::span<const WireSet> sets);

}  // namespace torii::zonec
