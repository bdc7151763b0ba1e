#include "zonec/verify/verify.hpp"

namespace torii::zonec {

VerifyCounts verify_zone(const Zone& zone, const VerifyOptions& options, std::vector<Diagnostic>& diagnostics,
                         unsigned threads) {
  if (options.mode == VerifyMode::None) return {};
  Findings findings;
  const auto counts = verify_signatures(zone, options, findings, threads);
  add_zonemd_findings(zone, zonemd_report(zone, threads), findings);
  findings.move_to(diagnostics);
  return counts;
}

}  // namespace torii::zonec
