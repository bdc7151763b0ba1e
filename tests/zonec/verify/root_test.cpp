// The real root zone, as it was on 2026-08-01: everything verifies, and with one bit of one record changed it does not.
#include <cstdlib>
#include <filesystem>
#include <random>

#include "tests/zonec/verify/verify_support.hpp"

namespace torii::zonec::testing {
namespace {

using dns::RrType;

std::string root_path() {
  if (const char* given = std::getenv("TORII_ROOT_ZONE")) return given;
  return source_path("../shared/data/root.zone.gz");
}

class RootZone : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(root_path()))
      GTEST_SKIP() << "no root zone at " << root_path() << "; set TORII_ROOT_ZONE to a copy";
    records_ = read_records(root_path());
  }

  /// Errors that check and compile would refuse the zone for.
  [[nodiscard]] std::vector<Diagnostic> errors(VerifyCounts* counts = nullptr) const {
    auto built = build_records(records_);
    auto& all = built.diagnostics;
    if (built.zone) {
      check_dnssec(*built.zone, {kNow, true}, all, 2);
      const auto found = verify_zone(*built.zone, {}, all, 2);
      if (counts != nullptr) *counts = found;
      zonemd_ = zonemd_status(*built.zone);
    }
    std::erase_if(all, [](const Diagnostic& d) { return d.severity != Severity::Error; });
    return all;
  }

  /// Indexes of up to `count` records that `is` accepts, spread over the zone.
  template <class Is>
  [[nodiscard]] std::vector<std::size_t> spread(std::size_t count, Is is) const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < records_.size(); ++i)
      if (is(records_[i])) all.push_back(i);
    std::vector<std::size_t> out;
    for (std::size_t k = 0; k < std::min(count, all.size()); ++k)
      out.push_back(all[k * all.size() / std::min(count, all.size())]);
    EXPECT_FALSE(out.empty());
    return out;
  }

  Records records_;
  mutable ZonemdStatus zonemd_{};
};

TEST_F(RootZone, EverySignatureAndTheDigestVerify) {
  VerifyCounts counts;
  EXPECT_TRUE(errors(&counts).empty());
  const auto rrsigs = std::ranges::count(records_, RrType::RRSIG, &OwnedRecord::type);
  EXPECT_GT(rrsigs, 2700);
  EXPECT_EQ(counts.signatures, static_cast<std::uint64_t>(rrsigs));
  EXPECT_EQ(counts.verified, counts.signatures);
  EXPECT_EQ(zonemd_, ZonemdStatus::Verified);
}

TEST_F(RootZone, OneBitOfOneRecordIsNoticedAndTheRRsetNamed) {
  const auto of_type = [](RrType type) { return [=](const OwnedRecord& r) { return r.type == type; }; };
  const auto at_apex = [](const OwnedRecord& r) { return r.owner.view().is_root(); };
  std::vector<std::size_t> chosen;
  const auto choose = [&](std::size_t count, auto is) {
    const auto some = spread(count, is);
    chosen.insert(chosen.end(), some.begin(), some.end());
  };
  for (const auto type : {RrType::SOA, RrType::DNSKEY, RrType::ZONEMD}) choose(3, of_type(type));
  choose(4, [&](const OwnedRecord& r) { return r.type == RrType::NS && at_apex(r); });
  choose(8, [&](const OwnedRecord& r) { return r.type == RrType::NS && !at_apex(r); });
  for (const auto type : {RrType::DS, RrType::NSEC, RrType::A, RrType::AAAA}) choose(10, of_type(type));
  choose(6, [&](const OwnedRecord& r) { return r.type == RrType::RRSIG && at_apex(r); });
  choose(10, [&](const OwnedRecord& r) { return r.type == RrType::RRSIG && !at_apex(r); });
  EXPECT_GE(chosen.size(), 70U);

  std::mt19937 random{20260801};
  for (const auto index : chosen) {
    auto& record = records_[index];
    const auto before = record;
    const bool is_signed = (before.type != RrType::A && before.type != RrType::AAAA && before.type != RrType::NS) ||
                           (before.type == RrType::NS && at_apex(before));
    // Bit 5 is left alone: in a name it is but the case of a letter, which neither signature nor digest covers.
    constexpr std::array<std::uint8_t, 7> kBits{1, 2, 4, 8, 16, 64, 128};
    const auto octet = random() % record.rdata.size();
    record.rdata[octet] ^= kBits[random() % kBits.size()];
    const auto what = before.owner.text() + " " + type_text(before.type) + " octet " + std::to_string(octet);
    const auto found = errors();
    ASSERT_FALSE(found.empty()) << what;
    const auto names_it = [&](const Diagnostic& d) {
      auto covered = before.type;
      if (covered == RrType::RRSIG) covered = RrType{dns::load_u16(before.rdata.data())};
      return d.text.starts_with(before.owner.text() + " " + type_text(before.type)) ||
             d.text.starts_with(before.owner.text() + " " + type_text(covered));
    };
    if (is_signed) {
      // The RRSIG over ZONEMD is outside the digest, and a changed type in it makes it cover something else.
      EXPECT_TRUE(std::ranges::any_of(found, names_it)) << what << ": " << found.front().text;
    } else {
      // No signature covers glue and the NS records of delegations; the digest does.
      EXPECT_TRUE(std::ranges::any_of(found, names_it) ||
                  std::ranges::count(found, "zonemd-mismatch", &Diagnostic::code) == 1)
          << what << ": " << found.front().text;
    }
    record = before;
  }
}

TEST_F(RootZone, OneBitOfATtlIsNoticed) {
  for (const auto type : {RrType::SOA, RrType::NS, RrType::DS, RrType::A, RrType::AAAA, RrType::RRSIG, RrType::NSEC}) {
    const auto index = spread(3, [&](const OwnedRecord& r) { return r.type == type; }).back();
    records_[index].ttl ^= 1U;
    EXPECT_FALSE(errors().empty()) << type_text(type);
    records_[index].ttl ^= 1U;
  }
}

}  // namespace
}  // namespace torii::zonec::testing
