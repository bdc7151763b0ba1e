// Queries about random zones: labels, types, flags and OPT are bent as such, not octet by octet. Laws, for each query
// over UDP and TCP, of the two answers together:
// - both are read by a parser of its own, pointers lead back only, counts are right, no octet is left over;
// - ID, opcode, RD and, to the octet, the question come back; QR is set; RA, Z, AD and CD are clear;
// - no answer is larger than its limit; TCP never truncates; no record stands twice;
// - UDP without TC has the RCODE, AA, answer and authority of TCP, and no additional record that TCP has not;
// - with TC every RRset is one of TCP's, whole (RFC 2181 section 9); a whole image never gives SERVFAIL.
#include <cstdlib>
#include <map>
#include <random>

#include "tests/fuzz/zone_folder.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/hostile_settings.hpp"

extern "C" std::size_t __attribute__((weak)) LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t room);

namespace {

using namespace torii;
using torii::server::Transport;
using Octets = std::vector<std::uint8_t>;

struct Subject {
  testing::CompiledZones zones;
  std::vector<dns::Name> owners;
};

Subject& subject() {
  static Subject one = [] {
    std::vector<zonec::Zone> zones;
    std::vector<dns::Name> owners;
    for (auto& zone : testing::folder_zones()) {
      zones.push_back(testing::read_zone(zone.path, zone.origin));
      owners.insert(owners.end(), zone.owners.begin(), zone.owners.end());
    }
    return Subject{testing::CompiledZones{std::move(zones)}, std::move(owners)};
  }();
  return one;
}

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

Octets answer(Transport transport, const Octets& request) {
  const testing::HostileSettings with;
  Octets response(transport == Transport::Tcp ? dns::kMessageOctetsMax : with.settings.udp_octets_max);
  server::AnswerReport report;
  const auto view = subject().zones.view();
  // UDP in the steps in which the server takes a batch, TCP one by one, as the server does.
  const auto octets =
      transport == Transport::Udp
          ? testing::respond_in_stages(view, with.settings, transport, request, response, report, with.client)
          : server::respond(view, with.settings, transport, request, response, report, with.client).value;
  require(octets <= response.size(), "the answer fits the buffer");
  response.resize(octets);
  return response;
}

/// Records by owner and type; RRSIGs by what they cover, too.
std::map<std::string, testing::Lines> rrsets(const testing::Lines& section) {
  std::map<std::string, testing::Lines> found;
  for (const auto& line : section) {
    const auto owner = line.find(' ');
    const auto type = line.find(' ', owner + 1) + 1;
    auto end = line.find(' ', type);
    if (line.compare(type, 6, "RRSIG ") == 0) end = line.find(' ', end + 1);
    found[line.substr(0, owner) + line.substr(type, end - type)].insert(line);
  }
  return found;
}

/// Whether every RRset of `part` stands in `whole` just so.
bool has_whole_rrsets(const testing::Lines& part, const testing::Lines& whole) {
  const auto all = rrsets(whole);
  return std::ranges::all_of(rrsets(part), [&](const auto& one) {
    const auto same = all.find(one.first);
    return same != all.end() && same->second == one.second;
  });
}

void check_alone(const Octets& request, const Octets& response, const testing::Heard& heard) {
  require(heard.well_formed, "an answer is well formed");
  require(response[0] == request[0] && response[1] == request[1], "the ID comes back");
  require((response[2] & 0xF9) == ((request[2] & 0x79) | 0x80), "QR is set, opcode and RD come back");
  require((response[3] & 0xF0) == 0, "RA, Z, AD and CD are clear");
  require(heard.rcode != 2, "a whole image never gives SERVFAIL");
  if (response[5] == 1)
    require(std::equal(request.begin() + 12, request.begin() + 12 + static_cast<std::ptrdiff_t>(heard.question_octets),
                       response.begin() + 12),
            "the question comes back to the octet");
  auto all = heard.answer;
  all.insert(heard.authority.begin(), heard.authority.end());
  all.insert(heard.additional.begin(), heard.additional.end());
  for (const auto& line : all) require(all.count(line) == 1, "no record stands twice");
}

// What follows bends queries.

void put_name(Octets& out, const dns::Name& name) {
  out.insert(out.end(), name.view().octets().begin(), name.view().octets().end());
}

class Bender {
 public:
  explicit Bender(unsigned seed) : random_{seed} {}

