#include "zonec/emit/publish.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/compiled_zones.hpp"
#include "tests/support/temporary_folder.hpp"
#include "torii/dns/presentation.hpp"
#include "torii/image/records.hpp"
#include "torii/image/snapshot.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/generations.hpp"

namespace torii::zonec {
namespace {
namespace fs = std::filesystem;

std::vector<Zone> zone_with_serial(unsigned serial) {
  std::vector<Zone> zones;
  zones.push_back(testing::build_zone(
      "$TTL 60\n@ SOA ns hostmaster " + std::to_string(serial) + " 2 3 4 30\n@ NS ns\nns A 192.0.2.1\nb.a\\000 TXT x\n",
      "example."));
  return zones;
}

class Publish : public ::testing::Test {
 protected:
  PublishResult publish_serial(unsigned serial) { return publish(zone_with_serial(serial), options()); }
  [[nodiscard]] PublishOptions options() const {
    PublishOptions made;
    made.image = folder_.path() / "image";
    return made;
  }
  [[nodiscard]] unsigned served() const {
    const auto opened = image::Snapshot::open(options().image);
    const auto* snapshot = std::get_if<std::shared_ptr<const image::Snapshot>>(&opened);
    return snapshot == nullptr ? 0 : (*snapshot)->zones().at(0).serial.value;
  }
  [[nodiscard]] std::size_t file_count() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator{options().image}) count += entry.is_regular_file() ? 1U : 0U;
    return count;
  }
  testing::TemporaryFolder folder_;
};

TEST_F(Publish, GenerationsCountUpAndOldOnesArePruned) {
  for (unsigned serial = 1; serial <= 5; ++serial) EXPECT_EQ(publish_serial(serial).generation, serial);
  EXPECT_EQ(served(), 5U);
  EXPECT_EQ(list_generations(options().image), (std::vector<std::uint64_t>{3, 4, 5}));
  EXPECT_EQ(file_count(), 3U * 3 + 2) << "three generations, current, lock";
}

TEST_F(Publish, RollbackGoesBackOneByOneUntilThereIsNone) {
  for (unsigned serial = 1; serial <= 3; ++serial) publish_serial(serial);
  EXPECT_EQ(rollback(options().image).generation, 2U);
  EXPECT_EQ(served(), 2U);
  EXPECT_EQ(rollback(options().image).generation, 1U);
  EXPECT_THROW(rollback(options().image), PublishError);
  EXPECT_EQ(served(), 1U);
  EXPECT_EQ(publish_serial(9).generation, 4U) << "a number is never used twice";
  EXPECT_EQ(served(), 9U);
}

TEST_F(Publish, RollbackSkipsGenerationsThatAreNotWhole) {
  for (unsigned serial = 1; serial <= 3; ++serial) publish_serial(serial);
  fs::resize_file(options().image / "00000002.answers.mdb", 100);
  EXPECT_EQ(rollback(options().image).generation, 1U);
}

TEST_F(Publish, LeftoversOfAKilledCompilerAreRemoved) {
  publish_serial(1);
  std::ofstream{options().image / "00000002.answers.mdb.part"} << "half";
  publish_serial(2);
  EXPECT_FALSE(fs::exists(options().image / "00000002.answers.mdb.part"));
  EXPECT_EQ(served(), 2U);
}

TEST_F(Publish, ASecondCompilerIsToldWhoHoldsTheLock) {
  publish_serial(1);
  const ImageLock lock{options().image, false};
  auto impatient = options();
  impatient.wait_for_lock = false;
  try {
    publish(zone_with_serial(2), impatient);
    FAIL() << "published beside another";
  } catch (const PublishError& error) {
    EXPECT_NE(std::string{error.what()}.find("process " + std::to_string(::getpid())), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(served(), 1U);
}

TEST_F(Publish, FilesThatCannotBeMadeAreNamed) {
  std::ofstream{folder_.path() / "image"} << "in the way";
  EXPECT_THROW(publish_serial(1), PublishError);
}

TEST_F(Publish, AnOversizedRrsetIsRefusedBeforeAnythingIsWritten) {
  publish_serial(1);
  std::string text = "$TTL 60\n@ SOA ns hostmaster 2 2 3 4 30\n@ NS ns\nns A 192.0.2.1\n";
  for (int i = 0; i < 300; ++i) text += "big TXT " + std::string(250, 'x') + std::to_string(i) + "\n";
  std::vector<Zone> zones;
  zones.push_back(testing::build_zone(text, "example."));
  EXPECT_THROW(publish(zones, options()), LayoutRefused);
  EXPECT_EQ(served(), 1U);
}

TEST_F(Publish, RecordsComeBackAsTheyWere) {
  publish_serial(1);
  const auto opened = image::RecordsFile::open(options().image);
  ASSERT_TRUE(std::holds_alternative<image::RecordsFile>(opened));
  std::vector<std::string> lines;
  EXPECT_EQ(std::get<image::RecordsFile>(opened).for_each(0,
                                                          [&](const image::StoredRecord& record) {
                                                            lines.push_back(record.owner.text() + " " +
                                                                            dns::type_text(record.type));
                                                          }),
            "");
  EXPECT_EQ(lines, (std::vector<std::string>{"example. NS", "example. SOA", "b.a\\000.example. TXT", "ns.example. A"}));
}

TEST_F(Publish, ALabelOfMaximumEscapesFitsAKey) {
  std::string label;
  for (int i = 0; i < 63; ++i) label += "\\001";
  std::string last;
  for (int i = 0; i < 53; ++i) last += "\\000";
  std::vector<Zone> zones;
  zones.push_back(testing::build_zone("$TTL 60\n@ SOA ns hostmaster 2 2 3 4 30\n@ NS ns\nns A 192.0.2.1\n" + label +
                                          "." + label + "." + label + "." + last + " TXT x\n",
                                      "example."));
  EXPECT_NO_THROW(publish(zones, options()));
}

}  // namespace
}  // namespace torii::zonec
