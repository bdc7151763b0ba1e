// Blocks of the records file may hold anything. Laws:
// - reading ends, within bounds, with records or a fault; a record's owner is at or below the apex and is a name;
// - a block that the packer made gives back what went in (first octet 255: the rest is the text of a zone).
#include <cstdio>
#include <string>

#include "tests/support/compiled_zones.hpp"
#include "torii/dns/presentation.hpp"
#include "torii/image/records.hpp"
#include "zonec/emit/record_blocks.hpp"

namespace {

using namespace torii;

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  __builtin_trap();
}

std::string line_of(dns::NameView owner, std::uint32_t ttl, dns::RrType type, dns::Octets rdata) {
  auto line = owner.text() + ' ' + std::to_string(ttl) + ' ' + dns::type_text(type) + ' ';
  for (const auto octet : rdata) line += std::to_string(octet) + ',';
  return line + '\n';
}

/// Every record of the zone, in the order that blocks have.
std::string lines_of(const zonec::Zone& zone) {
  std::vector<const zonec::Owner*> owners;
  for (const auto* list : {&zone.owners, &zone.nsec3_owners})
    for (const auto& owner : *list) owners.push_back(&owner);
  std::ranges::stable_sort(owners,
                           [](const auto* a, const auto* b) { return canonical_order(a->name(), b->name()) < 0; });
  std::string lines;
  for (const auto* owner : owners) {
    for (const auto& set : zone.rrsets_of(*owner)) {
      for (const auto rdata : zone.rdata_of(set)) lines += line_of(owner->name(), set.ttl, set.type, rdata);
      for (const auto rdata : zone.signatures_of(set))
        lines += line_of(owner->name(), zone.signature_ttl(set), dns::RrType::RRSIG, rdata);
    }
    for (const auto rdata : zone.strays_of(*owner))
      lines += line_of(owner->name(), zone.stray_ttl(*owner), dns::RrType::RRSIG, rdata);
  }
  return lines;
}

void pack_and_read(std::string_view text, std::size_t octets_max) {
  zonec::SourceFiles files;
  std::vector<zonec::Diagnostic> diagnostics;
  zonec::ScanOptions options;
  options.origin = dns::Name::from_text("example.");
  options.allow_include = false;
  options.generate_max = 8;
  zonec::ZoneBuilder builder{options.origin};
  const auto scanned = zonec::scan_text(
      text, "fuzz", options, files, [&](const zonec::ScannedRecord& record) { builder.add(record); }, diagnostics);
  const auto zone = scanned.ok ? builder.finish(diagnostics) : std::nullopt;
  if (!zone) return;
  const zonec::HostSetNumbers numbers{*zone};
  const auto hosts = [&](std::uint32_t number) -> std::optional<std::vector<std::uint8_t>> {
    const auto page = numbers.page(number / image::kHostSetsInPage * image::kHostSetsInPage);
    const auto found = image::find_in_page(page, number % image::kHostSetsInPage);
    if (!found) return std::nullopt;
    return std::vector<std::uint8_t>(found->begin(), found->end());
  };
  std::vector<std::uint8_t> kept;  // the names of the set that was asked for last
  const auto kept_hosts = [&](std::uint32_t number) -> std::optional<dns::Octets> {
    auto found = hosts(number);
    if (!found) return std::nullopt;
    kept = std::move(*found);
    return dns::Octets{kept};
  };
  std::string lines;
  zonec::pack_records(*zone, numbers, octets_max, 1, [&](zonec::RecordBlock&& block) {
    const auto* fault = image::RecordBlockReader{block.octets, zone->apex}.for_each(
        kept_hosts, [&](const image::StoredRecord& r) { lines += line_of(r.owner, r.ttl, r.type, r.rdata); });
    require(fault == nullptr, "a packed block is sound");
  });
  require(lines == lines_of(*zone), "what is packed comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const dns::Octets rest{data + 1, size - 1};
  if (data[0] == 255) {
    const std::string_view text{reinterpret_cast<const char*>(rest.data()), rest.size()};
    pack_and_read(text, 64);
    pack_and_read(text, 4096);
    return 0;
  }
  // Otherwise so many octets are a page of host sets, and the rest is a block.
  const auto page = rest.first(std::min<std::size_t>(data[0], rest.size()));
  const auto apex = *dns::Name::from_text("example.");
  const auto hosts = [&](std::uint32_t number) { return image::find_in_page(page, number); };
  std::size_t octets = 0;
  static_cast<void>(
      image::RecordBlockReader{rest.subspan(page.size()), apex}.for_each(hosts, [&](const image::StoredRecord& record) {
        require(record.owner.is_at_or_below(apex), "owners are in the zone");
        require(dns::NameView::parse(record.owner.octets())->size() == record.owner.size(), "the owner is a name");
        for (const auto octet : record.rdata) octets += octet;  // touches all of it
      }));
  return octets == 1 ? 1 : 0;
}
