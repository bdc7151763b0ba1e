#include "torii/image/manifest.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace torii::image {
namespace {

Manifest sample() {
  Manifest manifest;
  manifest.generation = 12;
  manifest.created = "2026-08-01T12:00:00Z";
  manifest.lmdb = "0.9.24";
  manifest.page_octets = 4096;
  manifest.answers = {"00000012.answers.mdb", 4711, std::string(64, 'a')};
  manifest.records = {"00000012.records.mdb", 815, std::string(64, 'b')};
  manifest.skeleton = 0x0123456789abcdef;
  manifest.segments = {{4160, 100, 1}, {268500000, 7, 0xffffffffffffffff}};
  manifest.zones = {{*dns::Name::from_text("a\\032b.example."), dns::Serial{4294967295}, 10, 3},
                    {dns::Name{}, {1}, 0, 0}};
  return manifest;
}

TEST(Manifest, WhatIsWrittenIsReadBack) {
  const auto text = sample().text();
  const auto parsed = Manifest::parse(text, "current");
  ASSERT_TRUE(std::holds_alternative<Manifest>(parsed)) << std::get<ImageError>(parsed).text;
  EXPECT_EQ(std::get<Manifest>(parsed).text(), text);
  EXPECT_EQ(std::get<Manifest>(parsed).zones[0].apex.text(), "a\\032b.example.");
}

TEST(Manifest, EveryProperPrefixIsRefused) {
  const auto text = sample().text();
  for (std::size_t length = 0; length < text.size(); ++length)
    ASSERT_TRUE(std::holds_alternative<ImageError>(Manifest::parse(text.substr(0, length), "current"))) << length;
}

TEST(Manifest, AnEmptyFileAndAFolderAreSaidToBeThat) {
  const torii::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "current").string();
  const auto said = [&](const std::string& file) { return std::get<ImageError>(Manifest::read(file)).text; };
  EXPECT_NE(said(path).find("No such file"), std::string::npos) << said(path);
  std::ofstream{path};
  EXPECT_EQ(said(path).find("cannot be read"), std::string::npos) << said(path);
  EXPECT_NE(said(folder.path().string()).find("directory"), std::string::npos) << said(folder.path().string());
}

TEST(Manifest, LinesOfWrongFormAreNamed) {
  for (const std::string line :
       {"segment offset x octets 1 checksum 0", "file answers ../../etc/passwd octets 1 sha256 0",
        "file other x octets 1 sha256 0", "unheard of", "generation 1 2", "generation -1",
        "zone a..b serial 1 records 1 delegations 1", "byte-order big", ""}) {
    auto text = sample().text();
    text = text.substr(0, text.rfind("checksum"));
    text += line + "\n";
    text += "checksum " + detail::hex64(checksum64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) +
            "\n";
    const auto parsed = Manifest::parse(text, "current");
    ASSERT_TRUE(std::holds_alternative<ImageError>(parsed)) << line;
    EXPECT_NE(std::get<ImageError>(parsed).text.find("line 13"), std::string::npos)
        << std::get<ImageError>(parsed).text;
  }
}

TEST(Checksum, DependsOnEveryOctetAndOnTheSplitNotAtAll) {
  std::vector<std::uint8_t> octets(100);
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(i * 7);
  const auto whole = checksum64(octets);
  for (std::size_t split = 0; split <= octets.size(); ++split) {
    Checksum sum;
    sum.add(std::span{octets}.first(split));
    sum.add(std::span{octets}.subspan(split));
    EXPECT_EQ(sum.value(), whole) << split;
  }
  for (std::size_t i = 0; i < octets.size(); ++i) {
    auto changed = octets;
    changed[i] ^= 1;
    EXPECT_NE(checksum64(changed), whole) << i;
    EXPECT_NE(checksum64(std::span{octets}.first(i)), whole) << i;
  }
}

}  // namespace
}  // namespace torii::image
