#include "zonec/emit/publish.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <future>
#include <random>
#include <utility>

#include "torii/image/manifest.hpp"
#include "torii/image/snapshot.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/files.hpp"
#include "zonec/emit/generations.hpp"

namespace torii::zonec {
namespace fs = std::filesystem;
namespace {

std::string utc_now() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

void report(const PublishOptions& options, std::string_view what) {
  if (options.progress) options.progress(what, 0, 0);
}

void make_current(const fs::path& image, const image::Manifest& manifest) {
  PartFile current{image / "current"};
  write_whole_file(current.path(), manifest.text());
  current.commit();
}

image::FileInfo describe(const fs::path& path, const std::string& name) {
  return {name, fs::file_size(path), sha256_of_file(path)};
}

}  // namespace

PublishResult publish(std::span<const Zone> zones, const PublishOptions& options) {
  std::error_code error;
  fs::create_directories(options.image, error);
  if (error) throw_system(options.image, "cannot be created", error.value());
  const ImageLock lock{options.image, options.wait_for_lock};
  remove_parts(options.image);

  std::optional<std::vector<image::OverrideInfo>> overrides{std::in_place};
  if (options.gate) overrides = options.gate();
  if (!overrides) return {};

  report(options, "laying out answers");
  AnswerSpace space;
  std::vector<AnswerAccount> accounts(zones.size());
  lay_out_answers(zones, options.index_seed != 0 ? options.index_seed : random_seed(), space, accounts, options.layout,
                  options.threads);

  const auto generations = list_generations(options.image);
  image::Manifest manifest;
  manifest.generation = std::max(generations.empty() ? 0 : generations.back(), current_generation(options.image)) + 1;
  manifest.created = utc_now();
  manifest.overrides = std::move(*overrides);
  int major = 0;
  int minor = 0;
  int patch = 0;
  mdb_version(&major, &minor, &patch);
  manifest.lmdb = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  manifest.page_octets = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& zone : zones)
    manifest.zones.push_back({zone.apex, zone.serial, zone.record_count, zone.delegation_count});

  report(options, "writing answers and records");
  const auto answers_name = generation_file(manifest.generation, "answers.mdb");
  PartFile answers{options.image / answers_name};
  const auto write_answers = [&] {
    manifest.segments = write_answers_file(answers.path(), space, manifest.skeleton);
    manifest.answers = describe(answers.path(), answers_name);
  };
  const auto records_name = generation_file(manifest.generation, "records.mdb");
  PartFile records{options.image / records_name};
  // The two files have nothing to do with each other.
  auto written = std::async(options.threads > 1 ? std::launch::async : std::launch::deferred, write_answers);
  if (options.threads <= 1) written.get();
  write_records_file(records.path(), zones, accounts, options);
  manifest.records = describe(records.path(), records_name);
  if (written.valid()) written.get();

  report(options, "publishing");
  PartFile described{options.image / generation_file(manifest.generation, "manifest")};
  write_whole_file(described.path(), manifest.text());
  answers.commit();
  records.commit();
  described.commit();
  make_current(options.image, manifest);
  prune_generations(options.image, manifest.generation, options.keep);
  return {manifest.generation, manifest.answers.octets + manifest.records.octets};
}

PublishResult rollback(const fs::path& image) {
  if (!fs::exists(image / "current"))
    throw PublishError{image.string() + ": no image here (no file \"current\"); zonec compile --image writes one"};
  const ImageLock lock{image, true};
  const auto current = current_generation(image);
  const auto generations = list_generations(image);
  for (auto older = generations.rbegin(); older != generations.rend(); ++older) {
    if (current != 0 && *older >= current) continue;
    const auto read = image::Manifest::read((image / generation_file(*older, "manifest")).string());
    const auto* manifest = std::get_if<image::Manifest>(&read);
    if (manifest == nullptr) continue;
    std::error_code error;
    if (fs::file_size(image / manifest->answers.name, error) != manifest->answers.octets || error ||
        fs::file_size(image / manifest->records.name, error) != manifest->records.octets || error)
      continue;
    make_current(image, *manifest);
    return {manifest->generation, manifest->answers.octets + manifest->records.octets};
  }
  throw PublishError{image.string() + ": no kept generation older than " + std::to_string(current) +
                     "; zonec compile --keep N keeps some"};
}

}  // namespace torii::zonec
