#pragma once
/// Keeps the newest sound image in service. Lives on the admin thread: watches the manifest `current`, opens what it
/// names, and publishes it. An image that is refused changes nothing: the old one stays, the refusal is logged once.
/// Checksum runs over the whole image happen on a thread of their own at the lowest priority.
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "server/ops/image_status.hpp"
#include "server/ops/settings.hpp"
#include "server/ops/snapshot_pointer.hpp"

namespace torii::server {

class ImageKeeper {
 public:
  /// Hands a new image to the workers; called on the admin thread.
  using Publish = std::function<void(const SnapshotPointer&)>;

  ImageKeeper(boost::asio::io_context& admin, std::filesystem::path folder, VerifyMode verify,
              std::chrono::milliseconds poll);
  ImageKeeper(const ImageKeeper&) = delete;
  ImageKeeper& operator=(const ImageKeeper&) = delete;

  /// Opens the first image, and verifies it where that comes before service. Returns why there is none; empty when
  /// there is. Logs nothing about a refusal: the caller knows whether that ends the start.
  [[nodiscard]] std::string open_first();
  /// From now on changes are looked for and published.
  void watch(Publish publish);
  /// Looks now, and tries again what was refused before (SIGHUP).
  void check_now();
  void stop();

  [[nodiscard]] const SnapshotPointer& image() const noexcept { return image_; }
  [[nodiscard]] ImageStatus& status() noexcept { return status_; }
  /// True while a checksum run is under way; it cannot be interrupted.
  [[nodiscard]] bool is_verifying() const noexcept { return verifications_.load() != 0; }

 private:
  /// What tells one `current` from the next: it is replaced by rename, never written in place.
  struct Signature {
    std::uint64_t device{}, inode{}, octets{};
    std::int64_t seconds{}, nanoseconds{};
    friend bool operator==(const Signature&, const Signature&) = default;
  };
  [[nodiscard]] std::optional<Signature> look() const;
  void check(bool is_forced);
  void open(const Signature& seen);
  void refuse(const Signature& seen, const std::string& why, bool may_heal);
  void take_up(SnapshotPointer image, Verification verification);
  void verify(SnapshotPointer image, const Signature& seen, bool is_candidate);
  void verified(const SnapshotPointer& image, const Signature& seen, bool is_candidate, const std::string& damage);
  void schedule();

  boost::asio::io_context& admin_;
  std::filesystem::path folder_;
  VerifyMode verify_;
  std::chrono::milliseconds poll_;
  Publish publish_;
  boost::asio::steady_timer timer_;
  ImageStatus status_;
  SnapshotPointer image_;
  SnapshotPointer candidate_;      // opened, and being verified before it may serve
  std::optional<Signature> seen_;  // of image_ or candidate_
  std::optional<Signature> refused_;
  std::chrono::steady_clock::time_point retry_{};
  bool is_missing_ = false;
  std::atomic<unsigned> verifications_{0};
  std::atomic<const image::Snapshot*> wanted_{nullptr};  // the newest to be verified; only compared
  boost::asio::thread_pool verifier_{1};                 // last: its thread ends before the rest goes
};

}  // namespace torii::server
