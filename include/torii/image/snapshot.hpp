#pragma once
/// An opened image: owns the mapping that a View refers to. Shared by all workers, immutable.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "torii/image/view.hpp"

namespace torii::image {

/// Why an image was refused: what is wrong, where, and what to do about it.
struct ImageError {
  std::string text;
};

struct ZoneInfo {
  dns::Name apex;
  dns::Serial serial;
  std::uint64_t records{};
  std::uint64_t delegations{};
};

class Snapshot {
 public:
  /// Opens the generation that `current` in `folder` names. Verifies manifest, lengths, versions, byte order and the
  /// checksums of everything that is read before the first answer: milliseconds whatever the size.
  static std::variant<std::shared_ptr<const Snapshot>, ImageError> open(const std::filesystem::path& folder);
  virtual ~Snapshot() = default;
  [[nodiscard]] const View& view() const noexcept { return view_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] const std::vector<ZoneInfo>& zones() const noexcept { return zones_; }
  /// Reads every octet that is served and compares the segments' checksums; seconds for a large image.
  /// Returns an empty text when all is well.
  [[nodiscard]] virtual std::string verify_segments() const = 0;

 protected:
  View view_;
  std::uint64_t generation_{};
  std::vector<ZoneInfo> zones_;
};

}  // namespace torii::image
