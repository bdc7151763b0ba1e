// Random pairs of zones, compared from an image in pieces by several threads, against plain sets of records.
#include "zonec/compare/comparison.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/support/compiled_zones.hpp"
#include "tests/support/temporary_folder.hpp"
#include "zonec/compare/stored_zone.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::zonec {
namespace {

/// Owner -> records as text.
using Records = std::map<std::string, std::set<std::string>>;

std::string zone_text(const Records& records, unsigned serial) {
  std::string out = "$TTL 60\n@ SOA ns.test. h.test. " + std::to_string(serial) + " 2 3 4 30\n@ NS ns.test.\n";
  for (const auto& [owner, set] : records)
    for (const auto& record : set) out += owner + " " + record + "\n";
  return out;
}

/// Delegations with glue, delegations below delegations, names with data, DNAMEs with data below.
Records random_records(std::mt19937& random, int names) {
  Records records;
  const auto roll = [&](int sides) { return static_cast<int>(random() % static_cast<unsigned>(sides)); };
  for (int i = 0; i < names; ++i) {
    const auto name = "n" + std::to_string(roll(2 * names));
    switch (roll(6)) {
      case 0:
        records[name] = {"TXT " + std::to_string(roll(3))};
        break;
      case 1:
        records["x." + name] = {"NS ns.test.", "TXT occluded"};
        records[name] = {"NS ns.test."};
        break;
      case 2:
        records[name] = {"DNAME elsewhere.test."};
        records["y." + name] = {"TXT below"};
        break;
      default:
        records[name] = {"NS ns" + std::to_string(roll(3)) + "." + name, "NS ns.test.",
                         "DS 1 13 2 " + std::string(64, "ab"[roll(2)])};
        records["ns" + std::to_string(roll(3)) + "." + name] = {"A 192.0.2." + std::to_string(roll(2))};
    }
  }
  return records;
}

/// The same after some changes.
Records changed(Records records, std::mt19937& random) {
  const auto others = random_records(random, static_cast<int>(records.size()) / 20 + 1);
  for (auto at = records.begin(); at != records.end();) at = random() % 30 == 0 ? records.erase(at) : std::next(at);
  for (const auto& [owner, set] : others) records[owner] = set;
  return records;
}

/// Delegations, by the definition: NS, and no name above with NS or DNAME.
std::set<std::string> cuts_of(const Records& records) {
  const auto has = [&](const std::string& owner, const char* type) {
    const auto found = records.find(owner);
    if (found == records.end()) return false;
    return std::ranges::any_of(found->second, [&](const auto& record) { return record.starts_with(type); });
  };
  std::set<std::string> cuts;
  for (const auto& [owner, set] : records) {
    const auto dot = owner.find('.');
    const auto parent = dot == std::string::npos ? std::string{} : owner.substr(dot + 1);
    if (has(owner, "NS ") && !has(parent, "NS ") && !has(parent, "DNAME ")) cuts.insert(owner);
  }
  return cuts;
}

TEST(CompareStored, CountsAsPlainSetsDo) {
  std::mt19937 random{11};
  for (int round = 0; round < 30; ++round) {
    const auto before = random_records(random, round % 3 == 0 ? 12000 : 40);
    const auto after = round % 5 == 4 ? before : changed(before, random);
    testing::TemporaryFolder folder;
    PublishOptions publishing;
    publishing.image = folder.path() / "image";
    std::vector<Zone> zones;
    zones.push_back(testing::build_zone(zone_text(before, 1), "zone."));
    publish(zones, publishing);
    const auto opened = image::RecordsFile::open(publishing.image);
    const auto& file = std::get<image::RecordsFile>(opened);
    const auto zone = testing::build_zone(zone_text(after, 1), "zone.");
    const auto result = compare_stored(file, 0, zone, 1 + static_cast<unsigned>(round % 3));
    ASSERT_EQ(result.fault, "");

    std::uint64_t records_before = 1, records_gone = 0, ds_before = 0, ds_gone = 0, added = 0, cuts_gone = 0;
    for (const auto& [owner, set] : before) {
      const auto found = after.find(owner);
      for (const auto& record : set) {
        const bool gone = found == after.end() || !found->second.contains(record);
        const bool is_ds = record.starts_with("DS ");
        records_before += 1;
        records_gone += gone ? 1U : 0U;
        ds_before += is_ds ? 1U : 0U;
        ds_gone += is_ds && gone ? 1U : 0U;
      }
    }
    for (const auto& [owner, set] : after) {
      const auto found = before.find(owner);
      for (const auto& record : set) added += found == before.end() || !found->second.contains(record) ? 1U : 0U;
    }
    const auto cuts_before = cuts_of(before);
    const auto cuts_after = cuts_of(after);
    for (const auto& cut : cuts_before) cuts_gone += cuts_after.contains(cut) ? 0U : 1U;
    EXPECT_EQ(result.change.before.content, records_before) << round;
    EXPECT_EQ(result.change.before.ds, ds_before) << round;
    EXPECT_EQ(result.change.before.delegations, cuts_before.size()) << round;
    EXPECT_EQ(result.change.content_gone.count, records_gone) << round;
    EXPECT_EQ(result.change.ds_gone.count, ds_gone) << round;
    EXPECT_EQ(result.change.delegations_gone.count, cuts_gone) << round;
    EXPECT_EQ(result.change.added.content, added) << round;
    EXPECT_EQ(result.change.differing.count == 0, before == after) << round;
  }
}

}  // namespace
}  // namespace torii::zonec
