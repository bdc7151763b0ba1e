#pragma once
/// An opened image: owns the mapping that a View refers to. Shared by all workers, immutable.
///
/// Before LMDB touches the answers file, its length and its *skeleton* (every octet outside the segments' payloads:
/// LMDB's meta and leaf pages, the segment headers) are compared with the manifest, since LMDB itself trusts its
/// pages. The payloads, which may be gigabytes, are verified by `verify_segments` whenever the caller sees fit; until
/// then every read of them is bounds-checked by View.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "torii/image/checksum.hpp"
#include "torii/image/lmdb.hpp"
#include "torii/image/manifest.hpp"
#include "torii/image/view.hpp"

namespace torii::image {

/// Octets of skeleton that a well-formed answers file can have: a few pages of LMDB and the segments' edges.
inline constexpr std::uint64_t kSkeletonOctetsMax = std::uint64_t{16} << 20;

class Snapshot {
 public:
  /// Opens the generation that `current` in `folder` names. Verifies manifest, lengths, versions, byte order and the
  /// skeleton: milliseconds whatever the image's size.
  static std::variant<std::shared_ptr<const Snapshot>, ImageError> open(const std::filesystem::path& folder);

  [[nodiscard]] const View& view() const noexcept { return view_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return manifest_.generation; }
  [[nodiscard]] const std::vector<ZoneInfo>& zones() const noexcept { return manifest_.zones; }
  [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
  /// Reads every octet that is served and compares the segments' checksums; seconds for a large image. Before each
  /// segment it asks `is_wanted`, if there is one, and stops when it is not.
  /// Returns an empty text when nothing is wrong, as far as it went; else what is damaged and what to do.
  [[nodiscard]] std::string verify_segments(const std::function<bool()>& is_wanted = {}) const;

 private:
  Snapshot() = default;
  [[nodiscard]] std::string attach();
  Manifest manifest_;
  std::string path_;
  OpenedFile file_;
  View view_;
  std::vector<dns::Octets> payloads_;
};

namespace detail {
/// Checksum of the octets of `path` that lie in no segment's payload; an error text when the file is not as stated.
inline std::variant<std::uint64_t, std::string> skeleton_checksum(const std::string& path, const Manifest& manifest) {
  struct Descriptor {
    int fd;
    ~Descriptor() {
      if (fd >= 0) ::close(fd);
    }
  } const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) return "cannot be opened: " + std::string{std::strerror(errno)};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size != manifest.answers.octets)
    return "has " + std::to_string(size) + " octets, the manifest says " + std::to_string(manifest.answers.octets) +
           " (half-copied or swapped)";
  Checksum sum;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 16);
  std::uint64_t at = 0;
  std::uint64_t total = 0;
  const auto take_until = [&](std::uint64_t end) {
    for (total += end - at; at < end;) {
      const auto want = std::min<std::uint64_t>(buffer.size(), end - at);
      const auto got = ::pread(file.fd, buffer.data(), want, static_cast<off_t>(at));
      if (got <= 0) return false;
      sum.add({buffer.data(), static_cast<std::size_t>(got)});
      at += static_cast<std::uint64_t>(got);
    }
    return true;
  };
  for (const auto& segment : manifest.segments) {
    if (segment.file_offset < at || segment.octets > size || segment.file_offset > size - segment.octets ||
        segment.file_offset - at > kSkeletonOctetsMax)
      return "does not have the segments that the manifest names";
    if (!take_until(segment.file_offset)) return "cannot be read at octet " + std::to_string(at);
    at += segment.octets;
  }
  if (size - at > kSkeletonOctetsMax) return "does not have the segments that the manifest names";
  if (!take_until(size)) return "cannot be read at octet " + std::to_string(at);
  return sum.value();
}
}  // namespace detail

