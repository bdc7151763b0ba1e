#pragma once
/// From scanned records to a Zone, with every finding that a zone's structure can give (see docs/findings.md).
///
/// Records come one by one through `add`, or in parts that several threads fill (RecordParts). The zone that comes of
/// them, and the findings, are the same however the text was cut into parts and however many threads there were.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "zonec/model/zone.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

class ZoneBuilder final : public RecordParts {
 public:
  /// `apex`: the zone's name when it is known beforehand; otherwise the owner of the SOA decides. `threads`: how many
  /// may fill parts, and how many `finish` uses.
  explicit ZoneBuilder(std::optional<dns::Name> apex, unsigned threads = 1);
  ~ZoneBuilder() override;
  ZoneBuilder(ZoneBuilder&&) = delete;
  ZoneBuilder& operator=(ZoneBuilder&&) = delete;
  ZoneBuilder(const ZoneBuilder&) = delete;
  ZoneBuilder& operator=(const ZoneBuilder&) = delete;

  /// Called with about the number of records so far, after each part.
  void on_progress(std::function<void(std::uint64_t records)> show);
  /// Copies the record into the builder.
  void add(const ScannedRecord& record);
  [[nodiscard]] std::unique_ptr<RecordPart> open(unsigned thread) override;
  void accept(std::unique_ptr<RecordPart> part) override;

  /// Sorts, groups, classifies. Findings go to `diagnostics` in canonical order of owner; the zone is usable for
  /// further checks unless nothing is returned (no SOA, or no apex).
  [[nodiscard]] std::optional<Zone> finish(std::vector<Diagnostic>& diagnostics);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace torii::zonec
