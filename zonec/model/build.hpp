#pragma once
/// From scanned records to a Zone, with every finding that a zone's structure can give (see docs/findings.md).
#include <memory>
#include <optional>
#include <vector>

#include "zonec/model/zone.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

class ZoneBuilder {
 public:
  /// `apex`: the zone's name when it is known beforehand; otherwise the owner of the SOA decides.
  explicit ZoneBuilder(std::optional<dns::Name> apex);
  ~ZoneBuilder();
  ZoneBuilder(ZoneBuilder&&) noexcept;
  ZoneBuilder& operator=(ZoneBuilder&&) noexcept;
  /// Copies the record into the builder.
  void add(const ScannedRecord& record);
  /// Sorts, groups, classifies. Findings go to `diagnostics` in canonical order of owner; the zone is usable for
  /// further checks unless nothing is returned (no SOA, or no apex).
  [[nodiscard]] std::optional<Zone> finish(std::vector<Diagnostic>& diagnostics);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace torii::zonec
