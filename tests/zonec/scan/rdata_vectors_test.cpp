// Text to wire to text, for every type, against wire formats made by dnspython and BIND (check_rdata_vectors.py).
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/zonec/scan/scan_support.hpp"

namespace torii::zonec {
namespace {

struct Vector {
  std::string type;
  std::string text;
  std::string wire;
  std::string printed;
};

std::vector<Vector> read_vectors() {
  std::ifstream file{TORII_SOURCE_DIR "/tests/zonec/scan/rdata_vectors.txt"};
  std::vector<Vector> vectors;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream columns{line};
    Vector vector;
    std::getline(columns, vector.type, '\t');
    std::getline(columns, vector.text, '\t');
    std::getline(columns, vector.wire, '\t');
    std::getline(columns, vector.printed, '\t');
    vectors.push_back(vector);
  }
  return vectors;
}

std::string to_hex(dns::Octets octets) {
  std::string hex;
  dns::detail::append_hex_groups(hex, octets, octets.size() + 1, ' ');
  return hex;
}

struct Rdata {
  std::string hex;
  std::string printed;
  bool is_well_formed = false;
  bool is_every_prefix_safe = true;
  std::string problem;
};

Rdata scan_rdata(const std::string& type, const std::string& text) {
  Rdata rdata;
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  const auto sink = [&](const ScannedRecord& record) {
    rdata.hex = to_hex(record.rdata);
    rdata.printed = dns::rdata_text(record.type, record.rdata);
    rdata.is_well_formed = dns::check_rdata(record.type, record.rdata);
    // Reading a prefix must be safe, and printing one must give something: an exact copy lets sanitizers see a slip.
    for (std::size_t size = 0; size < record.rdata.size(); ++size) {
      const std::vector<std::uint8_t> prefix{record.rdata.begin(),
                                             record.rdata.begin() + static_cast<std::ptrdiff_t>(size)};
      static_cast<void>(dns::for_each_rdata_name(record.type, prefix, [](std::size_t, dns::NameView, bool) {}));
      if (!dns::check_rdata(record.type, prefix) && dns::rdata_text(record.type, prefix).substr(0, 2) != "\\#")
        rdata.is_every_prefix_safe = dns::for_each_field(record.type, prefix, [](auto, auto, auto) {}) == nullptr;
    }
  };
  const auto result = scan_text("a. 60 IN " + type + " " + text + "\n", "vector", {}, files, sink, diagnostics);
  if (!result.ok || result.records != 1) rdata.problem = diagnostics.empty() ? "no record" : diagnostics[0].text;
  return rdata;
}

TEST(RdataVectors, TextToWireToTextToWire) {
  const auto vectors = read_vectors();
  ASSERT_GE(vectors.size(), 130U);
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector.type + " " + vector.text);
    const auto first = scan_rdata(vector.type, vector.text);
    EXPECT_EQ(first.problem, "");
    EXPECT_EQ(first.hex, vector.wire);
    EXPECT_EQ(first.printed, vector.printed);
    EXPECT_TRUE(first.is_well_formed);
    EXPECT_TRUE(first.is_every_prefix_safe);
    const auto second = scan_rdata(vector.type, vector.printed);
    EXPECT_EQ(second.problem, "");
    EXPECT_EQ(second.hex, vector.wire);
    EXPECT_EQ(second.printed, vector.printed);
  }
}

TEST(RdataVectors, GenericFormGivesTheSame) {  // RFC 3597 section 5: also for known types
  for (const auto& vector : read_vectors()) {
    SCOPED_TRACE(vector.type + " " + vector.text);
    const auto type = dns::type_from_text(vector.type);
    ASSERT_TRUE(type);
    const auto generic = scan_rdata("TYPE" + std::to_string(static_cast<unsigned>(*type)),
                                    "\\# " + std::to_string(vector.wire.size() / 2) + " " + vector.wire);
    EXPECT_EQ(generic.problem, "");
    EXPECT_EQ(generic.printed, vector.printed);
  }
}

TEST(RdataVectors, EveryTypeWithAFormatHasAVector) {
  std::set<std::string> types;
  for (const auto& vector : read_vectors()) types.insert(vector.type);
  for (const auto& info : dns::rr_types()) {
    if (info.fields[0] == dns::Field::Opaque) continue;
    EXPECT_TRUE(types.contains(std::string{info.mnemonic})) << info.mnemonic;
  }
}

TEST(RdataVectors, ShortOrLongRdataIsMalformed) {
  for (const auto& vector : read_vectors()) {
    SCOPED_TRACE(vector.type + " " + vector.text);
    const auto type = *dns::type_from_text(vector.type);
    const auto* info = dns::find_type_info(type);
    if (info == nullptr || vector.wire.empty()) continue;
    using dns::Field;
    // Types whose last field takes whatever is left cannot tell; all others must refuse one octet more.
    const auto last =
        *std::find_if(info->fields.rbegin(), info->fields.rend(), [](Field f) { return f != Field::End; });
    const bool is_open = last == Field::Opaque || last == Field::LongText || last == Field::NonEmptyLongText ||
                         last == Field::Base64 || last == Field::OptionalBase64 || last == Field::Hex ||
                         last == Field::Nsap || last == Field::NxtBitmap || last == Field::Services;
    std::vector<std::uint8_t> octets;
    for (std::size_t i = 0; i < vector.wire.size(); i += 2)
      octets.push_back(static_cast<std::uint8_t>(std::stoi(vector.wire.substr(i, 2), nullptr, 16)));
    if (is_open) continue;
    // An empty string may follow strings, the root a list of names: seven cannot begin anything.
    octets.push_back(7);
    EXPECT_FALSE(dns::check_rdata(type, octets));
  }
}

}  // namespace
}  // namespace torii::zonec
