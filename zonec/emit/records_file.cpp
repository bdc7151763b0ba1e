#include <algorithm>
#include <string>

#include "torii/image/records.hpp"
#include "zonec/emit/files.hpp"
#include "zonec/emit/record_blocks.hpp"

namespace torii::zonec {
namespace {

/// A block of so many pages is what LMDB puts on pages of its own without a rest, less its header.
constexpr std::size_t kBlockPages = 4;
constexpr std::size_t kPageHeaderOctets = 16;
/// Blocks in a transaction: LMDB holds their pages in memory.
constexpr std::size_t kBlocksAtOnce = 2048;

std::string describe(const Zone& zone, const AnswerAccount& account, const RecordsAccount& records) {
  std::string text = zone.apex.text() + '\n';
  const auto fact = [&](const char* key, std::uint64_t value) {
    text += std::string{key} + ' ' + std::to_string(value) + '\n';
  };
  fact("serial", zone.serial.value);
  fact("records", zone.record_count);
  fact("delegations", zone.delegation_count);
  fact("names", account.node_count);
  fact("distinct-referrals", account.distinct_referrals);
  fact("index-octets", account.index);
  fact("node-octets", account.nodes);
  fact("rrset-octets", account.blocks);
  fact("referral-octets", account.referrals);
  fact("denial-octets", account.chain);
  fact("longest-probe", account.probe_max);
  fact("record-octets", records.blocks);
  fact("host-set-octets", records.host_sets);
  return text;
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
  std::vector<RecordsAccount> records(zones.size());
  std::vector<HostSetNumbers> numbers;
  std::size_t pairs = 0;
  const auto put = [&](dns::Octets key, dns::Octets value, std::uint64_t& octets) {
    writer.put(key, value);
    octets += key.size() + value.size();
    if (++pairs % kBlocksAtOnce == 0) writer.commit();
  };
  for (std::uint32_t number = 0; number < zones.size(); ++number) {
    const auto& sets = numbers.emplace_back(zones[number]);
    for (std::uint32_t first = 0; first < sets.count(); first += image::kHostSetsInPage)
      put(image::host_page_key(number, first / image::kHostSetsInPage), sets.page(first), records[number].host_sets);
  }
  const auto octets_max = kBlockPages * writer.page_octets() - kPageHeaderOctets;
  for (std::uint32_t number = 0; number < zones.size(); ++number) {
    const auto& zone = zones[number];
    const auto apex_labels = zone.apex.view().label_count();
    pack_records(zone, numbers[number], octets_max, options.threads, [&](RecordBlock&& block) {
      put(image::record_key(number, block.owner, apex_labels), block.octets, records[number].blocks);
    });
    if (options.progress) options.progress("writing records", number + 1, zones.size());
  }
  for (std::uint32_t number = 0; number < zones.size(); ++number) {
    const auto text = describe(zones[number], accounts[number], records[number]);
    writer.put(image::zone_key(number), {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  writer.close();
}

}  // namespace torii::zonec
