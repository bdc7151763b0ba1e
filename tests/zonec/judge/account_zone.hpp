#pragma once
/// A zone that delegates as an account says, so that its size can be read off the layout.
#include "tests/zonec/model/zone_text.hpp"
#include "zonec/judge/account.hpp"
#include "zonec/judge/sizes.hpp"

namespace torii::zonec::testing {

/// Unsigned, or signed with DS or NSEC at the delegation; NSEC3 is left out.
class AccountZone {
 public:
  explicit AccountZone(const Account& account) : account_{account} {
    const std::vector<std::uint8_t> soa(22);
    add(account.zone, dns::RrType::SOA, soa);
    add(account.zone, dns::RrType::NS, account.zone.view().octets());
    if (!account.proof.empty()) add(account.zone, dns::RrType::DNSKEY, std::vector<std::uint8_t>{1, 0, 3, 13, 1, 2});
    for (const auto& host : account.hosts) {
      add(account.owner, dns::RrType::NS, host.name.view().octets());
      if (host.relation == HostRelation::SiblingGlue) add_sibling_cut(host.name);
      for (std::uint32_t i = 0; i < host.a; ++i) add(host.name, dns::RrType::A, counted(4, i));
      for (std::uint32_t i = 0; i < host.aaaa; ++i) add(host.name, dns::RrType::AAAA, counted(16, i));
      sign(host.name, dns::RrType::A, host.a_signatures);
      sign(host.name, dns::RrType::AAAA, host.aaaa_signatures);
    }
    add_proof();
  }

  /// What the layout says of the delegation.
  [[nodiscard]] SizeFacts facts() {
    std::vector<Diagnostic> diagnostics;
    zone_ = builder_.finish(diagnostics);
    const auto cut = zone_->find(account_.owner);
    if (cut == kNoOwner || zone_->owners[cut].kind != OwnerKind::Cut) {
      ADD_FAILURE() << account_.owner.text() << " is no delegation";
      for (const auto& diagnostic : diagnostics) ADD_FAILURE() << diagnostic.text;
      for (const auto& host : account_.hosts) ADD_FAILURE() << host.name.text();
      return {};
    }
    auto delegation = describe_delegation(*zone_, cut);
    delegation.cyclic = account_.is_cyclic;
    auto facts = size_facts(*zone_, delegation, measure_referral(*zone_, delegation));
    facts.is_unreachable = account_.is_unreachable;
    return facts;
  }

 private:
  static std::vector<std::uint8_t> counted(std::size_t size, std::uint32_t number) {
    std::vector<std::uint8_t> octets(size, 0x20);
    octets[size - 1] = static_cast<std::uint8_t>(number);
    octets[size - 2] = static_cast<std::uint8_t>(number >> 8U);
    return octets;
  }

  void add(dns::NameView owner, dns::RrType type, dns::Octets rdata) {
    builder_.add({.owner = owner,
                  .type = type,
                  .rr_class = dns::RrClass::IN,
                  .ttl = 3600,
                  .rdata = rdata,
                  .where = {.file = 0, .line = ++line_, .column = 1}});
  }

  void add_sibling_cut(dns::NameView host) {
    for (auto labels = account_.zone.view().label_count() + 1; labels <= host.label_count(); ++labels)
      if (const auto name = host.suffix(labels); !account_.owner.view().is_at_or_below(name))
        return add(name, dns::RrType::NS, host.octets());
    ADD_FAILURE() << host.text() << " cannot be below another cut";
  }

  void sign(dns::NameView owner, dns::RrType covered, const std::vector<std::uint16_t>& sizes) {
    for (const auto size : sizes) {
      auto rdata = counted(size, ++line_);
      rdata[0] = 0;
      rdata[1] = static_cast<std::uint8_t>(covered);
      const auto signer = account_.zone.view().octets();
      std::ranges::copy(signer, rdata.begin() + 18);
      add(owner, dns::RrType::RRSIG, rdata);
    }
  }

  void add_proof() {
    dns::RrType covered{};
    for (const auto& record : account_.proof) {
      if (record.type == dns::RrType::RRSIG) {
        sign(record.owner, covered, {record.rdata_octets});
        continue;
      }
      covered = record.type;
      auto rdata = counted(record.rdata_octets, ++line_);
      if (record.type == dns::RrType::DS) {
        rdata[3] = record.digest_type;
      } else {
        ASSERT_EQ(record.type, dns::RrType::NSEC);
        std::ranges::copy(account_.zone.view().octets(), rdata.begin());
        const auto bitmap = rdata.begin() + static_cast<std::ptrdiff_t>(account_.zone.size());
        std::fill(bitmap, rdata.end(), std::uint8_t{1});
        bitmap[0] = 0;
        bitmap[1] = static_cast<std::uint8_t>(rdata.end() - bitmap - 2);
        add(account_.zone, record.type, rdata);  // where a chain starts
      }
      add(record.owner, record.type, rdata);
    }
  }

  const Account& account_;
  ZoneBuilder builder_{account_.zone};
  std::optional<Zone> zone_;
  std::uint32_t line_ = 0;
};

}  // namespace torii::zonec::testing
