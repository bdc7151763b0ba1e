// The image reader: an answer space with some octets changed is asked all kinds of questions. Whatever it holds, the
// answer lies within bounds or is SERVFAIL. Also the manifest's parser, which reads a text of anybody's making.
#include <cstdlib>

#include "tests/fuzz/zone_folder.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "torii/image/manifest.hpp"

namespace {

using Queries = std::vector<std::vector<std::uint8_t>>;

struct Subject {
  torii::testing::CompiledZones zones;
  std::vector<std::uint8_t> good;
  Queries queries;
};

const Queries& queries();

/// About a random zone: its owners by turns, and names below them, with a type for each.
Queries queries_about(const std::vector<torii::dns::Name>& owners) {
  static constexpr std::array kTypes{torii::dns::RrType::A, torii::dns::RrType::NS, torii::dns::RrType::DS,
                                     torii::dns::RrType::RRSIG, torii::dns::RrType::ANY};
  Queries made;
  for (std::size_t i = 0; i < owners.size() && made.size() < 60; ++i)
    for (const std::string prefix : {"", "x."})
      if (owners[i].size() < 250)
        made.push_back(torii::testing::make_query(
            {.name = prefix + owners[i].text(), .type = kTypes[i % kTypes.size()], .dnssec_ok = true}));
  return made;
}

Subject& subject(std::size_t which) {
  static std::vector<Subject> all = [] {
    std::vector<Subject> made;
    for (const auto* form : {"zone", "nsec.zone", "nsec3.zone"}) {
      std::vector<torii::zonec::Zone> built;
      built.push_back(
          torii::testing::read_zone(std::string{TORII_SOURCE_DIR "/zones/example-tld."} + form, "example."));
      torii::testing::CompiledZones zones{std::move(built)};
      const auto segment = zones.segment(0);
      std::vector<std::uint8_t> good(segment.begin(), segment.end());
      made.push_back({std::move(zones), std::move(good), queries()});
    }
    for (const auto& folder_zone : torii::testing::folder_zones()) {
      std::vector<torii::zonec::Zone> built;
      built.push_back(torii::testing::read_zone(folder_zone.path, folder_zone.origin));
      torii::testing::CompiledZones zones{std::move(built)};
      const auto segment = zones.segment(0);
      std::vector<std::uint8_t> good(segment.begin(), segment.end());
      made.push_back({std::move(zones), std::move(good), queries_about(folder_zone.owners)});
    }
    return made;
  }();
  return all[which % all.size()];
}

const Queries& queries() {
  static const auto all = [] {
    Queries made;
    for (const auto* name : {"example.", "nic.example.", "www.nic.example.", "x.wild.example.", "a.signed.example.",
                             "www.indomain.example.", "www.sibling.example.", "zz.nosuch.example.", "cyclic-a.example.",
                             "_tcp.nic.example."})
      for (const auto type :
           {torii::dns::RrType::A, torii::dns::RrType::NS, torii::dns::RrType::DS, torii::dns::RrType::RRSIG})
        made.push_back(torii::testing::make_query({.name = name, .type = type, .dnssec_ok = true}));
    return made;
  }();
  return all;
}

}  // namespace

/// First octet: which zone, or (255) a manifest. Then edits of five octets: offset (4, little-endian) and new value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  if (data[0] == 255) {
    const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
    const auto manifest = torii::image::Manifest::parse(text, "current");
    if (const auto* good = std::get_if<torii::image::Manifest>(&manifest)) {
      const auto again = torii::image::Manifest::parse(good->text(), "current");
      if (!std::holds_alternative<torii::image::Manifest>(again)) std::abort();
    }
    return 0;
  }
  auto& [zones, good, asked] = subject(data[0]);
  const auto segment = zones.segment(0);
  for (std::size_t at = 1; at + 5 <= size && at < 200; at += 5) {
    std::uint32_t offset = 0;
    std::memcpy(&offset, data + at, sizeof offset);
    segment[offset % segment.size()] = data[at + 4];
  }
  std::vector<std::uint8_t> response(1232);
  torii::server::AnswerReport report;
  const auto view = zones.view();
  for (const auto& query : asked) {
    const auto octets =
        torii::testing::respond_in_stages(view, {}, torii::server::Transport::Udp, query, response, report);
    if (octets < 12 || octets > response.size()) std::abort();
  }
  std::memcpy(segment.data(), good.data(), good.size());
  return 0;
}