inline std::string Snapshot::attach() {
  if (manifest_.page_octets != static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)))
    return "was written with pages of " + std::to_string(manifest_.page_octets) + " octets, this machine has " +
           std::to_string(::sysconf(_SC_PAGESIZE)) + "; compile the zone on a machine of this kind";
  const auto skeleton = detail::skeleton_checksum(path_, manifest_);
  if (const auto* text = std::get_if<std::string>(&skeleton)) return *text;
  if (std::get<std::uint64_t>(skeleton) != manifest_.skeleton) return "is damaged (skeleton checksum does not match)";
  file_ = open_lmdb(path_);
  if (file_.error != 0)
    return "cannot be opened by LMDB " + std::string{mdb_version(nullptr, nullptr, nullptr)} + ": " +
           mdb_strerror(file_.error) + "; it was written by " + manifest_.lmdb;
  if (manifest_.segments.size() > kSegmentsMax) return "has more segments than this version can address";
  for (std::uint32_t number = 0; number < manifest_.segments.size(); ++number) {
    const auto name = "segment/" + std::string(number < 10 ? 2 : number < 100 ? 1 : 0, '0') + std::to_string(number);
    MDB_val key{name.size(), const_cast<char*>(name.data())};
    MDB_val value{};
    const auto where = "segment " + std::to_string(number) + " ";
    if (const int error = mdb_get(file_.txn.get(), file_.dbi, &key, &value); error != 0)
      return where + "cannot be found: " + mdb_strerror(error);
    SegmentHeader header{};
    if (value.mv_size < sizeof header) return where + "is cut short";
    std::memcpy(&header, value.mv_data, sizeof header);
    const auto& stated = manifest_.segments[number];
    if (header.magic != kSegmentMagic) return where + "has no magic number";
    if (header.byte_order != kByteOrderMark) return where + "has a foreign byte order";
    if (header.format_version != kFormatVersion)
      return where + "has format version " + std::to_string(header.format_version) + ", this program reads " +
             std::to_string(kFormatVersion);
    if (header.number != number || header.payload_octets != value.mv_size - sizeof header ||
        header.payload_octets != stated.octets || header.checksum != stated.checksum ||
        header.payload_octets > kSegmentOctetsMax ||
        (number + 1 < manifest_.segments.size() && header.payload_octets != kSegmentOctetsMax))
      return where + "is not the one that the manifest names";
    const auto* payload = static_cast<const std::uint8_t*>(value.mv_data) + sizeof header;
    if (reinterpret_cast<std::uintptr_t>(payload) % 64 != 0) return where + "is not aligned";
    payloads_.emplace_back(payload, header.payload_octets);
    view_.add_segment(payloads_.back());
  }
  const auto* super = view_.superblock();
  if (super == nullptr || super->zone_count != manifest_.zones.size()) return "has no superblock for the zones named";
  return {};
}

inline std::variant<std::shared_ptr<const Snapshot>, ImageError> Snapshot::open(const std::filesystem::path& folder) {
  auto manifest = Manifest::read((folder / "current").string());
  if (auto* error = std::get_if<ImageError>(&manifest)) return std::move(*error);
  auto snapshot = std::shared_ptr<Snapshot>{new Snapshot};  // NOLINT: the constructor is private
  snapshot->manifest_ = std::move(std::get<Manifest>(manifest));
  snapshot->path_ = (folder / snapshot->manifest_.answers.name).string();
  if (const auto problem = snapshot->attach(); !problem.empty())
    return ImageError{snapshot->path_ + ": " + problem + " (publish the zone again, or go back with zonec rollback)"};
  return std::shared_ptr<const Snapshot>{std::move(snapshot)};
}

inline std::string Snapshot::verify_segments(const std::function<bool()>& is_wanted) const {
  for (std::size_t i = 0; i < payloads_.size() && (!is_wanted || is_wanted()); ++i)
    if (checksum64(payloads_[i]) != manifest_.segments[i].checksum)
      return path_ + ": segment " + std::to_string(i) +
             " is damaged (checksum does not match); publish the zone again, " + "or go back with zonec rollback";
  return {};
}

}  // namespace torii::image
