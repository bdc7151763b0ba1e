#pragma once
/// The generations in an image's folder, known by their manifests: NNNNNNNN.manifest.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace torii::zonec {

[[nodiscard]] std::string generation_file(std::uint64_t generation, const char* kind);
/// Ascending. Throws PublishError when the folder cannot be read.
[[nodiscard]] std::vector<std::uint64_t> list_generations(const std::filesystem::path& image);
/// The generation that `current` names; 0 when there is none or it cannot be read.
[[nodiscard]] std::uint64_t current_generation(const std::filesystem::path& image);
/// Removes leftovers of compilers that were killed, and all generations but `current` and the `keep` newest others.
void prune_generations(const std::filesystem::path& image, std::uint64_t current, std::uint32_t keep);
/// Removes unfinished files; the caller holds the lock.
void remove_parts(const std::filesystem::path& image);

}  // namespace torii::zonec
