#pragma once
/// Blocks of the records file: some owners of a zone in canonical order, each with its RRsets, packed. FORMAT.md says
/// what every octet is. Nothing here trusts that a block was written by zonec: what does not fit is told as a fault.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/rdata.hpp"
#include "torii/dns/sort_key.hpp"
#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"

namespace torii::image {

/// One RR as stored. The views live until the call that was given them returns.
struct StoredRecord {
  dns::NameView owner;
  dns::RrType type{};
  std::uint32_t ttl{};
  dns::Octets rdata;
};

/// Types with a code of their own; code 0 is followed by the type.
inline constexpr std::array<dns::RrType, 16> kTypeCodes{
    dns::RrType{},       dns::RrType::NS,    dns::RrType::A,    dns::RrType::AAAA,
    dns::RrType::DS,     dns::RrType::RRSIG, dns::RrType::NSEC, dns::RrType::NSEC3,
    dns::RrType::CNAME,  dns::RrType::DNAME, dns::RrType::PTR,  dns::RrType::SOA,
    dns::RrType::DNSKEY, dns::RrType::MX,    dns::RrType::TXT,  dns::RrType::NSEC3PARAM};

/// First octet of a stored RRset.
inline constexpr std::uint8_t kSetTypeCode = 0x0F;
inline constexpr std::uint8_t kSetSameTtl = 0x10;  // as the RRset of this type code before it in the block
inline constexpr std::uint8_t kSetShared = 0x20;   // NS: the number of a host set stands for the RDATA
inline constexpr std::uint8_t kSetLast = 0x40;     // of its owner
inline constexpr std::uint8_t kSetSeveral = 0x80;  // the number of records follows; else there is one

/// How a stored name ends. The rest is as in wire format.
inline constexpr std::uint32_t kNameWhole = 0;
inline constexpr std::uint32_t kNameAtApex = 1;   // the zone's apex follows
inline constexpr std::uint32_t kNameAtOwner = 2;  // the owner follows

/// Octets of an RRSIG's RDATA before the signer's name. Source: RFC 4034 section 3.1.
inline constexpr std::size_t kSignerAt = 18;

/// RDATA that is nothing but one name.
[[nodiscard]] constexpr bool is_one_name(dns::RrType type) noexcept {
  return type == dns::RrType::NS || type == dns::RrType::CNAME || type == dns::RrType::DNAME ||
         type == dns::RrType::PTR;
}

/// Seven bits an octet, lowest first, the upper bit set on all but the last; below 2^32.
[[nodiscard]] constexpr std::uint32_t read_varint(dns::WireReader& reader) noexcept {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t octet = reader.u8();
    value |= std::uint64_t{octet & 0x7FU} << shift;
    if (octet < 0x80 && value <= 0xFFFF'FFFFU) return static_cast<std::uint32_t>(value);
  }
  reader.fail();
  return 0;
}

/// The `number`-th set of a page of host sets: its names one after the other. Nothing when the page has no such set.
[[nodiscard]] constexpr std::optional<dns::Octets> find_in_page(dns::Octets page, std::size_t number) noexcept {
  dns::WireReader reader{page};
  for (;; --number) {
    const auto octets = reader.octets(read_varint(reader));
    if (!reader.ok() || octets.empty()) return std::nullopt;
    if (number == 0) return octets;
  }
}

/// Reads a block from front to back.
class RecordBlockReader {
 public:
  RecordBlockReader(dns::Octets block, dns::NameView apex) : reader_{block}, apex_{apex} {}

  /// Calls `visit(StoredRecord)` for each record; `hosts(number)` gives the names of a host set, one after the other,
  /// or nothing. Returns: null, or what is wrong with the block.
  template <class Hosts, class Visit>
  [[nodiscard]] const char* for_each(const Hosts& hosts, const Visit& visit) {
    while (reader_.left() > 0) {
      const auto owner = read_owner();
      if (!owner) return "an owner is no name";
      owner_ = *owner;
      for (std::uint8_t first = 0; (first & kSetLast) == 0;) {
        first = reader_.u8();
        if (const char* fault = read_set(first, hosts, visit)) return fault;
      }
    }
    return nullptr;
  }

