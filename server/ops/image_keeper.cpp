#include "server/ops/image_keeper.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

#include "server/ops/log.hpp"

namespace torii::server {
namespace {

namespace asio = boost::asio;

/// A refused image may only be half copied: it is tried again, quietly, at this interval.
constexpr std::chrono::seconds kRetry{2};
constexpr std::size_t kZonesLogged = 8;

double unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::string zones_text(const ImageStatus& status) {
  std::string text;
  for (std::size_t i = 0; i < status.zones.size() && i < kZonesLogged; ++i)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", status.zones[i].apex, status.zones[i].serial.value);
  if (status.zones.size() > kZonesLogged) text += fmt::format(" and {} more", status.zones.size() - kZonesLogged);
  return text;
}

}  // namespace

ImageKeeper::ImageKeeper(asio::io_context& admin, std::filesystem::path folder, VerifyMode verify,
                         std::chrono::milliseconds poll)
    : admin_{admin}, folder_{std::move(folder)}, verify_{verify}, poll_{poll}, timer_{admin} {
  asio::post(verifier_, [] {
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19));  // Linux: of this thread
  });
}

std::optional<ImageKeeper::Signature> ImageKeeper::look() const {
  struct stat current {};
  if (::stat((folder_ / "current").c_str(), &current) != 0) return std::nullopt;
  return Signature{current.st_dev, current.st_ino, static_cast<std::uint64_t>(current.st_size), current.st_mtim.tv_sec,
                   current.st_mtim.tv_nsec};
}

std::string ImageKeeper::open_first() {
  const auto seen = look();
  if (!seen) return fmt::format("there is no image in {} (no file 'current')", folder_.string());
  auto opened = image::Snapshot::open(folder_);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) return error->text;
  auto image = std::get<SnapshotPointer>(std::move(opened));
  auto verification = Verification::None;
  if (verify_ == VerifyMode::Before) {
    if (auto damage = image->verify_segments(); !damage.empty()) return damage;
    verification = Verification::Passed;
  }
  seen_ = seen;
  take_up(std::move(image), verification);
  return {};
}

void ImageKeeper::watch(Publish publish) {
  publish_ = std::move(publish);
  schedule();
}

void ImageKeeper::schedule() {
  timer_.expires_after(poll_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    check(false);
    schedule();
  });
}

void ImageKeeper::check_now() { check(true); }

void ImageKeeper::stop() {
  timer_.cancel();
  publish_ = nullptr;
}

void ImageKeeper::check(bool is_forced) {
  const auto seen = look();
  if (!seen) {
    if ((is_forced || !is_missing_) && (image_ || is_forced))
      spdlog::warn("there is no image in {} (no file 'current'){}", folder_.string(),
                   image_ ? fmt::format("; still serving generation {}", status_.generation) : "");
    is_missing_ = true;
    return;
  }
  is_missing_ = false;
  if (seen == seen_) {
    if (is_forced) spdlog::info("image unchanged: generation {}", status_.generation);
    return;
  }
  if (!is_forced && seen == refused_ && std::chrono::steady_clock::now() < retry_) return;
  open(*seen);
}

void ImageKeeper::open(const Signature& seen) {
  auto opened = image::Snapshot::open(folder_);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) return refuse(seen, error->text, true);
  auto image = std::get<SnapshotPointer>(std::move(opened));
  seen_ = seen;
  if (verify_ != VerifyMode::Before) return take_up(std::move(image), Verification::None);
  spdlog::info("image generation {}: verifying before service", image->generation());
  candidate_ = image;
  verify(std::move(image), seen, true);
}

void ImageKeeper::refuse(const Signature& seen, const std::string& why, bool may_heal) {
  const bool is_news = seen != refused_ || why != status_.last_refusal;
  refused_ = seen;
  retry_ = may_heal ? std::chrono::steady_clock::now() + kRetry : std::chrono::steady_clock::time_point::max();
  status_.last_refusal = why;
  if (!is_news) return;
  ++status_.refused;
  spdlog::error("image refused: {}{}", why,
                image_ ? fmt::format("; still serving generation {}", status_.generation) : "");
}

void ImageKeeper::take_up(SnapshotPointer image, Verification verification) {
  candidate_.reset();
  refused_.reset();
  image_ = std::move(image);
  status_.loaded = true;
  status_.generation = image_->generation();
  status_.loaded_seconds = unix_seconds();
  status_.last_refusal.clear();
  status_.verification = verification;
  ++status_.swaps;
  status_.zones.clear();
  for (const auto& zone : image_->zones())
    status_.zones.push_back({zone.apex.text(), zone.serial, zone.records, zone.delegations});
  if (publish_) publish_(image_);
  spdlog::info("image generation {}: {}", status_.generation, zones_text(status_));
  if (verify_ != VerifyMode::Background) return;
  status_.verification = Verification::Running;
  verify(image_, *seen_, false);
}

void ImageKeeper::verify(SnapshotPointer image, const Signature& seen, bool is_candidate) {
  ++verifications_;
  wanted_ = image.get();
  asio::post(verifier_, [this, image = std::move(image), seen, is_candidate]() mutable {
    // What has been replaced need not be read to its end, and would stay mapped so long.
    auto damage = image->verify_segments([&] { return wanted_ == image.get(); });
    --verifications_;
    asio::post(admin_, [this, image = std::move(image), seen, is_candidate, damage = std::move(damage)] {
      verified(image, seen, is_candidate, damage);
    });
  });
}

void ImageKeeper::verified(const SnapshotPointer& image, const Signature& seen, bool is_candidate,
                           const std::string& damage) {
  if (is_candidate) {
    if (image != candidate_) return;  // a newer one has come
    candidate_.reset();
    if (damage.empty()) return take_up(image, Verification::Passed);
    seen_.reset();
    return refuse(seen, damage, false);
  }
  if (image != image_) return;
  status_.verification = damage.empty() ? Verification::Passed : Verification::Failed;
  if (damage.empty())
    spdlog::info("image generation {}: verified", status_.generation);
  else
    spdlog::error("image generation {} is damaged: {}; not ready until another image is published", status_.generation,
                  damage);
}

}  // namespace torii::server
