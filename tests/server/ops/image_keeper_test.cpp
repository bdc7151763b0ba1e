#include "server/ops/image_keeper.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace torii::server {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "torii-keeper-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void put_manifest(const std::string& text) const {
    std::ofstream{path_ / "next"} << text;
    std::filesystem::rename(path_ / "next", path_ / "current");
  }

 private:
  std::filesystem::path path_;
};

// What is done with sound images is tested end to end (tests/e2e), with images that zonec made.
TEST(ImageKeeper, SaysWhyThereIsNone) {
  const Folder folder;
  boost::asio::io_context admin;
  ImageKeeper keeper{admin, folder.path(), VerifyMode::Off, std::chrono::milliseconds{10}};
  EXPECT_NE(keeper.open_first().find("no file 'current'"), std::string::npos);
  folder.put_manifest("not a manifest");
  EXPECT_FALSE(keeper.open_first().empty());
  EXPECT_FALSE(keeper.status().is_ready());
  EXPECT_EQ(keeper.image(), nullptr);
}

TEST(ImageKeeper, CountsARefusalOnceForEachChange) {
  const Folder folder;
  boost::asio::io_context admin;
  ImageKeeper keeper{admin, folder.path(), VerifyMode::Off, std::chrono::milliseconds{10}};
  int published = 0;
  keeper.watch([&](const SnapshotPointer&) { ++published; });
  const auto run = [&] {
    admin.restart();
    admin.run_for(std::chrono::milliseconds{100});
  };
  run();
  EXPECT_EQ(keeper.status().refused, 0U);  // nothing is there, nothing is wrong
  folder.put_manifest("garbage");
  run();
  EXPECT_EQ(keeper.status().refused, 1U);
  EXPECT_FALSE(keeper.status().last_refusal.empty());
  keeper.check_now();
  run();
  EXPECT_EQ(keeper.status().refused, 1U);  // the same image, for the same reason
  folder.put_manifest("other garbage");
  run();
  EXPECT_EQ(keeper.status().refused, 2U);
  EXPECT_EQ(published, 0);
}

}  // namespace
}  // namespace torii::server
