/// For each delegation of a zone file, what each kind of server is predicted to send: one JSON object a line, for
/// profiles_test.py. Names are hexadecimal wire format.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "zonec/judge/account.hpp"
#include "zonec/judge/portable.hpp"
#include "zonec/judge/seen.hpp"
#include "zonec/model/build.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {
namespace {

struct Mode {
  const char* name;
  Asked asked;
};

// All servers' own limit is 1232 octets, whatever the client takes.
const Mode kModes[]{
    {"udp", {.qname = {}, .limit = 512}},
    {"udp1232", {.qname = {}, .limit = 1232, .edns = true}},
    {"udp1400", {.qname = {}, .limit = 1232, .edns = true}},
    {"tcp", {.qname = {}, .limit = 65535, .tcp = true}},
    {"do1232", {.qname = {}, .limit = 1232, .edns = true, .dnssec_ok = true}},
    {"dotcp", {.qname = {}, .limit = 65535, .edns = true, .dnssec_ok = true, .tcp = true}},
};

/// NSD sends NS records as the zone file has them, so its prediction is made for the hosts in that order.
using FileOrder = std::map<std::string, std::vector<dns::Name>>;  // by owner, in lower case

Seen seen_of_nsd(const Account& account, const Asked& asked, const std::vector<dns::Name>& order) {
  std::vector<std::uint16_t> from;  // indices into account.hosts
  auto ordered = account;
  ordered.hosts.clear();
  for (const auto& name : order) {
    for (std::size_t i = 0; i < account.hosts.size(); ++i) {
      const auto number = static_cast<std::uint16_t>(i);
      if (!(account.hosts[i].name == name) || std::ranges::find(from, number) != from.end()) continue;
      from.push_back(number);
      ordered.hosts.push_back(account.hosts[i]);
    }
  }
  auto seen = seen_from(ServerKind::Nsd, ordered, asked);
  for (auto* sets : {&seen.sent, &seen.left_out})
    for (auto& set : *sets) set.host = from[set.host];
  return seen;
}

std::string hex(dns::NameView name) {
  std::string out = "\"";
  for (const auto octet : name.octets()) {
    out += "0123456789abcdef"[octet >> 4];
    out += "0123456789abcdef"[octet & 15];
  }
  return out + '"';
}

void print(const Seen& seen) {
  std::cout << "{\"octets\":" << seen.octets << ",\"tc\":" << seen.tc << ",\"ns\":" << seen.ns_records
            << ",\"proof\":" << seen.proof_records << ",\"signatures\":" << seen.glue_signatures
            << ",\"chance\":" << seen.is_chance << ",\"sent\":[";
  const char* comma = "";
  for (const auto& set : seen.sent) {
    std::cout << comma << '[' << set.host << ',' << static_cast<unsigned>(set.type) << ']';
    comma = ",";
  }
  std::cout << "]}";
}

void print(const Account& account, const std::vector<dns::Name>& order) {
  static constexpr const char* kRelations[]{"in-domain", "sibling-glue", "sibling-authoritative", "unrelated"};
  std::cout << "{\"owner\":" << hex(account.owner) << ",\"cyclic\":" << account.is_cyclic << ",\"hosts\":[";
  std::vector<dns::NameView> names;
  for (const auto& host : account.hosts) {
    std::cout << (names.empty() ? "" : ",") << "{\"name\":" << hex(host.name) << ",\"relation\":\""
              << kRelations[static_cast<unsigned>(host.relation)] << "\",\"a\":" << host.a << ",\"aaaa\":" << host.aaaa
              << ",\"wildcard\":" << host.from_wildcard << '}';
    names.push_back(host.name);
  }
  std::cout << "],\"asked\":[";
  const char* comma = "";
  for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
    for (const bool other : {false, true}) {
      const auto plain = longest_qname(account.owner, names, shape);
      const auto qname = other ? other_case(plain) : plain;
      for (const auto& mode : kModes) {
        auto asked = mode.asked;
        asked.qname = qname;
        std::cout << comma << "{\"qname\":" << hex(qname) << ",\"shape\":\""
                  << (shape == QnameShape::Long ? "long" : "many") << (other ? "-0x20" : "") << "\",\"mode\":\""
                  << mode.name << "\",\"seen\":{";
        comma = ",";
        for (std::size_t i = 0; i < kServerKindCount; ++i) {
          const auto kind = static_cast<ServerKind>(i);
          std::cout << (i == 0 ? "\"" : ",\"") << server_id(kind) << "\":";
          print(kind == ServerKind::Nsd ? seen_of_nsd(account, asked, order) : seen_from(kind, account, asked));
        }
        std::cout << "}}";
      }
    }
  }
  PortableSizes portable{EncoderSet::all()};
  const ReferralPart all{.opt = false, .proof = false, .glue = ReferralPart::Glue::All};
  const auto worst = portable.worst(account, all);
  std::cout << "],\"portable\":{\"octets\":" << worst.octets << ",\"encoder\":\"" << encoder_id(worst.encoder)
            << "\",\"bound\":" << portable_bound(account, all) << "}}\n";
}

int run(const std::string& file, const std::string& origin, const std::set<std::string>& wanted) {
  std::vector<Diagnostic> diagnostics;
  SourceFiles files;
  ZoneBuilder builder{std::nullopt};
  ScanOptions options;
  options.origin = dns::Name::from_text(origin);
  FileOrder order;
  const auto sink = [&](const ScannedRecord& record) {
    builder.add(record);
    if (record.type == dns::RrType::NS)
      order[dns::Name{record.owner}.lower().text()].emplace_back(*dns::NameView::parse(record.rdata));
  };
  const auto scanned = scan_file(file, options, files, sink, diagnostics);
  const auto zone = scanned.ok ? builder.finish(diagnostics) : std::nullopt;
  if (!zone) {
    for (const auto& diagnostic : diagnostics) std::cerr << diagnostic.text << '\n';
    return 1;
  }
  for (OwnerIndex i = 0; i < zone->owners.size(); ++i) {
    if (zone->owners[i].kind != OwnerKind::Cut) continue;
    const auto owner = dns::Name(zone->owners[i].name()).lower().text();
    if (wanted.empty() || wanted.contains(owner)) print(describe_account(*zone, i), order.at(owner));
  }
  return 0;
}

}  // namespace
}  // namespace torii::zonec

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: profile_sizes ZONE-FILE ORIGIN [OWNER ...]\n";
    return 2;
  }
  return torii::zonec::run(argv[1], argv[2], {argv + 3, argv + argc});
}
