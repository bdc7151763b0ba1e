#pragma once
/// The zones of an image as a model again: read from the records file, which holds every record as it was compiled.
///
/// What a zone says is what it said when it was published, so sizes, findings and accounts come out the same as from
/// the master file. Places in findings are records, not lines: `image/00000003.records.mdb:17:1` is the 17th record of
/// its zone in canonical order.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "torii/image/manifest.hpp"
#include "zonec/model/zone.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

struct ImageZoneOptions {
  std::optional<dns::Name> zone;            // this one alone; else all
  std::optional<std::uint64_t> generation;  // a kept one; else the one that is served
  unsigned threads = 1;                     // that sort and check
};

struct ImageZones {
  std::uint64_t generation{};
  std::string created;      // UTC, YYYY-MM-DDThh:mm:ssZ
  std::vector<Zone> zones;  // in the order of the manifest
};

/// `files` gets the records file's path; `diagnostics` what the structure of the zones says, as when they were
/// compiled. Returns what is wrong with the image instead: no image, another format, no such generation or zone, a
/// records file that is not the one that was compiled (its SHA-256 is compared).
[[nodiscard]] std::variant<ImageZones, image::ImageError> read_image_zones(const std::filesystem::path& folder,
                                                                           const ImageZoneOptions& options,
                                                                           SourceFiles& files,
                                                                           std::vector<Diagnostic>& diagnostics);

}  // namespace torii::zonec
