// A signed zone with anything changed in it, and any key with any signature. Laws:
// - verification ends, without a crash, whatever the records are;
// - when every signature verifies that did before, the RRsets they cover are what they were;
// - when the zone's digest verifies, all records are what they were, TTLs too.
// "What they were" is told by comparing records one by one, in no use of the code under test but the lowering of names.
//
// First octet: 0 to 2 choose a zone, changes follow, of 6 octets each (what, which record, where, how); 3: an
// algorithm, the length of a key, the key, a signature.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "torii/dns/rdata.hpp"
#include "zonec/model/build.hpp"
#include "zonec/scan/scan.hpp"
#include "zonec/verify/verify.hpp"

namespace {

using namespace torii;
using namespace torii::zonec;
using dns::RrType;

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  __builtin_trap();
}

struct Record {
  dns::Name owner;
  RrType type{};
  std::uint32_t ttl{};
  std::vector<std::uint8_t> rdata;
  Location where;
  [[nodiscard]] bool is_signature_over(RrType covered) const {
    return type == RrType::RRSIG && rdata.size() > 1 &&
           dns::load_u16(rdata.data()) == static_cast<std::uint16_t>(covered);
  }
};

using Octets = std::vector<std::uint8_t>;
/// Owner and type, to RDATA and TTL.
using Content = std::map<std::pair<std::string, RrType>, std::set<std::pair<Octets, std::uint32_t>>>;

Content content_of(const std::vector<Record>& records, bool with_ttl) {
  Content content;
  for (const auto& record : records) {
    auto rdata = record.rdata;
    dns::canonical_rdata(record.type, record.rdata, rdata.data());
    content[{dns::Name{record.owner}.lower().text(), record.type}].insert({rdata, with_ttl ? record.ttl : 0});
  }
  return content;
}

/// The RRsets that have an RRSIG.
Content signed_of(const Content& all, const std::vector<Record>& records) {
  Content content;
  for (const auto& record : records) {
    if (record.type != RrType::RRSIG || record.rdata.size() < 2) continue;
    const auto found = all.find({dns::Name{record.owner}.lower().text(), RrType{dns::load_u16(record.rdata.data())}});
    if (found != all.end()) content.insert(*found);
  }
  return content;
}

/// Without the apex ZONEMD and its RRSIGs, which no digest covers.
Content digested_of(std::vector<Record> records, dns::NameView apex) {
  std::erase_if(records, [&](const Record& r) {
    return r.owner == apex && (r.type == RrType::ZONEMD || r.is_signature_over(RrType::ZONEMD));
  });
  return content_of(records, true);
}

struct Outcome {
  VerifyCounts counts;
  ZonemdStatus digest = ZonemdStatus::Absent;
};

std::optional<Outcome> judge(const std::vector<Record>& records) {
  ZoneBuilder builder{records.front().owner};
  for (const auto& record : records)
    builder.add({record.owner, record.type, dns::RrClass::IN, record.ttl, record.rdata, record.where});
  std::vector<Diagnostic> diagnostics;
  const auto zone = builder.finish(diagnostics);
  if (!zone) return std::nullopt;
  // Records that are refused are not in the zone; the laws are about those that are.
  const bool refused = std::ranges::any_of(diagnostics, [](const Diagnostic& d) {
    return d.code == "out-of-zone" || d.code == "meta-type" || d.code == "malformed-rdata";
  });
  Outcome outcome;
  outcome.counts = verify_zone(*zone, {}, diagnostics);
  outcome.digest = zonemd_status(*zone);
  return refused ? std::nullopt : std::optional{outcome};
}

