#pragma once
/// Zones for tests of verification, and what is found in them.
#include <fstream>
#include <iterator>

#include "tests/zonec/model/zone_text.hpp"
#include "zonec/check/dnssec.hpp"
#include "zonec/verify/verify.hpp"

namespace torii::zonec::testing {

using Records = std::vector<OwnedRecord>;

inline constexpr std::uint32_t kNow = 1785585600;  // 2026-08-01

inline std::string source_path(const std::string& path) { return std::string{TORII_SOURCE_DIR} + "/" + path; }

inline Records read_records(const std::string& path) {
  Records records;
  std::vector<Diagnostic> diagnostics;
  SourceFiles files;
  const auto sink = [&](const ScannedRecord& r) {
    records.push_back({dns::Name{r.owner}, r.type, r.rr_class, r.ttl, {r.rdata.begin(), r.rdata.end()}, r.where});
  };
  EXPECT_TRUE(scan_file(path, {}, files, sink, diagnostics).ok) << path;
  return records;
}

struct Verified {
  VerifyCounts counts;
  std::vector<Diagnostic> diagnostics;
  [[nodiscard]] std::vector<std::string> codes(Severity least = Severity::Notice) const {
    std::vector<std::string> out;
    for (const auto& d : diagnostics)
      if (d.severity >= least) out.push_back(d.code);
    return out;
  }
  [[nodiscard]] bool has(std::string_view code) const {
    return std::ranges::count(diagnostics, code, &Diagnostic::code) != 0;
  }
};

inline Verified verify(const Zone& zone, VerifyOptions options = {}, unsigned threads = 1) {
  Verified out;
  out.counts = verify_zone(zone, options, out.diagnostics, threads);
  return out;
}
inline Verified verify(const Records& records, VerifyOptions options = {}) {
  const auto built = build_records(records);
  EXPECT_TRUE(built.zone);
  return built.zone ? verify(*built.zone, options) : Verified{};
}

inline bool covers(const OwnedRecord& record, dns::RrType type) {
  return record.type == dns::RrType::RRSIG && dns::load_u16(record.rdata.data()) == static_cast<std::uint16_t>(type);
}

}  // namespace torii::zonec::testing
