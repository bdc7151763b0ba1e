#include "bench/zonegen/zone_writer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "bench/zonegen/nsec3_chain.hpp"
#include "bench/zonegen/order.hpp"
#include "bench/zonegen/signer.hpp"
#include "bench/zonegen/text_out.hpp"

namespace torii::bench {
namespace {

/// Labels of the registry's own names, in canonical order among themselves: nothing else starts like this, and `nic`
/// alone sorts among the delegations.
constexpr std::array<std::string_view, 4> kApexHosts{"a.nic", "b.nic", "c.nic", "d.nic"};

/// Where hosters live. Reserved: RFC 2606 section 2.
constexpr std::string_view kHosterOrigin = ".example.";

class ZoneWriter {
 public:
  ZoneWriter(const Registry& registry, const std::string& path)
      : registry_{registry}, shape_{registry.shape()}, out_{path}, signer_{shape_}, chain_{shape_} {
    hoster_texts_.resize(shape_.hosters);
  }

  ZoneAccount write() {
    const Order order{registry_};
    put_apex(order);
    bool nic_is_out = false;
    for (std::uint32_t at = 0; at < shape_.delegations; ++at) {
      const auto index = order.at(at);
      const auto label = registry_.label(index);
      if (!nic_is_out && (!shape_.canonical || label.text() > "nic")) {
        put_nic(label.text());
        nic_is_out = true;
      }
      put_delegation(index, label.text());
      if (shape_.denial == Denial::Nsec) put_next(order, at, label.text());
    }
    if (!nic_is_out) put_nic("");
    chain_.write(out_, signer_, account_.records);
    out_.close();
    account_.octets = out_.written();
    return account_;
  }

 private:
  /// "owner TTL IN TYPE ", ready for the RDATA.
  TextOut& start(std::string_view owner, std::string_view type, std::uint32_t ttl = kTtl) {
    put_owner(out_, owner, shape_.origin);
    ++account_.records;
    return out_ << '\t' << ttl << "\tIN\t" << type << '\t';
  }
  void sign(std::string_view owner, std::string_view type, std::uint32_t labels, std::uint32_t ttl = kTtl) {
    if (shape_.denial == Denial::Unsigned) return;
    signer_.put_signature(out_, owner, type, signer_.origin_labels() + labels, ttl);
    ++account_.records;
  }
  void put_addresses(std::string_view owner, std::uint64_t number, bool dual_stack) {
    // Benchmarking's own prefixes: 198.18.0.0/15 (RFC 2544 appendix C.2.2) and 2001:2::/48 (RFC 5180 section 8).
    Random random{shape_.seed, Purpose::Address, number};
    start(owner, "A") << "198." << static_cast<std::uint32_t>(18 + random.below(2)) << '.'
                      << static_cast<std::uint32_t>(random.below(256)) << '.'
                      << static_cast<std::uint32_t>(1 + random.below(254)) << '\n';
    if (!dual_stack) return;
    start(owner, "AAAA") << "2001:2:0:";
    for (int group = 0; group < 2; ++group) {
      const auto bits = random();
      const std::array octets{static_cast<std::uint8_t>(bits >> 8 | 0x10), static_cast<std::uint8_t>(bits)};
      out_.hex(octets) << (group == 0 ? "::" : "\n");
    }
  }

  void put_apex(const Order& order) {
    start("", "SOA", kTtl) << "a.nic." << shape_.origin << " hostmaster.nic." << shape_.origin << ' ' << shape_.serial
                           << " 1800 900 604800 " << kNegativeTtl << '\n';
    sign("", "SOA", 0);
    for (const auto host : kApexHosts) start("", "NS") << host << '.' << shape_.origin << '\n';
    sign("", "NS", 0);
    if (shape_.denial == Denial::Unsigned) return;
    signer_.put_keys(out_);
    account_.records += 3;
    if (shape_.denial == Denial::Nsec3) {
      start("", "NSEC3PARAM", 0) << "1 0 0 -\n";
      sign("", "NSEC3PARAM", 0, 0);
      chain_.add("", "NS SOA RRSIG DNSKEY NSEC3PARAM");
    } else {
      const auto first = registry_.label(order.at(0));
      put_nsec("", first.text() < "nic" ? first.text() : "nic", "NS SOA RRSIG NSEC DNSKEY", 0);
    }
  }

