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

/// A registry's zone in small, in no order: shared hosts, hosts of their own, deep names, records of one owner apart.
std::string registry_text(int delegations) {
  std::string text = "$TTL 60\n@ SOA ns hostmaster 1 2 3 4 30\n@ NS ns\nns A 192.0.2.1\n*.wild TXT x\n";
  for (int i = 0; i < delegations; ++i) {
    const auto number = i * 7919 % delegations;
    const auto name = "d" + std::to_string(number);
    if (number % 7 == 0) {
      text += name + " NS ns1." + name + "\n" + name + " NS NS2." + name + "\nns1." + name + " A 192.0.2.7\nns2." +
              name + " AAAA 2001:db8::" + std::to_string(number % 1000) + "\n";
    } else if (number % 11 == 0) {
      text += name + ".deep NS ns1.d7\n" + name + ".deep NS b.deep\n";
    } else {
      const auto hoster = ".h" + std::to_string(number % 40) + ".test.";
      text += name + " NS a" + hoster + "\n" + name + " NS b" + hoster + "\n";
      if (number % 13 == 0) text += name + " 30 DS 1 13 2 " + std::string(64, 'A') + "\n";
    }
  }
  for (int i = 1; i < delegations; i += 100) text += "late" + std::to_string(i) + " NS b.h1.test.\n";
  for (int i = 1; i < delegations; i += 100) text += "late" + std::to_string(i) + " NS a.h1.test.\n";
  return text;
}

/// What a zone read and published by so many threads comes to: dumped records, and the sums over both files' content.
struct Published {
  std::vector<std::uint64_t> segments;
  std::string records_sha256;
  std::vector<std::string> findings;
  friend bool operator==(const Published&, const Published&) = default;
};
Published publish_with(const fs::path& zone_file, const fs::path& image, unsigned threads, std::size_t part_octets) {
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  ScanOptions scanning;
  scanning.origin = dns::Name::from_text("example.");
  scanning.threads = threads;
  scanning.part_octets = part_octets;
  ZoneBuilder builder{scanning.origin, threads};
  EXPECT_TRUE(scan_file(zone_file.string(), scanning, files, builder, diagnostics).ok);
  std::vector<Zone> zones;
  zones.push_back(std::move(*builder.finish(diagnostics)));
  PublishOptions made;
  made.image = image;
  made.threads = threads;
  made.index_seed = 42;
  publish(zones, made);
  const auto read = image::Manifest::read((image / "current").string());
  const auto& manifest = std::get<image::Manifest>(read);
  Published out;
  for (const auto& segment : manifest.segments) out.segments.push_back(segment.checksum);
  out.records_sha256 = manifest.records.sha256;
  for (const auto& diagnostic : diagnostics)
    out.findings.push_back(files.text(diagnostic.where) + " " + diagnostic.code + " " + diagnostic.text);
  return out;
}

TEST_F(Publish, TheImageIsTheSameForAnyNumberOfThreads) {
  const auto zone = folder_.path() / "registry.zone";
  std::ofstream{zone} << registry_text(40'000);
  const auto alone = publish_with(zone, folder_.path() / "one", 1, 1);
  EXPECT_FALSE(alone.findings.empty());
  for (const std::size_t octets : {3000, 50'000, 1 << 20})
    EXPECT_TRUE(publish_with(zone, folder_.path() / "many", 3, octets) == alone) << "parts of " << octets;
}

TEST_F(Publish, RecordsOfOneOwnerAreFound) {
  std::vector<Zone> zones;
  zones.push_back(testing::build_zone(registry_text(3000), "example."));
  publish(zones, options());
  const auto opened = image::RecordsFile::open(options().image);
  const auto& file = std::get<image::RecordsFile>(opened);
  const auto lines_of = [&](std::string_view name) {
    std::vector<std::string> lines;
    EXPECT_EQ(file.find(0, *dns::Name::from_text(name),
                        [&](const image::StoredRecord& record) {
                          lines.push_back(record.owner.text() + " " + std::to_string(record.ttl) + " " +
                                          dns::type_text(record.type) + " " +
                                          dns::rdata_text(record.type, record.rdata));
                        }),
              "");
    return lines;
  };
  EXPECT_EQ(lines_of("example."),
            (std::vector<std::string>{"example. 60 NS ns.example.",
                                      "example. 60 SOA ns.example. hostmaster.example. 1 2 3 4 30"}));
  EXPECT_EQ(lines_of("d7.example."),
            (std::vector<std::string>{"d7.example. 60 NS ns1.d7.example.", "d7.example. 60 NS NS2.d7.example."}));
  EXPECT_EQ(lines_of("ns2.d7.example."), (std::vector<std::string>{"ns2.d7.example. 60 AAAA 2001:db8::7"}));
  EXPECT_EQ(lines_of("late201.example."),
            (std::vector<std::string>{"late201.example. 60 NS a.h1.test.", "late201.example. 60 NS b.h1.test."}));
  EXPECT_EQ(lines_of("d13.example.").at(2), "d13.example. 30 DS 1 13 2 " + std::string(64, 'A'));
  EXPECT_EQ(lines_of("*.wild.example.").size(), 1U);
  EXPECT_TRUE(lines_of("nothing.example.").empty());
  EXPECT_TRUE(lines_of("zzzz.example.").empty());
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
