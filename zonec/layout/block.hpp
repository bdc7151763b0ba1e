#pragma once
/// Lays out RRs as relocatable octets: everything about a response that does not depend on the query.
///
/// A compression pointer in a response leads to one of three bases, each at a place known only when the response is
/// written: the owner's name, the apex's name, or the start of the block itself. Here a pointer is stored as a mark
/// (base and addend) and its position listed; the server adds the base's offset. Which names may be compressed and
/// which may be pointed to follows RFC 1035 section 4.1.4, RFC 3597 section 4 and RFC 4034 sections 3.1.7 and 4.1.1.
#include <cstdint>
#include <optional>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "torii/image/format.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// A mark: base in the upper two bits, addend (octets) in the lower fourteen.
struct Mark {
  std::uint16_t value{};
  static constexpr Mark to(unsigned base, std::size_t addend) noexcept {
    return {static_cast<std::uint16_t>(base << 14 | (addend & dns::kPointerMax))};
  }
};

/// Furthest offset within a block that a mark may point to, such that it stays within 14 bits when the block stands
/// right after the longest question. Source: RFC 1035 section 4.1.4.
inline constexpr std::size_t kSelfAddendMax = dns::kPointerMax - (dns::kHeaderOctets + dns::kNameOctetsMax + 4);

class BlockEncoder {
 public:
  /// `owner`: the name whose place in the message is the owner base; at or below `apex`. Both lower case.
  BlockEncoder(dns::NameView owner, dns::NameView apex);
  BlockEncoder(const BlockEncoder&) = delete;  // places_ refers to owner_ and apex_
  BlockEncoder& operator=(const BlockEncoder&) = delete;

  /// Writes one RR owned by `owner`. RDATA stays where it is as long as the encoder. RDATA names are compressed where
  /// the type allows, and may be pointed to later.
  void put_record(dns::RrType type, std::uint32_t ttl, dns::Octets rdata);
  /// Writes one RR with the owner `name`: a pointer where the name has been written, else the name itself.
  void put_record_at(dns::NameView name, dns::RrType type, std::uint32_t ttl, dns::Octets rdata);
  /// Names in RDATA that may not be compressed themselves can be pointed to from here on.
  void point_into_rdata() noexcept { points_into_rdata_ = true; }
  /// Writes one RR with the owner `name`, compressed as far as it goes; nothing may point to what it writes.
  void put_record_beside(dns::NameView name, dns::RrType type, std::uint32_t ttl, dns::Octets rdata);
  /// CNAME targets point to nothing but the apex, so that the target stands in one piece for what follows the chain.
  void put_alias(std::uint32_t ttl, dns::Octets rdata);

  [[nodiscard]] std::size_t size() const noexcept { return octets_.size(); }
  [[nodiscard]] const std::vector<std::uint8_t>& octets() const noexcept { return octets_; }
  /// Ascending positions of marks. Positions beyond 65,535 octets do not exist: see `overflow`.
  [[nodiscard]] const std::vector<std::uint16_t>& relocations() const noexcept { return relocations_; }
  [[nodiscard]] bool overflow() const noexcept { return octets_.size() > dns::kMessageOctetsMax; }
  /// Drops everything from `size` on; names written there are forgotten.
  void rewind(std::size_t size);

 private:
  /// A name that has been written, or whose place is known, and how a pointer to it is stored.
  struct Place {
    dns::NameView name;
    Mark mark;
    std::size_t written_at;  // octets() size when it was registered; for rewind
  };
  [[nodiscard]] const Place* find_place(dns::NameView name) const noexcept;
  void put_u16(std::uint16_t value);
  void put_mark(Mark mark);
  void put_owner();
  void put_name(dns::NameView name, bool compress, bool remember);
  void put_rest(dns::RrType type, std::uint32_t ttl, dns::Octets rdata);
  void remember_name(dns::NameView name, std::size_t at);

  dns::Name owner_;
  dns::Name apex_;
  std::vector<std::uint8_t> octets_;
  std::vector<std::uint16_t> relocations_;
  bool points_into_rdata_ = false;
  // Few, so they are searched one by one. The names in RDATA outlive the encoder.
  std::vector<Place> places_;
};

/// One RRset with its RRSIGs, laid out as an image::Block.
struct LaidOutBlock {
  std::vector<std::uint8_t> octets;  // plain, then signatures
  std::vector<std::uint16_t> relocations;
  std::size_t plain_octets{};
  std::size_t plain_relocations{};
  std::uint16_t plain_records{};
  std::uint16_t signature_records{};
  std::uint8_t flags{};
  /// False when the RRset alone, or its signatures, pass 65,535 octets less header, question and OPT.
  [[nodiscard]] bool fits() const noexcept;
};

/// `ttl`: unset for the RRset's own. The NS RRset stands in canonical order of its hosts, without duplicate targets.
[[nodiscard]] LaidOutBlock lay_out_rrset(const Zone& zone, dns::NameView owner, const RRset& set,
                                         std::optional<std::uint32_t> ttl = std::nullopt);

}  // namespace torii::zonec