  Octets query() {
    Octets out;
    for (const unsigned word : {pick(65536U), flags(), once(40) ? pick(3U) : 1U, 0U, 0U, 0U})
      testing::put_u16(out, word);
    put_name(out, bent_name());
    static constexpr std::array<unsigned, 28> kTypes{1,  2,  5,  6,  12, 15,  16,  28,  33,  39,  41,  43, 46,  47,
                                                     48, 50, 51, 64, 65, 128, 250, 251, 252, 254, 255, 0,  256, 65300};
    testing::put_u16(out, once(3) ? kTypes[pick(28U)] : kTypes[pick(8U)]);
    testing::put_u16(out, once(40) ? pick(260U) : 1U);
    if (!once(5)) put_opt(out);
    if (once(60)) out.resize(out.size() + pick(8U), 0xC0);
    return out;
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool once(unsigned in) { return pick(in) == 0; }
  unsigned flags() { return once(30) ? pick(65536U) : once(3) ? 0x0130U : 0U; }

  dns::Name bent_name() {
    const auto& owners = subject().owners;
    std::vector<Octets> labels;
    const auto view = owners[pick(static_cast<unsigned>(owners.size()))].view();
    for (std::size_t at = 0; view.octets()[at] != 0; at += 1U + view.octets()[at])
      labels.emplace_back(view.octets().begin() + static_cast<std::ptrdiff_t>(at) + 1,
                          view.octets().begin() + static_cast<std::ptrdiff_t>(at) + 1 + view.octets()[at]);
    for (unsigned times = pick(4U); times > 0; --times) bend(labels);
    Octets wire;
    for (const auto& label : labels) {
      wire.push_back(static_cast<std::uint8_t>(label.size()));
      wire.insert(wire.end(), label.begin(), label.end());
    }
    wire.push_back(0);
    const auto bent = dns::NameView::parse(wire);
    return bent ? dns::Name{*bent} : dns::Name{view};
  }

  void bend(std::vector<Octets>& labels) {
    const auto front = labels.empty() ? 0U : pick(static_cast<unsigned>(labels.size()));
    const auto at = labels.begin() + static_cast<std::ptrdiff_t>(front);
    switch (pick(9U)) {
      case 0:
        labels.insert(labels.begin(), Octets{'*'});
        break;
      case 1:
        labels.insert(labels.begin(), Octets(1U + pick(63U), static_cast<std::uint8_t>('a' + pick(4U))));
        break;
      case 2:
        if (at != labels.end()) labels.insert(at, Octets(*at));
        break;
      case 3:
        if (at != labels.end()) labels.erase(at);
        break;
      case 4:
        if (at != labels.end()) *at = Octets{'*'};
        break;
      case 5:
        if (at != labels.end()) (*at)[pick(static_cast<unsigned>(at->size()))] = static_cast<std::uint8_t>(pick(256U));
        break;
      case 6:
        if (at != labels.end() && at->size() < 63) at->push_back(static_cast<std::uint8_t>(pick(2U) * 'a'));
        break;
      case 7:
        if (at != labels.end()) std::swap(*at, labels.front());
        break;
      default:
        for (auto& label : labels)
          for (auto& octet : label)
            if ((octet & 0xDFU) >= 'A' && (octet & 0xDFU) <= 'Z') octet ^= static_cast<std::uint8_t>(pick(2U) * 0x20);
    }
  }

  void put_opt(Octets& out) {
    out[11] = once(30) ? 2 : 1;
    out.push_back(0);
    testing::put_u16(out, 41);
    testing::put_u16(out, once(3) ? 500U + pick(800U) : once(2) ? 65535U : 512U);
    out.push_back(0);
    out.push_back(once(30) ? 1 : 0);
    testing::put_u16(out, once(4) ? 0U : 0x8000U);
    Octets options;
    for (unsigned count = once(2) ? pick(5U) : 0; count > 0; --count) {
      testing::put_u16(options, pick(21U));
      const auto length = once(2) ? 8 * pick(6U) : pick(41U);
      testing::put_u16(options, once(40) ? length + 1 : length);
      options.resize(options.size() + length, static_cast<std::uint8_t>(pick(256U)));
    }
    testing::put_u16(out, options.size());
    out.insert(out.end(), options.begin(), options.end());
  }

  std::minstd_rand random_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed) {
  if (seed % 8 == 0 && size > 0 && LLVMFuzzerMutate != nullptr) return LLVMFuzzerMutate(data, size, room);
  const auto query = Bender{seed}.query();
  const auto octets = std::min(query.size(), room);
  std::copy_n(query.begin(), octets, data);
  return octets;
}

/// The octets are the request.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Octets request(data, data + size);
  const auto udp = answer(Transport::Udp, request);
  const auto tcp = answer(Transport::Tcp, request);
  require(udp.empty() == tcp.empty(), "UDP and TCP are silent to the same messages");
  if (udp.empty()) {
    require(size < 12 || (request[2] & 0x80) != 0, "silence is for responses and scraps");
    return 0;
  }
  const auto ours = testing::read_response(udp);
  const auto full = testing::read_response(tcp);
  check_alone(request, udp, ours);
  check_alone(request, tcp, full);
  require(!full.tc(), "TCP never truncates");
  require(udp.size() <= tcp.size() || ours.opt_rdata.size() > full.opt_rdata.size(), "UDP has no more than TCP");
  if (!ours.tc()) {
    require(ours.rcode == full.rcode && ours.aa() == full.aa(), "RCODE and AA are those of TCP");
    require(ours.answer == full.answer && ours.authority == full.authority, "without TC nothing required is missing");
  }
  require(has_whole_rrsets(ours.answer, full.answer) && has_whole_rrsets(ours.authority, full.authority) &&
              has_whole_rrsets(ours.additional, full.additional),
          "every RRset is whole");
  return 0;
}
