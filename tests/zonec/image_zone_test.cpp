/// The zones read back from an image are the zones that were published.
#include "zonec/image_zone.hpp"

#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "tests/zonec/model/zone_text.hpp"
#include "zonec/emit/publish.hpp"

namespace torii::zonec::testing {
namespace {
namespace fs = std::filesystem;

class ImageZone : public ::testing::Test {
 protected:
  void publish_text(const std::string& text) {
    std::vector<Zone> zones;
    zones.push_back(std::move(*build(text).zone));
    publish_zones(zones);
  }
  void publish_zones(std::span<const Zone> zones) {
    PublishOptions options;
    options.image = image();
    static_cast<void>(publish(zones, options));
  }
  [[nodiscard]] fs::path image() const { return folder_.path() / "image"; }
  [[nodiscard]] std::variant<ImageZones, image::ImageError> read(const ImageZoneOptions& options = {}) {
    diagnostics.clear();
    files = {};
    return read_image_zones(image(), options, files, diagnostics);
  }
  /// The text of the error; fails the test when there is none.
  std::string error(const ImageZoneOptions& options = {}) {
    const auto result = read(options);
    const auto* found = std::get_if<image::ImageError>(&result);
    EXPECT_NE(found, nullptr);
    return found == nullptr ? std::string{} : found->text;
  }
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;

 private:
  torii::testing::TemporaryFolder folder_;
};

TEST_F(ImageZone, SampleZonesComeBackWhole) {
  for (const char* file : {"jp-2003.zone", "example-tld.zone", "example-tld.nsec.zone", "example-tld.nsec3.zone"}) {
    std::vector<Diagnostic> before;
    SourceFiles sources;
    ZoneBuilder builder{std::nullopt};
    const auto add = [&](const ScannedRecord& record) { builder.add(record); };
    ASSERT_TRUE(scan_file(TORII_SOURCE_DIR "/zones/" + std::string{file}, {}, sources, add, before).ok) << file;
    std::vector<Zone> zones;
    zones.push_back(std::move(*builder.finish(before)));
    publish_zones(zones);
    for (const unsigned threads : {1U, 2U}) {
      const auto result = read({.zone = {}, .generation = {}, .threads = threads});
      ASSERT_TRUE(std::holds_alternative<ImageZones>(result)) << file;
      const auto& back = std::get<ImageZones>(result);
      ASSERT_EQ(back.zones.size(), 1U);
      EXPECT_EQ(describe(back.zones[0]), describe(zones[0])) << file;
      EXPECT_EQ(back.zones[0].cyclic, zones[0].cyclic) << file;
      EXPECT_EQ(back.zones[0].unreachable, zones[0].unreachable) << file;
      EXPECT_EQ(back.zones[0].denial, zones[0].denial) << file;
    }
  }
}

TEST_F(ImageZone, FindingsOfTheStructureAreThoseOfTheCompile) {
  const auto text = around("a NS ns.a\nb NS ns.c\nc NS ns.b\nns.b A 192.0.2.1\nstray.a A 192.0.2.2\nd NS h.nic\n");
  auto built = build(text);
  std::vector<Zone> zones;
  zones.push_back(std::move(*built.zone));
  publish_zones(zones);
  ASSERT_TRUE(std::holds_alternative<ImageZones>(read()));
  ASSERT_EQ(diagnostics.size(), built.diagnostics.size());
  for (std::size_t i = 0; i < diagnostics.size(); ++i) EXPECT_EQ(diagnostics[i].text, built.diagnostics[i].text);
  EXPECT_TRUE(files.text(diagnostics.at(0).where).ends_with("00000001.records.mdb:4:1"))
      << files.text(diagnostics[0].where);
}

TEST_F(ImageZone, OneOfSeveralZones) {
  std::vector<Zone> zones;
  for (const char* apex : {"a.", "b.", "c."})
    zones.push_back(std::move(*build("@ 60 SOA ns.x. h.x. 7 1 2 3 4\n@ 60 NS ns.x.\n", apex).zone));
  publish_zones(zones);
  const auto all = read();
  EXPECT_EQ(std::get<ImageZones>(all).zones.size(), 3U);
  const auto one = read({.zone = dns::Name::from_text("B."), .generation = {}});
  ASSERT_EQ(std::get<ImageZones>(one).zones.size(), 1U);
  EXPECT_EQ(std::get<ImageZones>(one).zones[0].apex.text(), "b.");
  EXPECT_EQ(error({.zone = dns::Name::from_text("d."), .generation = {}}),
            image().string() + ": no zone d.; it has: a. b. c.");
}

TEST_F(ImageZone, AKeptGeneration) {
  publish_text(around("a NS x.test.\n"));
  publish_text(around("a NS x.test.\nb NS x.test.\n"));
  EXPECT_EQ(std::get<ImageZones>(read()).zones[0].delegation_count, 2U);
  const auto first = read({.zone = {}, .generation = 1});
  EXPECT_EQ(std::get<ImageZones>(first).generation, 1U);
  EXPECT_EQ(std::get<ImageZones>(first).zones[0].delegation_count, 1U);
  EXPECT_TRUE(error({.zone = {}, .generation = 9})
                  .ends_with("no generation 9 is kept here; zonec inspect --image lists those that are"));
}

TEST_F(ImageZone, ErrorsSayWhere) {
  EXPECT_NE(error().find("current: cannot be read"), std::string::npos);
  publish_text(around("a NS x.test.\n"));
  const auto manifest = image() / "current";
  std::string text;
  {
    std::ifstream in{manifest};
    text.assign(std::istreambuf_iterator<char>{in}, {});
  }
  std::ofstream{manifest} << "torii-image 1\n" + text.substr(text.find('\n') + 1);
  EXPECT_NE(error().find("image format \"1\", but this program reads"), std::string::npos) << error();
  std::ofstream{manifest} << text;
  fs::resize_file(image() / "00000001.records.mdb", 4096);
  EXPECT_NE(error().find("00000001.records.mdb: SHA-256 is not the manifest's"), std::string::npos) << error();
}

/// Whatever octet of the records file is wrong is found before LMDB would follow it anywhere.
TEST_F(ImageZone, EveryDamagedOctetIsFound) {
  publish_text(around("a NS ns.a\nns.a A 192.0.2.1\nb NS ns.a\nc NS ns.a\n"));
  const auto path = image() / "00000001.records.mdb";
  std::string good;
  {
    std::ifstream in{path, std::ios::binary};
    good.assign(std::istreambuf_iterator<char>{in}, {});
  }
  for (std::size_t at = 0; at < good.size(); at += 97) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream{path, std::ios::binary} << bad;
    ASSERT_NE(error().find("00000001.records.mdb: SHA-256 is not the manifest's; publish"), std::string::npos) << at;
  }
  std::ofstream{path, std::ios::binary} << good;
  EXPECT_TRUE(std::holds_alternative<ImageZones>(read()));
  fs::remove(path);
  EXPECT_NE(error().find("00000001.records.mdb: cannot be read"), std::string::npos) << error();
}

}  // namespace
}  // namespace torii::zonec::testing
