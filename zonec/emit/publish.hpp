#pragma once
/// Writing a generation of an image and making it the served one: complete and durable, or not at all.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "torii/image/manifest.hpp"
#include "zonec/layout/answers.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

struct PublishOptions {
  std::filesystem::path image;  // the image's folder; created when absent
  std::uint32_t keep = 2;       // old generations kept for rollback
  bool wait_for_lock = true;    // false: fail at once when another compiler holds the lock
  unsigned threads = 1;         // that lay out and write
  LayoutOptions layout = {};
  std::uint64_t index_seed = 0;  // seed of the name index; 0: from the system's random source
  std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)> progress;  // may be empty
  /// Asked first, while no other compiler can publish; may be empty. Returns what the operator overrode, for the
  /// manifest, or nothing: then nothing is published.
  std::function<std::optional<std::vector<image::OverrideInfo>>()> gate;
};

struct PublishResult {
  std::uint64_t generation{};  // 0: the gate said no
  std::uint64_t octets{};      // of the generation's files
};

/// The system failed: disk full, permission, lock held. Says which path and what to do. Exit status 3.
struct PublishError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The zone has an RRset that no response could carry. Says which. Exit status 1.
using LayoutRefused = OversizedRRset;

/// Lays out all answers of `zones`, writes the files of a new generation, syncs them, and renames `current`.
/// The old generation serves until the rename; nothing half-made is ever named. Throws PublishError and
/// LayoutRefused.
PublishResult publish(std::span<const Zone> zones, const PublishOptions& options);

/// Points `current` back at the newest kept generation older than the current one. Throws PublishError.
PublishResult rollback(const std::filesystem::path& image);

}  // namespace torii::zonec
