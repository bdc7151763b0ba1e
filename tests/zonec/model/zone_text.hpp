#pragma once
/// Zones from text, for tests of everything after the scanner.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/model/build.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec::testing {

/// A record that owns its octets, so that tests can shuffle and change records before they are added.
struct OwnedRecord {
  dns::Name owner;
  dns::RrType type{};
  dns::RrClass rr_class{};
  std::uint32_t ttl{};
  std::vector<std::uint8_t> rdata;
  Location where;
  [[nodiscard]] ScannedRecord view() const { return {owner, type, rr_class, ttl, rdata, where}; }
};

inline std::vector<OwnedRecord> scan_records(std::string_view text, std::string_view origin = "") {
  std::vector<OwnedRecord> records;
  std::vector<Diagnostic> diagnostics;
  SourceFiles files;
  ScanOptions options;
  if (!origin.empty()) options.origin = dns::Name::from_text(origin);
  const auto sink = [&](const ScannedRecord& r) {
    records.push_back({dns::Name{r.owner}, r.type, r.rr_class, r.ttl, {r.rdata.begin(), r.rdata.end()}, r.where});
  };
  const auto result = scan_text(text, "test.zone", options, files, sink, diagnostics);
  for (const auto& diagnostic : diagnostics)
    if (diagnostic.severity == Severity::Error)
      ADD_FAILURE() << files.text(diagnostic.where) << ": " << diagnostic.text;
  EXPECT_TRUE(result.ok);
  return records;
}

struct Built {
  std::optional<Zone> zone;
  std::vector<Diagnostic> diagnostics;
  /// "code" or "code owner" of each finding, in order.
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const auto& d : diagnostics) out.push_back(d.code);
    return out;
  }
  [[nodiscard]] std::size_t count(std::string_view code) const {
    return static_cast<std::size_t>(std::ranges::count(diagnostics, code, &Diagnostic::code));
  }
  [[nodiscard]] const Owner& owner(std::string_view name) const {
    const auto at = zone->find(*dns::Name::from_text(name));
    EXPECT_NE(at, kNoOwner) << name;
    return zone->owners.at(at == kNoOwner ? 0 : at);
  }
};

inline Built build_records(const std::vector<OwnedRecord>& records, std::string_view apex = "") {
  ZoneBuilder builder{apex.empty() ? std::nullopt : dns::Name::from_text(apex)};
  for (const auto& record : records) builder.add(record.view());
  Built built;
  built.zone = builder.finish(built.diagnostics);
  return built;
}

inline Built build(std::string_view text, std::string_view origin = "") {
  return build_records(scan_records(text, origin), origin);
}

/// A small zone around what a test is about.
inline std::string around(std::string_view records) {
  return "$ORIGIN jp.\n$TTL 3600\n@ SOA ns.test. host.test. 7 1 2 3 900\n@ NS ns.test.\n" + std::string{records};
}

/// Everything a zone says, apart from the places in the input.
inline std::string describe(const Zone& zone) {
  std::string out = zone.apex.text() + " " + std::to_string(zone.serial.value) + " " +
                    std::to_string(zone.record_count) + " " + std::to_string(zone.delegation_count) + "\n";
  const auto hex = [&](dns::Octets octets) {
    for (const auto octet : octets) out += "0123456789abcdef"[octet >> 4U], out += "0123456789abcdef"[octet & 15U];
    out += ' ';
  };
  for (const auto* owners : {&zone.owners, &zone.nsec3_owners}) {
    for (const auto& owner : *owners) {
      out += owner.name().text() + " kind " + std::to_string(static_cast<int>(owner.kind)) + "\n";
      for (const auto& set : zone.rrsets_of(owner)) {
        out += "  " + std::to_string(static_cast<int>(set.type)) + " ttl " + std::to_string(set.ttl) + " ";
        for (const auto rdata : zone.rdata_of(set)) hex(rdata);
        out += "signatures " + std::to_string(zone.signature_ttl(set)) + " ";
        for (const auto rdata : zone.signatures_of(set)) hex(rdata);
        out += "\n";
      }
      for (const auto rdata : zone.strays_of(owner)) hex(rdata);
    }
  }
  return out;
}

}  // namespace torii::zonec::testing
