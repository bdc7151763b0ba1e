#pragma once
/// What the publish gate wants to know about the apex of a zone in an image.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "torii/image/records.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

struct OldApex {
  /// A zone key, known by its algorithm and public key: its flags may change, as when it is revoked (RFC 5011).
  struct Key {
    std::uint8_t algorithm{};
    std::vector<std::uint8_t> public_key;
    bool operator==(const Key&) const = default;
  };
  std::vector<dns::Name> hosts;  // of the NS RRset
  std::vector<Key> keys;
  std::optional<dns::Name> primary;  // SOA MNAME
  DenialKind denial = DenialKind::None;
  bool has_zonemd = false;

  /// Nothing when `rdata` is no zone key.
  static std::optional<Key> key_of(dns::Octets rdata) {
    const auto parsed = Dnskey::parse(rdata);
    if (!parsed || !parsed->is_zone_key()) return std::nullopt;
    const auto key = rdata.subspan(kPublicKeyAt);
    return Key{parsed->algorithm, {key.begin(), key.end()}};
  }

  /// Returns an empty text, or what is wrong with the image.
  [[nodiscard]] std::string read(const image::RecordsFile& file, std::uint32_t number) {
    const auto& apex = file.manifest().zones.at(number).apex;
    bool has_nsec = false;
    bool has_nsec3param = false;
    auto problem = file.find(number, apex, [&](const image::StoredRecord& record) {
      switch (record.type) {
        case dns::RrType::NS:
          hosts.emplace_back(target_of(record.rdata));
          break;
        case dns::RrType::SOA:
          if (const auto soa = Soa::parse(record.rdata)) primary = dns::Name{soa->primary};
          break;
        case dns::RrType::DNSKEY:
          if (auto key = key_of(record.rdata)) keys.push_back(std::move(*key));
          break;
        case dns::RrType::ZONEMD:
          has_zonemd = true;
          break;
        case dns::RrType::NSEC:
          has_nsec = true;
          break;
        case dns::RrType::NSEC3PARAM:
          if (const auto param = Nsec3::parse_param(record.rdata))
            has_nsec3param = has_nsec3param || (param->algorithm == 1 && param->flags == 0);
          break;
        default:
          break;
      }
    });
    // As describe_apex sees it (model/assemble.hpp).
    denial = has_nsec3param ? DenialKind::Nsec3 : has_nsec ? DenialKind::Nsec : DenialKind::None;
    return problem;
  }

 private:
  static constexpr std::size_t kPublicKeyAt = 4;  // RFC 4034 section 2.1
};

}  // namespace torii::zonec
