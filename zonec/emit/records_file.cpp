#include <algorithm>
#include <string>

#include "torii/dns/sort_key.hpp"
#include "torii/image/records.hpp"
#include "zonec/emit/files.hpp"

namespace torii::zonec {
namespace {

void put_u16(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_set(std::vector<std::uint8_t>& out, dns::RrType type, std::uint32_t ttl, std::span<const dns::Octets> rdata) {
  if (rdata.empty()) return;
  put_u16(out, static_cast<std::uint16_t>(type));
  put_u16(out, ttl >> 16);
  put_u16(out, ttl & 0xFFFF);
  put_u16(out, rdata.size());
  for (const auto octets : rdata) {
    put_u16(out, octets.size());
    out.insert(out.end(), octets.begin(), octets.end());
  }
}

void put_owner(LmdbWriter& writer, const Zone& zone, std::uint32_t number, const Owner& owner,
               std::vector<std::uint8_t>& value) {
  value.clear();
  for (const auto& set : zone.rrsets_of(owner)) {
    put_set(value, set.type, set.ttl, zone.rdata_of(set));
    put_set(value, dns::RrType::RRSIG, zone.signature_ttl(set), zone.signatures_of(set));
  }
  put_set(value, dns::RrType::RRSIG, zone.stray_ttl(owner), zone.strays_of(owner));
  if (!value.empty()) writer.put(image::record_key(number, owner.name()), value);
}

}  // namespace

void write_records_file(const std::filesystem::path& path, std::span<const Zone> zones,
                        std::span<const AnswerAccount> accounts, const PublishOptions& options) {
  std::uint64_t expected = 0;
  for (const auto& zone : zones) {
    for (const auto& arena : zone.arenas) expected += arena.size();
    expected += 64 * (zone.owners.size() + zone.rdata.size());
  }
  LmdbWriter writer{path, 2 * expected};
  std::vector<std::uint8_t> value;
  std::uint64_t written = 0;
  std::uint64_t total = 0;
  for (const auto& zone : zones) total += zone.owners.size() + zone.nsec3_owners.size();
  for (std::uint32_t number = 0; number < zones.size(); ++number) {
    const auto& zone = zones[number];
    // Both lists are in canonical order; the file wants one.
    auto other = zone.nsec3_owners.begin();
    const auto put = [&](const Owner& owner) {
      put_owner(writer, zone, number, owner, value);
      if (++written % 100'000 == 0) {
        writer.commit();
        if (options.progress) options.progress("writing records", written, total);
      }
    };
    for (const auto& owner : zone.owners) {
      for (; other != zone.nsec3_owners.end() && canonical_order(other->name(), owner.name()) < 0; ++other) put(*other);
      put(owner);
    }
    for (; other != zone.nsec3_owners.end(); ++other) put(*other);
  }
  for (std::uint32_t number = 0; number < zones.size(); ++number) {
    const auto& zone = zones[number];
    const auto& account = accounts[number];
    std::string text = zone.apex.text() + "\nserial " + std::to_string(zone.serial.value) + "\nrecords " +
                       std::to_string(zone.record_count) + "\ndelegations " + std::to_string(zone.delegation_count) +
                       "\nnames " + std::to_string(account.node_count) + "\ndistinct-referrals " +
                       std::to_string(account.distinct_referrals) + "\nindex-octets " + std::to_string(account.index) +
                       "\nnode-octets " + std::to_string(account.nodes) + "\nrrset-octets " +
                       std::to_string(account.blocks) + "\nreferral-octets " + std::to_string(account.referrals) +
                       "\ndenial-octets " + std::to_string(account.chain) + "\nlongest-probe " +
                       std::to_string(account.probe_max) + "\n";
    writer.put(image::zone_key(number), {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  writer.close();
}

}  // namespace torii::zonec