struct Original {
  explicit Original(const char* file) {
    SourceFiles files;
    std::vector<Diagnostic> diagnostics;
    const auto sink = [&](const ScannedRecord& r) {
      records.push_back({dns::Name{r.owner}, r.type, r.ttl, {r.rdata.begin(), r.rdata.end()}, r.where});
    };
    const auto path = std::string{TORII_SOURCE_DIR "/tests/zonec/verify/zones/"} + file;
    require(scan_file(path, {}, files, sink, diagnostics).ok && !records.empty(), "the zone can be read");
    apex = std::ranges::find(records, RrType::SOA, &Record::type)->owner;
    std::stable_partition(records.begin(), records.end(), [](const Record& r) { return r.type == RrType::SOA; });
    counts = judge(records)->counts;
    require(counts.verified == counts.signatures && counts.verified > 10, "the zone verifies");
    require(judge(records)->digest == ZonemdStatus::Verified, "its digest too");
    signed_sets = signed_of(content_of(records, false), records);
    digested = digested_of(records, apex);
  }
  std::vector<Record> records;
  dns::Name apex;
  VerifyCounts counts;
  Content signed_sets;
  Content digested;
};

void change(std::vector<Record>& records, const std::uint8_t* how) {
  auto& record = records[(how[1] | std::size_t{how[2]} << 8U) % records.size()];
  const std::size_t at = how[3];
  const auto value = how[4];
  switch (how[0] % 8) {
    case 0:
    case 1:
      if (!record.rdata.empty()) record.rdata[(at | std::size_t{how[5]} << 8U) % record.rdata.size()] ^= value;
      break;
    case 2:
      record.rdata.resize(std::min(record.rdata.size(), at));
      break;
    case 3:
      record.rdata.insert(record.rdata.begin() + static_cast<std::ptrdiff_t>(at % (record.rdata.size() + 1)), value);
      break;
    case 4:
      record.ttl ^= value;
      break;
    case 5: {
      Octets octets{record.owner.view().octets().begin(), record.owner.view().octets().end()};
      octets[at % octets.size()] ^= value;
      const auto name = dns::NameView::parse(octets);
      if (name && name->size() == octets.size()) record.owner = dns::Name{*name};
      break;
    }
    case 6:
      record.type = RrType{static_cast<std::uint16_t>(at % 70)};
      break;
    case 7:
      if (records.size() > 1) records.erase(records.begin() + (&record - records.data()));
      break;
  }
}

void fuzz_zone(const Original& original, std::span<const std::uint8_t> input) {
  auto records = original.records;
  for (; input.size() >= 6; input = input.subspan(6)) change(records, input.data());
  if (records.front().owner != original.apex) return;
  const auto outcome = judge(records);
  if (!outcome) return;
  if (outcome->counts.verified == original.counts.verified &&
      outcome->counts.signatures == original.counts.signatures) {
    const auto now = content_of(records, false);
    for (const auto& [key, rdata] : original.signed_sets) {
      const auto found = now.find(key);
      require(found != now.end() && found->second == rdata, "what is signed and verified is unchanged");
    }
  }
  if (outcome->digest == ZonemdStatus::Verified)
    require(digested_of(records, original.apex) == original.digested, "what is digested and verified is unchanged");
}

void fuzz_key(std::span<const std::uint8_t> input) {
  if (input.size() < 3) return;
  const std::size_t key_octets = std::min<std::size_t>(input[1] | std::size_t{input[2]} << 8U, input.size() - 3);
  Octets rdata{1, 1, 3, input[0]};
  const auto key = input.subspan(3, key_octets);
  rdata.insert(rdata.end(), key.begin(), key.end());
  std::vector<PublicKey> keys;
  keys.emplace_back(rdata);
  require(keys[0].is_usable() == (keys[0].fault().empty() && keys[0].algorithm().scheme != Scheme::None),
          "a key is usable or says why not");
  if (!keys[0].is_usable()) return;
  SignatureVerifier verifier{keys};
  auto signature = Octets{input.begin() + static_cast<std::ptrdiff_t>(3 + key_octets), input.end()};
  static_cast<void>(verifier.verify(0, key, signature));
  signature.resize(keys[0].signature_octets());
  static_cast<void>(verifier.verify(0, key, signature));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array kOriginals{Original{"small-ecdsa.zone"}, Original{"small-ed25519.zone"},
                                     Original{"rfc8976-a4.zone"}};
  if (size == 0 || size > 2048) return 0;
  const std::span input{data + 1, size - 1};
  if (data[0] % 4 == 3)
    fuzz_key(input);
  else
    fuzz_zone(kOriginals.at(data[0] % 4), input);
  return 0;
}
