// Opening images on disk: good ones, and every way a file can be short, swapped, foreign or flipped.
#include "torii/image/snapshot.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "tests/support/temporary_folder.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::image {
namespace {
namespace fs = std::filesystem;

class SnapshotFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<zonec::Zone> zones;
    zones.push_back(testing::build_zone(
        "$TTL 60\n@ SOA ns hostmaster 7 2 3 4 30\n@ NS ns\nns A 192.0.2.1\ndeleg NS ns.deleg\nns.deleg A 192.0.2.2\n",
        "example."));
    zonec::PublishOptions options;
    options.image = folder_.path();
    zonec::publish(zones, options);
    answers_ = folder_.path() / "00000001.answers.mdb";
  }
  [[nodiscard]] std::string refusal() const {
    const auto opened = Snapshot::open(folder_.path());
    const auto* error = std::get_if<ImageError>(&opened);
    return error == nullptr ? "" : error->text;
  }
  static std::string slurp(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static void spill(const fs::path& path, const std::string& content) {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << content;
  }
  testing::TemporaryFolder folder_;
  fs::path answers_;
};

TEST_F(SnapshotFile, OpensAndAnswers) {
  const auto opened = Snapshot::open(folder_.path());
  ASSERT_TRUE(std::holds_alternative<std::shared_ptr<const Snapshot>>(opened)) << refusal();
  const auto& snapshot = *std::get<std::shared_ptr<const Snapshot>>(opened);
  EXPECT_EQ(snapshot.generation(), 1U);
  ASSERT_EQ(snapshot.zones().size(), 1U);
  EXPECT_EQ(snapshot.zones()[0].apex.text(), "example.");
  EXPECT_EQ(snapshot.zones()[0].serial.value, 7U);
  EXPECT_EQ(snapshot.zones()[0].delegations, 1U);
  EXPECT_EQ(snapshot.verify_segments(), "");
  EXPECT_EQ(testing::ask(snapshot.view(), {.name = "ns.example."}).answer.size(), 1U);
}

TEST_F(SnapshotFile, MissingFolderManifestAndFiles) {
  EXPECT_TRUE(std::holds_alternative<ImageError>(Snapshot::open(folder_.path() / "nowhere")));
  fs::remove(answers_);
  EXPECT_NE(refusal().find("cannot be opened"), std::string::npos) << refusal();
  fs::remove(folder_.path() / "current");
  EXPECT_NE(refusal().find("cannot be read"), std::string::npos) << refusal();
}

TEST_F(SnapshotFile, EveryTruncationIsRefused) {
  const auto whole = slurp(answers_);
  for (std::size_t length = 0; length < whole.size(); length += 511) {
    spill(answers_, whole.substr(0, length));
    ASSERT_NE(refusal().find("half-copied"), std::string::npos) << length << ": " << refusal();
  }
  spill(answers_, whole + '\0');
  EXPECT_NE(refusal(), "");
}

TEST_F(SnapshotFile, EveryFlippedOctetIsRefusedOrFound) {
  const auto whole = slurp(answers_);
  auto opened = Snapshot::open(folder_.path());
  const auto segment = std::get<std::shared_ptr<const Snapshot>>(opened)->manifest().segments.at(0);
  opened = ImageError{};
  std::size_t refused = 0;
  std::size_t found = 0;
  for (std::size_t at = 0; at < whole.size(); at += at % 4096 < 128 ? 1 : 13) {
    auto flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    spill(answers_, flipped);
    const auto again = Snapshot::open(folder_.path());
    if (std::holds_alternative<ImageError>(again)) {
      ++refused;
      continue;
    }
    const auto& snapshot = *std::get<std::shared_ptr<const Snapshot>>(again);
    ASSERT_TRUE(at >= segment.file_offset && at < segment.file_offset + segment.octets) << at;
    ASSERT_NE(snapshot.verify_segments(), "") << at;
    ASSERT_EQ(snapshot.verify_segments([] { return false; }), "") << at << ": nobody wants to know";
    ++found;
    const auto heard = testing::ask(snapshot.view(), {.name = "www.deleg.example.", .dnssec_ok = true});
    ASSERT_GE(heard.octets, 12U);
  }
  EXPECT_GT(refused, 100U);
  EXPECT_GT(found, 100U);
}

TEST_F(SnapshotFile, SwappedFilesAreRefused) {
  fs::copy_file(folder_.path() / "00000001.records.mdb", answers_, fs::copy_options::overwrite_existing);
  EXPECT_NE(refusal(), "");
}

TEST_F(SnapshotFile, EveryFlippedOctetOfTheManifestIsRefused) {
  const auto current = folder_.path() / "current";
  const auto whole = slurp(current);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x01);
    spill(current, flipped);
    ASSERT_NE(refusal(), "") << at;
  }
}

TEST_F(SnapshotFile, OtherVersionsAndPageSizesAreNamed) {
  auto read = Manifest::read((folder_.path() / "current").string());
  auto manifest = std::get<Manifest>(read);
  manifest.page_octets = 16384;
  spill(folder_.path() / "current", manifest.text());
  EXPECT_NE(refusal().find("pages of 16384 octets"), std::string::npos) << refusal();
  auto text = manifest.text();
  text.replace(0, text.find('\n'), "torii-image 999");
  spill(folder_.path() / "current", text);
  EXPECT_NE(refusal().find("reads version " + std::to_string(kFormatVersion)), std::string::npos) << refusal();
}

TEST_F(SnapshotFile, ForeignByteOrderInTheFileIsNamed) {
  // A file that a big-endian machine could have written: the mark in the segment header reads backwards.
  auto read = Manifest::read((folder_.path() / "current").string());
  auto manifest = std::get<Manifest>(read);
  auto whole = slurp(answers_);
  const auto header = manifest.segments.at(0).file_offset - sizeof(SegmentHeader);
  std::swap(whole[header + 12], whole[header + 15]);
  std::swap(whole[header + 13], whole[header + 14]);
  spill(answers_, whole);
  manifest.skeleton = std::get<std::uint64_t>(detail::skeleton_checksum(answers_.string(), manifest));
  spill(folder_.path() / "current", manifest.text());
  EXPECT_NE(refusal().find("foreign byte order"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace torii::image
