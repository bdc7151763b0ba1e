#pragma once
/// Files that are there whole or not at all: written under another name, synced, renamed, and the folder synced.
#include <filesystem>
#include <string>
#include <string_view>

#include "torii/dns/wire.hpp"

namespace torii::zonec {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{other.fd_} { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Removes its file when it goes out of scope, unless it has been renamed to its place.
class PartFile {
 public:
  explicit PartFile(std::filesystem::path final_path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return part_; }
  /// Syncs the file, renames it and syncs the folder. Throws PublishError.
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path part_;
  bool committed_ = false;
};

inline constexpr std::string_view kPartSuffix = ".part";

/// Throws PublishError: "PATH: WHAT: reason of errno" and what to do.
[[noreturn]] void throw_system(const std::filesystem::path& path, std::string_view what, int error);

void write_whole_file(const std::filesystem::path& path, std::string_view content);
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

/// Holds the image's lock until destroyed.
class ImageLock {
 public:
  /// `wait`: whether to wait for another holder. Throws PublishError, naming the holder's process, when not.
  ImageLock(const std::filesystem::path& image, bool wait);
  ~ImageLock();
  ImageLock(const ImageLock&) = delete;
  ImageLock& operator=(const ImageLock&) = delete;

 private:
  Descriptor file_;
};

}  // namespace torii::zonec
