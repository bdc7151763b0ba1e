#include "zonec/emit/durable.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "torii/image/lmdb.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::zonec {
namespace fs = std::filesystem;

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void throw_system(const fs::path& path, std::string_view what, int error) {
  std::string text = path.string() + ": " + std::string{what} + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) text += "; free some space: the image being served is untouched";
  if (error == EACCES || error == EPERM || error == EROFS) text += "; run zonec as a user who may write there";
  throw PublishError{text};
}

namespace {
void sync_path(const fs::path& path, int flags) {
  const Descriptor file{::open(path.c_str(), flags | O_CLOEXEC)};
  if (file.get() < 0 || ::fsync(file.get()) != 0) throw_system(path, "cannot be synced", errno);
}
}  // namespace

PartFile::PartFile(fs::path final_path)
    : final_{std::move(final_path)}, part_{final_.string() + std::string{kPartSuffix}} {
  std::error_code ignored;
  fs::remove(part_, ignored);
}

PartFile::~PartFile() {
  std::error_code ignored;
  if (!committed_) fs::remove(part_, ignored);
}

void PartFile::commit() {
  sync_path(part_, O_RDONLY);
  if (::rename(part_.c_str(), final_.c_str()) != 0) throw_system(final_, "cannot be put in place", errno);
  committed_ = true;
  sync_path(final_.parent_path(), O_RDONLY | O_DIRECTORY);
}

void write_whole_file(const fs::path& path, std::string_view content) {
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (file.get() < 0) throw_system(path, "cannot be created", errno);
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_system(path, "cannot be written", written == 0 ? ENOSPC : errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string sha256_of_file(const fs::path& path) {
  const std::unique_ptr<EVP_MD_CTX, image::FreeWith<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) throw_system(path, "cannot be read back", errno);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
    throw PublishError{"SHA-256 is not available"};
  std::vector<std::uint8_t> buffer(std::size_t{1} << 20);
  for (;;) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system(path, "cannot be read back", errno);
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(got));
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

namespace {
/// The process number that the lock's holder writes right after it has the lock; empty when it does not appear soon.
std::string holder_of(const fs::path& path) {
  std::string process;
  for (int attempt = 0; attempt < 20 && process.empty(); ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    std::ifstream holder{path};
    std::getline(holder, process);
  }
  return process;
}
}  // namespace

ImageLock::~ImageLock() {
  // The next holder's number must not be taken for ours. Failing to truncate costs no more than that.
  if (::ftruncate(file_.get(), 0) != 0) errno = 0;
}

ImageLock::ImageLock(const fs::path& image, bool wait)
    : file_{::open((image / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)} {
  const auto path = image / "lock";
  if (file_.get() < 0) throw_system(path, "cannot be opened", errno);
  while (::flock(file_.get(), LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) throw_system(path, "cannot be locked", errno);
    const auto process = holder_of(path);
    throw PublishError{path.string() + ": held by another zonec" + (process.empty() ? "" : ", process " + process) +
                       "; wait for it, or run without --no-wait"};
  }
  const auto process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::pwrite(file_.get(), process.data(), process.size(), 0) != static_cast<ssize_t>(process.size()))
    throw_system(path, "cannot be written", errno);
}

}  // namespace torii::zonec
