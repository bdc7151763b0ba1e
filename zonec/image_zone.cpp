#include "zonec/image_zone.hpp"

#include <algorithm>

#include "torii/image/records.hpp"
#include "zonec/emit/generations.hpp"
#include "zonec/model/build.hpp"

namespace torii::zonec {
namespace {

using image::ImageError;

std::string zone_names(const image::Manifest& manifest) {
  constexpr std::size_t kShown = 20;
  std::string out;
  for (std::size_t i = 0; i < manifest.zones.size() && i < kShown; ++i) out += " " + manifest.zones[i].apex.text();
  return out + (manifest.zones.size() > kShown ? " ..." : "");
}

std::variant<image::RecordsFile, ImageError> open_records(const std::filesystem::path& folder,
                                                          std::optional<std::uint64_t> generation) {
  if (!generation) return image::RecordsFile::open(folder);
  const auto manifest = generation_file(*generation, "manifest");
  std::error_code ignored;
  if (std::filesystem::exists(folder / manifest, ignored)) return image::RecordsFile::open(folder, manifest);
  return ImageError{(folder / manifest).string() + ": no generation " + std::to_string(*generation) +
                    " is kept here; zonec inspect --image lists those that are"};
}

/// Zone `number` of the file. Returns an empty text, or what is wrong.
std::string read_zone(const image::RecordsFile& records, std::uint32_t number, unsigned threads, std::uint32_t file,
                      std::vector<Zone>& zones, std::vector<Diagnostic>& diagnostics) {
  const auto& info = records.manifest().zones[number];
  const auto damaged = [&](const std::string& what) {
    return records.path() + ": zone " + info.apex.text() + ": " + what +
           "; publish the zone again with zonec compile, or go back with zonec rollback";
  };
  ZoneBuilder builder{info.apex, threads};
  std::uint32_t count = 0;
  const auto problem = records.for_each(number, [&](const image::StoredRecord& record) {
    builder.add({.owner = record.owner,
                 .type = record.type,
                 .rr_class = dns::RrClass::IN,
                 .ttl = record.ttl,
                 .rdata = record.rdata,
                 .where = {.file = file, .line = ++count, .column = 1}});
  });
  if (!problem.empty()) return problem;
  if (count != info.records)
    return damaged("holds " + std::to_string(count) + " records, the manifest says " + std::to_string(info.records));
  auto zone = builder.finish(diagnostics);
  if (!zone) return damaged("has no SOA");
  if (zone->record_count != info.records || zone->delegation_count != info.delegations ||
      zone->serial.value != info.serial.value)
    return damaged("serial " + std::to_string(zone->serial.value) + " with " + std::to_string(zone->record_count) +
                   " valid records and " + std::to_string(zone->delegation_count) +
                   " delegations is not what the manifest says: serial " + std::to_string(info.serial.value) + ", " +
                   std::to_string(info.records) + " records, " + std::to_string(info.delegations) + " delegations");
  zones.push_back(std::move(*zone));
  return {};
}

}  // namespace

std::variant<ImageZones, ImageError> read_image_zones(const std::filesystem::path& folder,
                                                      const ImageZoneOptions& options, SourceFiles& files,
                                                      std::vector<Diagnostic>& diagnostics) {
  auto opened = open_records(folder, options.generation);
  if (auto* error = std::get_if<ImageError>(&opened)) return std::move(*error);
  const auto& records = std::get<image::RecordsFile>(opened);
  const auto& manifest = records.manifest();
  ImageZones out{.generation = manifest.generation, .created = manifest.created, .zones = {}};
  const auto file = files.add(records.path());
  for (std::uint32_t i = 0; i < manifest.zones.size(); ++i) {
    if (options.zone && manifest.zones[i].apex != *options.zone) continue;
    if (auto problem = read_zone(records, i, options.threads, file, out.zones, diagnostics); !problem.empty())
      return ImageError{std::move(problem)};
  }
  if (options.zone && out.zones.empty())
    return ImageError{folder.string() + ": no zone " + options.zone->text() + "; it has:" + zone_names(manifest)};
  return out;
}

}  // namespace torii::zonec