  /// The registry's own names; `after`: the label of the delegation that follows in canonical order, empty: none.
  void put_nic(std::string_view after) {
    start("nic", "A") << "198.18.0.1\n";
    sign("nic", "A", 1);
    if (shape_.denial == Denial::Nsec) put_nsec("nic", kApexHosts[0], "A RRSIG NSEC", 1);
    if (shape_.denial == Denial::Nsec3) chain_.add("nic", "A RRSIG");
    for (std::size_t i = 0; i < kApexHosts.size(); ++i) {
      put_addresses(kApexHosts[i], ~std::uint64_t{i}, false);
      sign(kApexHosts[i], "A", 2);
      start(kApexHosts[i], "AAAA") << "2001:2::" << static_cast<std::uint32_t>(i + 1) << '\n';
      sign(kApexHosts[i], "AAAA", 2);
      const bool last = i + 1 == kApexHosts.size();
      if (shape_.denial == Denial::Nsec)
        put_nsec(kApexHosts[i], last ? after : kApexHosts[i + 1], "A AAAA RRSIG NSEC", 2);
      if (shape_.denial == Denial::Nsec3) chain_.add(kApexHosts[i], "A AAAA RRSIG");
    }
  }

  void put_delegation(std::uint32_t index, std::string_view label) {
    const auto delegation = registry_.delegation(index);
    switch (delegation.hosting) {
      case Hosting::Hoster: {
        const auto& hosts = hoster_hosts(delegation.provider);
        for (const auto& host : hosts) start(label, "NS") << host << '\n';
        break;
      }
      case Hosting::Sibling: {
        ++account_.sibling;
        const auto sibling = registry_.label(delegation.provider);
        for (std::uint32_t k = 0; k < delegation.hosts; ++k)
          start(label, "NS") << "ns" << k + 1 << '.' << sibling.text() << '.' << shape_.origin << '\n';
        break;
      }
      case Hosting::InDomain:
        ++account_.in_domain;
        for (std::uint32_t k = 0; k < delegation.hosts; ++k)
          start(label, "NS") << "ns" << k + 1 << '.' << label << '.' << shape_.origin << '\n';
        break;
    }
    if (delegation.ds != 0) {
      signer_.put_ds(out_, label, index, delegation.ds);
      account_.records += delegation.ds + 1U;
      ++account_.secure;
    }
    if (shape_.denial == Denial::Nsec3 && (delegation.ds != 0 || !shape_.opt_out))
      chain_.add(label, delegation.ds != 0 ? "NS DS RRSIG" : "NS");
    if (delegation.hosting != Hosting::InDomain) return;
    for (std::uint32_t k = 0; k < delegation.hosts; ++k) {
      const auto before = account_.records;
      put_addresses(std::string{"ns"} + static_cast<char>('1' + k) + '.' + std::string{label},
                    std::uint64_t{index} * 16 + k, delegation.dual_stack);
      account_.glue += account_.records - before;
    }
  }

  /// NSEC of the delegation at `at`, which leads to the name after it.
  void put_next(const Order& order, std::uint32_t at, std::string_view label) {
    const bool is_last = at + 1 == shape_.delegations;
    const auto following = is_last ? Label{} : registry_.label(order.at(at + 1));
    const bool nic_follows = label < "nic" && (is_last || following.text() > "nic");
    const auto delegation = registry_.delegation(order.at(at));
    put_nsec(label, nic_follows ? "nic" : following.text(), delegation.ds != 0 ? "NS DS RRSIG NSEC" : "NS RRSIG NSEC",
             1);
  }
  void put_nsec(std::string_view owner, std::string_view next, std::string_view types, std::uint32_t labels) {
    start(owner, "NSEC", kNegativeTtl);
    put_owner(out_, next, shape_.origin);
    out_ << ' ' << types << '\n';
    sign(owner, "NSEC", labels, kNegativeTtl);
  }

  /// The hosts of a hoster as text, made when first asked for.
  const std::vector<std::string>& hoster_hosts(std::uint32_t number) {
    auto& texts = hoster_texts_[number];
    if (texts.empty()) {
      const auto hoster = registry_.hoster(number);
      for (std::uint32_t k = 0; k < hoster.hosts; ++k)
        texts.push_back(host_label(hoster.style, k) + '.' + std::string{hoster.domain.text()} +
                        std::string{kHosterOrigin});
    }
    return texts;
  }

  const Registry& registry_;
  const Shape& shape_;
  TextOut out_;
  Signer signer_;
  Nsec3Chain chain_;
  std::vector<std::vector<std::string>> hoster_texts_;
  ZoneAccount account_;
};

}  // namespace

ZoneAccount write_zone(const Registry& registry, const std::string& path) { return ZoneWriter{registry, path}.write(); }

}  // namespace torii::bench
