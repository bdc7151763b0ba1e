#include "zonec/image_zone.hpp"

#include <algorithm>

#include "torii/image/records.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/generations.hpp"
#include "zonec/emit/publish.hpp"
#include "zonec/model/build.hpp"

namespace torii::zonec {
namespace {

using image::ImageError;

constexpr const char* kRemedy = "; publish the zone again with zonec compile, or go back with zonec rollback";

std::string zone_names(const image::Manifest& manifest) {
  constexpr std::size_t kShown = 20;
  std::string out;
  for (std::size_t i = 0; i < manifest.zones.size() && i < kShown; ++i) out += " " + manifest.zones[i].apex.text();
  return out + (manifest.zones.size() > kShown ? " ..." : "");
}

/// LMDB follows what it finds in a file, so a damaged one must not get there: the SHA-256 comes first.
std::variant<image::RecordsFile, ImageError> open_records(const std::filesystem::path& folder,
                                                          std::optional<std::uint64_t> generation) {
  const auto name = generation ? generation_file(*generation, "manifest") : std::string{"current"};
  std::error_code ignored;
  if (generation && !std::filesystem::exists(folder / name, ignored))
    return ImageError{(folder / name).string() + ": no generation " + std::to_string(*generation) +
                      " is kept here; zonec inspect --image lists those that are"};
  const auto manifest = image::Manifest::read((folder / name).string());
  if (const auto* error = std::get_if<ImageError>(&manifest)) return *error;
  const auto& file = std::get<image::Manifest>(manifest).records;
  const auto path = folder / file.name;
  try {
    if (sha256_of_file(path) != file.sha256)
      return ImageError{path.string() + ": SHA-256 is not the manifest's" + kRemedy};
  } catch (const PublishError& error) {
    return ImageError{error.what()};
  }
  auto opened = image::RecordsFile::open(folder, name);
  // A compiler may have published in between; what was compared is what must be read.
  if (const auto* records = std::get_if<image::RecordsFile>(&opened);
      records != nullptr && records->manifest().records.sha256 != file.sha256)
    return ImageError{(folder / name).string() + ": another generation was published meanwhile; try again"};
  return opened;
}

/// Zone `number` of the file. Returns an empty text, or what is wrong.
std::string read_zone(const image::RecordsFile& records, std::uint32_t number, unsigned threads, std::uint32_t file,
                      std::vector<Zone>& zones, std::vector<Diagnostic>& diagnostics) {
  const auto& info = records.manifest().zones[number];
  const auto damaged = [&](const std::string& what) {
    return records.path() + ": zone " + info.apex.text() + ": " + what + kRemedy;
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
