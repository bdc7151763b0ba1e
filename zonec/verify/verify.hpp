#pragma once
/// Is a zone what its signer made? Its signatures verified with its own keys, and its digests (ZONEMD) computed anew.
/// Whether those keys are the right ones is for the parent's DS records to say, not for this.
#include <vector>

#include "zonec/verify/signatures.hpp"
#include "zonec/verify/zonemd.hpp"

namespace torii::zonec {

/// Adds what there is to say to `diagnostics`, in canonical order of owner. Nothing at all with VerifyMode::None;
/// digests are verified in every other mode. Codes: docs/findings.md.
VerifyCounts verify_zone(const Zone& zone, const VerifyOptions& options, std::vector<Diagnostic>& diagnostics,
                         unsigned threads = 1);

}  // namespace torii::zonec