 private:
  /// Fifteen in a half of the octet says that the number follows.
  std::uint32_t half(unsigned bits) noexcept { return bits < 15 ? bits : read_varint(reader_); }

  std::optional<dns::Name> read_owner() noexcept {
    const unsigned lengths = reader_.u8();
    const auto shared = half(lengths >> 4);
    const auto rest = reader_.octets(half(lengths & 15U));
    if (!reader_.ok() || shared > key_size_ || rest.size() > key_.size() - shared) return std::nullopt;
    std::copy(rest.begin(), rest.end(), key_.begin() + shared);
    key_size_ = shared + rest.size();
    return dns::SortKey::decode(dns::Octets{key_}.first(key_size_), apex_);
  }

  template <class Hosts, class Visit>
  const char* read_set(std::uint8_t first, const Hosts& hosts, const Visit& visit) {
    const auto code = static_cast<std::size_t>(first & kSetTypeCode);
    const auto type = code == 0 ? dns::RrType{reader_.u16()} : kTypeCodes[code];
    if ((first & kSetSameTtl) == 0) ttls_[code] = reader_.u32();
    if (!reader_.ok()) return "an RRset is cut short";
    if (!ttls_[code]) return "a TTL is that of no RRset before";
    if ((first & kSetShared) != 0) {
      const auto number = read_varint(reader_);
      const std::optional<dns::Octets> names = reader_.ok() && type == dns::RrType::NS ? hosts(number) : std::nullopt;
      if (!names) return "an RRset refers to no host set";
      for (auto left = *names; !left.empty();) {
        const auto name = dns::NameView::parse(left);
        if (!name) return "a host set has what is no name";
        visit(StoredRecord{owner_, type, *ttls_[code], name->octets()});
        left = left.subspan(name->size());
      }
      return nullptr;
    }
    for (auto count = (first & kSetSeveral) != 0 ? read_varint(reader_) : 1U; count > 0; --count) {
      const auto rdata = read_rdata(type);
      if (!rdata || !reader_.ok()) return "an RDATA is cut short, or a name in it is none";
      visit(StoredRecord{owner_, type, *ttls_[code], *rdata});
    }
    return reader_.ok() ? nullptr : "an RRset is cut short";
  }

  std::optional<dns::Octets> read_rdata(dns::RrType type) {
    if (type == dns::RrType::A) return reader_.octets(4);
    if (type == dns::RrType::AAAA) return reader_.octets(16);
    const auto head = read_varint(reader_);
    if (is_one_name(type)) {
      const auto labels = reader_.octets(head >> 2);
      if (!reader_.ok()) return std::nullopt;
      rdata_.assign(labels.begin(), labels.end());
      const auto tail = head & 3U;
      if (tail > kNameAtOwner) return std::nullopt;
      if (tail != kNameWhole) append(tail == kNameAtApex ? apex_.octets() : owner_.view().octets());
      const auto name = dns::NameView::parse(rdata_);
      if (!name || name->size() != rdata_.size()) return std::nullopt;
      return dns::Octets{rdata_};
    }
    const auto stored = reader_.octets(head >> 1);
    if ((head & 1U) == 0) return stored;
    if (type != dns::RrType::RRSIG || stored.size() < kSignerAt) return std::nullopt;
    rdata_.assign(stored.begin(), stored.begin() + kSignerAt);
    append(apex_.octets());
    append(stored.subspan(kSignerAt));
    if (rdata_.size() > 65535) return std::nullopt;
    return dns::Octets{rdata_};
  }
  void append(dns::Octets octets) { rdata_.insert(rdata_.end(), octets.begin(), octets.end()); }

  dns::WireReader reader_;
  dns::NameView apex_;
  dns::Name owner_;
  std::array<std::uint8_t, dns::kSortKeyOctetsMax> key_{};  // of the owner, relative to the apex
  std::size_t key_size_ = 0;
  std::array<std::optional<std::uint32_t>, kTypeCodes.size()> ttls_{};
  std::vector<std::uint8_t> rdata_;
};

}  // namespace torii::image
