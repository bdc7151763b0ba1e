#pragma once
/// The publish gate: what `compile` refuses because it looks wrong beside the zones being served.
///
/// `open` finds the image's current generation, `check` takes the new zones one by one, `finish` asks which zones are
/// missing. Findings stand in the order of zones and rules; those of error severity refuse the publish unless the
/// operator allowed them, and then the reason is kept with the generation. An old image that cannot be read is a
/// finding too (not-compared), never a reason to skip the comparison.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "torii/image/records.hpp"
#include "zonec/compare/gate_rules.hpp"
#include "zonec/compare/old_apex.hpp"
#include "zonec/compare/stored_zone.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

class PublishGate {
 public:
  /// `now`: seconds since 1970, at which signatures are judged.
  PublishGate(GateSettings settings, std::uint32_t now, unsigned threads);

  /// `place`: stands for the image in findings.
  void open(const std::filesystem::path& image, Location place);
  void check(const Zone& zone);
  /// After the last zone.
  void finish();

  [[nodiscard]] std::vector<Diagnostic>& findings() noexcept { return findings_; }
  [[nodiscard]] bool is_refused() const noexcept { return refused_; }
  [[nodiscard]] const std::vector<image::OverrideInfo>& overrides() const noexcept { return overrides_; }
  /// True when every zone is, to the octet, the one being served, and there are no others.
  [[nodiscard]] bool is_unchanged() const noexcept { return compared_ > 0 && compared_ == unchanged_ && all_compared_; }
  /// The generation compared with; 0: none.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  /// For the summary: "; compared with generation 3: 1 zone unchanged, ..."
  [[nodiscard]] std::string summary() const;

 private:
  void report(std::string_view code, dns::NameView zone, Location where, std::string text);
  void not_compared(const std::string& why);
  void compare(const Zone& zone, std::uint32_t number);
  void check_serial(const Zone& zone, dns::Serial before, const ZoneChange& change);
  void check_shrink(const Zone& zone, const ZoneChange& change);
  void check_apex(const Zone& zone, const OldApex& before);
  void check_keys(const Zone& zone, const OldApex& before);
  void check_expiry(const Zone& zone);

  GateSettings settings_;
  std::uint32_t now_;
  unsigned threads_;
  Location image_place_;
  std::unique_ptr<image::RecordsFile> old_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // of old zones by apex, wire format in lower case
  std::vector<bool> seen_;                                  // by number
  std::vector<Diagnostic> findings_;
  std::vector<image::OverrideInfo> overrides_;
  std::uint64_t generation_ = 0;
  std::uint64_t compared_ = 0;
  std::uint64_t unchanged_ = 0;
  std::uint64_t new_zones_ = 0;
  Totals gone_;
  Totals added_;
  bool all_compared_ = false;
  bool refused_ = false;
};

}  // namespace torii::zonec
