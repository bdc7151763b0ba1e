#include "zonec/emit/generations.hpp"

#include <algorithm>
#include <charconv>

#include "torii/image/manifest.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::zonec {
namespace fs = std::filesystem;

std::string generation_file(std::uint64_t generation, const char* kind) {
  const auto digits = std::to_string(generation);
  return std::string(digits.size() < 8 ? 8 - digits.size() : 0, '0') + digits + "." + kind;
}

std::vector<std::uint64_t> list_generations(const fs::path& image) {
  std::vector<std::uint64_t> found;
  std::error_code error;
  for (fs::directory_iterator entry{image, error}, end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    std::uint64_t generation = 0;
    const auto [rest, problem] = std::from_chars(name.data(), name.data() + name.size(), generation);
    if (problem == std::errc{} && name == generation_file(generation, "manifest")) found.push_back(generation);
  }
  if (error) throw_system(image, "cannot be listed", error.value());
  std::ranges::sort(found);
  return found;
}

std::uint64_t current_generation(const fs::path& image) {
  const auto manifest = image::Manifest::read((image / "current").string());
  const auto* good = std::get_if<image::Manifest>(&manifest);
  return good == nullptr ? 0 : good->generation;
}

void remove_parts(const fs::path& image) {
  std::error_code error;
  for (fs::directory_iterator entry{image, error}, end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == kPartSuffix) fs::remove(entry->path(), error);
}

void prune_generations(const fs::path& image, std::uint64_t current, std::uint32_t keep) {
  auto generations = list_generations(image);
  std::erase(generations, current);
  std::ranges::reverse(generations);
  for (std::size_t i = keep; i < generations.size(); ++i) {
    std::error_code ignored;
    // The manifest goes last: what it names must not be missing while it is there.
    for (const auto* kind : {"answers.mdb", "records.mdb", "manifest"})
      fs::remove(image / generation_file(generations[i], kind), ignored);
  }
}

}  // namespace torii::zonec
