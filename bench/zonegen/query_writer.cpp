#include "bench/zonegen/query_writer.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "bench/zonegen/text_out.hpp"
#include "torii/dns/types.hpp"

namespace torii::bench {
namespace {

using dns::RrType;

struct Kind {
  RrType type;
  std::string_view mnemonic;
  bool www;  ///< asks for www below the delegation
  double share;
};

/// After what .cz and .nl publish of their queries: half are for A, a sixth for NS from resolvers that minimise.
constexpr std::array<Kind, 7> kKinds{{
    {RrType::A, "A", true, 0.40},
    {RrType::NS, "NS", false, 0.17},
    {RrType::AAAA, "AAAA", true, 0.12},
    {RrType::A, "A", false, 0.12},
    {RrType::DS, "DS", false, 0.09},
    {RrType::MX, "MX", false, 0.06},
    {RrType::AAAA, "AAAA", false, 0.04},
}};

struct Query {
  Label label;
  const Kind* kind = nullptr;
  bool exists = true;
  bool edns = false;
  bool dnssec_ok = false;
};

class Stream {
 public:
  Stream(const Registry& registry, const QueryMix& mix)
      : registry_{registry}, mix_{mix}, names_{registry.shape().delegations} {}

  Query operator()(std::uint64_t number) const {
    Random random{registry_.shape().seed, Purpose::Query, number};
    Query query;
    query.exists = !random.chance(mix_.nxdomain_share);
    query.label = registry_.label(index(random, query.exists));
    double at = random.unit();
    for (const auto& kind : kKinds) {
      query.kind = &kind;
      if ((at -= kind.share) < 0) break;
    }
    const double edns = random.unit();
    query.dnssec_ok = edns < mix_.do_share;
    query.edns = query.dnssec_ok || edns < mix_.edns_share;
    return query;
  }

 private:
  [[nodiscard]] std::uint32_t index(Random& random, bool exists) const {
    const std::uint32_t count = registry_.shape().delegations;
    // Indices behind the zone's are names of the same form that nobody registered.
    if (!exists) return count + static_cast<std::uint32_t>(random.below((std::uint64_t{1} << 32) - count));
    if (!random.chance(mix_.hot_share)) return static_cast<std::uint32_t>(random.below(count));
    // The first indices are sibling hosters; popular names begin after them.
    return static_cast<std::uint32_t>((names_(random) + registry_.sibling_hosters()) % count);
  }

  const Registry& registry_;
  const QueryMix& mix_;
  Zipf names_;
};

/// A message in wire format, with the promised RCODE as its ID.
class Message {
 public:
  void write(const Query& query, std::string_view origin, std::uint16_t payload_octets) {
    size_ = 0;
    u16(query.exists ? 0 : 3);
    u16(0);  // a query to an authoritative server: RD clear
    u16(1);
    u16(0);
    u16(0);
    u16(query.edns ? 1 : 0);
    if (query.kind->www) label("www");
    label(query.label.text());
    for (std::size_t at = 0; at < origin.size();) {
      const auto end = origin.find('.', at);
      label(origin.substr(at, end - at));
      at = end + 1;
    }
    u8(0);
    u16(static_cast<std::uint16_t>(query.kind->type));
    u16(static_cast<std::uint16_t>(dns::RrClass::IN));
    if (!query.edns) return;
    u8(0);
    u16(static_cast<std::uint16_t>(RrType::OPT));
    u16(payload_octets);
    u16(0);
    u16(query.dnssec_ok ? 0x8000 : 0);
    u16(0);
  }
  [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept { return std::span{octets_}.first(size_); }

 private:
  void u8(std::uint8_t octet) { octets_.at(size_++) = octet; }
  void u16(std::uint16_t number) {
    u8(static_cast<std::uint8_t>(number >> 8));
    u8(static_cast<std::uint8_t>(number));
  }
  void label(std::string_view text) {
    u8(static_cast<std::uint8_t>(text.size()));
    for (const char c : text) u8(static_cast<std::uint8_t>(c));
  }
  std::array<std::uint8_t, 512> octets_{};
  std::size_t size_ = 0;
};

std::optional<TextOut> open(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return std::optional<TextOut>{std::in_place, path};
}

void put_name(TextOut& out, const Query& query, std::string_view origin) {
  if (query.kind->www) out << "www.";
  out << query.label.text() << '.' << origin << ' ' << query.kind->mnemonic;
}

}  // namespace

QueryAccount write_queries(const Registry& registry, const QueryMix& mix, const QueryFiles& files) {
  const Stream stream{registry, mix};
  const std::string& origin = registry.shape().origin;
  auto for_load = open(files.stream);
  auto for_dnsperf = open(files.dnsperf);
  auto for_kxdpgun = open(files.kxdpgun);
  QueryAccount account;
  Message message;
  for (std::uint64_t number = 0; number < mix.count; ++number) {
    const auto query = stream(number);
    account.nxdomain += query.exists ? 0 : 1;
    account.with_edns += query.edns ? 1 : 0;
    account.with_do += query.dnssec_ok ? 1 : 0;
    message.write(query, origin, mix.payload_octets);
    account.octets += message.octets().size();
    if (for_load) {
      const auto size = message.octets().size();
      const std::array frame{static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
      for_load->octets(frame).octets(message.octets());
    }
    if (for_dnsperf) {
      put_name(*for_dnsperf, query, origin);
      *for_dnsperf << '\n';
    }
    if (for_kxdpgun) {
      put_name(*for_kxdpgun, query, origin);
      *for_kxdpgun << (query.dnssec_ok ? " D\n" : query.edns ? " E\n" : "\n");
    }
  }
  for (auto* out : {&for_load, &for_dnsperf, &for_kxdpgun})
    if (*out) (*out)->close();
  return account;
}

}  // namespace torii::bench
