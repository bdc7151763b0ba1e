#pragma once
/// Zone text compiled into an answer space in memory, the way zonec does it, without files: for tests, fuzzers and
/// benchmarks of the answering code.
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "torii/image/view.hpp"
#include "zonec/layout/answers.hpp"
#include "zonec/model/build.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::testing {

/// `scan(options, files, sink, diagnostics)` reads the records. Throws what is wrong with them.
template <class Scan>
zonec::Zone build_from(const std::string& what, std::string_view origin, const Scan& scan) {
  zonec::SourceFiles files;
  std::vector<zonec::Diagnostic> diagnostics;
  zonec::ScanOptions options;
  options.origin = dns::Name::from_text(origin);
  zonec::ZoneBuilder builder{options.origin};
  const auto scanned = scan(
      options, files, [&](const zonec::ScannedRecord& record) { builder.add(record); }, diagnostics);
  if (!scanned.ok) throw std::runtime_error{what + ": " + diagnostics.at(0).text};
  auto zone = builder.finish(diagnostics);
  if (!zone) throw std::runtime_error{what + ": no apex"};
  return std::move(*zone);
}

inline zonec::Zone build_zone(std::string_view text, std::string_view origin) {
  return build_from("test zone", origin, [&](const auto& options, auto& files, const auto& sink, auto& diagnostics) {
    return zonec::scan_text(text, "test.zone", options, files, sink, diagnostics);
  });
}

inline zonec::Zone read_zone(const std::string& path, std::string_view origin) {
  return build_from(path, origin, [&](const auto& options, auto& files, const auto& sink, auto& diagnostics) {
    return zonec::scan_file(path, options, files, sink, diagnostics);
  });
}

/// Owns the answer space; its octets may be changed at will to see what a damaged image does.
class CompiledZones {
 public:
  explicit CompiledZones(std::vector<zonec::Zone> zones, std::uint64_t seed = 1,
                         const zonec::LayoutOptions& options = {}) {
    zonec::AnswerSpace space;
    std::vector<zonec::AnswerAccount> accounts(zones.size());
    zonec::lay_out_answers(zones, seed, space, accounts, options);
    for (const auto& segment : space.segments()) {
      segments_.emplace_back((segment.size() + 63) / 64);
      std::memcpy(segments_.back().data(), segment.data(), segment.size());
      sizes_.push_back(segment.size());
    }
  }
  /// Exactly the segment's octets: a read past them is out of the allocation by less than 64 octets only.
  [[nodiscard]] std::span<std::uint8_t> segment(std::size_t number) {
    return {reinterpret_cast<std::uint8_t*>(segments_.at(number).data()), sizes_.at(number)};
  }
  [[nodiscard]] std::size_t segment_count() const { return segments_.size(); }
  [[nodiscard]] image::View view() {
    image::View view;
    for (std::size_t i = 0; i < segments_.size(); ++i) view.add_segment(segment(i));
    return view;
  }

 private:
  struct alignas(64) Line {
    std::array<std::uint8_t, 64> octets;
  };
  std::vector<std::vector<Line>> segments_;
  std::vector<std::size_t> sizes_;
};

inline CompiledZones compile(std::string_view text, std::string_view origin) {
  std::vector<zonec::Zone> zones;
  zones.push_back(build_zone(text, origin));
  return CompiledZones{std::move(zones)};
}

}  // namespace torii::testing
