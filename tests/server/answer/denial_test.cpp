// NSEC and NSEC3 proofs in answers. That they validate is shown against independent validators (tests/interop);
// here stands which records go with which answer.
#include <gtest/gtest.h>

#include <cctype>
#include <sstream>

#include "server/answer/chain.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using testing::ask;

/// Lines read "owner TTL type rdata".
std::size_t count(const testing::Lines& lines, std::string_view type) {
  return static_cast<std::size_t>(std::ranges::count_if(lines, [&](const std::string& line) {
    const auto start = line.find(' ', line.find(' ') + 1) + 1;
    return line.substr(start, line.find(' ', start) - start) == type;
  }));
}

class Denial : public ::testing::TestWithParam<const char*> {
 protected:
  static std::vector<zonec::Zone> read() {
    std::vector<zonec::Zone> zones;
    zones.push_back(
        testing::read_zone(std::string{TORII_SOURCE_DIR "/zones/example-tld."} + GetParam() + ".zone", "example."));
    return zones;
  }
  testing::CompiledZones zones_{read()};
  image::View view_ = zones_.view();
  [[nodiscard]] std::string link() const { return GetParam() == std::string_view{"nsec"} ? "NSEC" : "NSEC3"; }
  [[nodiscard]] bool nsec() const { return link() == "NSEC"; }
};

TEST_P(Denial, EverythingIsSigned) {
  const auto heard = ask(view_, {.name = "nic.example.", .dnssec_ok = true});
  EXPECT_EQ(count(heard.answer, "A"), 1U);
  EXPECT_EQ(count(heard.answer, "RRSIG"), 1U);
  EXPECT_EQ(count(ask(view_, {.name = "nic.example."}).answer, "RRSIG"), 0U) << "only with DO";
}

TEST_P(Denial, NoData) {
  const auto heard = ask(view_, {.name = "nic.example.", .type = RrType::SRV, .dnssec_ok = true});
  EXPECT_EQ(count(heard.authority, link()), 1U);
  EXPECT_EQ(count(heard.authority, "RRSIG"), 2U);
}

TEST_P(Denial, NxDomain) {
  const auto heard = ask(view_, {.name = "zzz.nic.example.", .dnssec_ok = true});
  EXPECT_EQ(heard.rcode, 3);
  EXPECT_TRUE(heard.well_formed);
  EXPECT_GE(count(heard.authority, link()), nsec() ? 1U : 2U);
  EXPECT_LE(count(heard.authority, link()), nsec() ? 2U : 3U);
}

TEST_P(Denial, WildcardAnswerProvesNothingCloser) {
  auto heard = ask(view_, {.name = "*.wild.example.", .dnssec_ok = true});
  EXPECT_EQ(count(heard.authority, link()), 0U) << "the wildcard's own name is no synthesis";
  heard = ask(view_, {.name = "anything.wild.example.", .dnssec_ok = true});
  ASSERT_GE(heard.answer.size(), 2U) << "the sample zone has A at *.wild";
  EXPECT_EQ(count(heard.authority, link()), 1U);
}

TEST_P(Denial, ReferralCarriesDsOrItsDenial) {
  const auto secure = ask(view_, {.name = "www.signed.example.", .dnssec_ok = true});
  EXPECT_EQ(count(secure.authority, "DS"), 1U);
  EXPECT_EQ(count(secure.authority, "RRSIG"), 1U);
  EXPECT_EQ(count(secure.authority, link()), 0U);
  const auto insecure = ask(view_, {.name = "www.unsigned.example.", .dnssec_ok = true});
  EXPECT_EQ(count(insecure.authority, link()), nsec() ? 1U : 2U);
  EXPECT_FALSE(insecure.aa());
}

TEST_P(Denial, TypeRrsigGivesTheSignatures) {
  const auto heard = ask(view_, {.name = "nic.example.", .type = RrType::RRSIG, .transport = Transport::Tcp});
  EXPECT_GE(count(heard.answer, "RRSIG"), 5U);
  EXPECT_EQ(heard.answer.size(), count(heard.answer, "RRSIG"));
}

INSTANTIATE_TEST_SUITE_P(Forms, Denial, ::testing::Values("nsec", "nsec3"));

/// Whether one of the NSEC3 lines covers (or, with `match`, matches) the hash of `name`. RFC 5155 section 8.3.
bool nsec3_proves(const testing::Lines& lines, std::string_view name, bool match) {
  const auto hash = dns::nsec3_label(dns::nsec3_hash(*dns::Name::from_text(name), {}, 0));
  const std::string wanted(hash.begin(), hash.end());
  return std::ranges::any_of(lines, [&](const std::string& line) {
    std::istringstream fields{line};
    std::string owner, ttl, type, algorithm, flags, iterations, salt, next;
    fields >> owner >> ttl >> type >> algorithm >> flags >> iterations >> salt >> next;
    if (type != "NSEC3") return false;
    owner.resize(32);
    std::ranges::transform(next, next.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    if (match) return owner == wanted;
    return owner < next ? owner < wanted && wanted < next : owner < wanted || wanted < next;
  });
}

TEST(DenialNsec3, ProvesWhatItShould) {
  std::vector<zonec::Zone> built;
  built.push_back(testing::read_zone(TORII_SOURCE_DIR "/zones/example-tld.nsec3.zone", "example."));
  testing::CompiledZones zones{std::move(built)};
  const auto view = zones.view();
  auto heard = ask(view, {.name = "a.zzz.nic.example.", .dnssec_ok = true, .transport = Transport::Tcp});
  EXPECT_EQ(heard.rcode, 3);
  EXPECT_TRUE(nsec3_proves(heard.authority, "nic.example.", true)) << "closest encloser";
  EXPECT_TRUE(nsec3_proves(heard.authority, "zzz.nic.example.", false)) << "next closer name";
  EXPECT_TRUE(nsec3_proves(heard.authority, "*.nic.example.", false)) << "wildcard";
  heard = ask(view, {.name = "a.b.wild.example.", .dnssec_ok = true, .transport = Transport::Tcp});
  EXPECT_TRUE(nsec3_proves(heard.authority, "b.wild.example.", false)) << "nothing closer than the wildcard";
  heard = ask(view, {.name = "a.wild.example.", .type = RrType::SRV, .dnssec_ok = true, .transport = Transport::Tcp});
  EXPECT_TRUE(nsec3_proves(heard.authority, "wild.example.", true));
  EXPECT_TRUE(nsec3_proves(heard.authority, "a.wild.example.", false));
  EXPECT_TRUE(nsec3_proves(heard.authority, "*.wild.example.", true));
  heard = ask(view, {.name = "www.unsigned.example.", .dnssec_ok = true, .transport = Transport::Tcp});
  EXPECT_TRUE(nsec3_proves(heard.authority, "example.", true)) << "closest provable encloser";
  EXPECT_TRUE(nsec3_proves(heard.authority, "unsigned.example.", false)) << "opt-out span";
}

/// A zone signed in looks only: every name has an NSEC, so that owners can be had that no signer would make.
testing::CompiledZones nsec_zone(const std::vector<std::string>& names) {
  std::string text =
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\n@ DNSKEY 257 3 13 AAAA\n@ NSEC " + names[0] + " NS SOA\n";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += names[i] + " TXT x\n" + names[i] + " NSEC " + (i + 1 < names.size() ? names[i + 1] : "@") + " TXT\n";
  return testing::compile(text, "example.");
}

TEST(DenialOwner, IsCompressedAgainstQname) {
  auto zones = nsec_zone({"a.long-label.deep", "m.long-label.deep"});
  const auto heard =
      ask(zones.view(), {.name = "c.long-label.deep.example.", .dnssec_ok = true, .transport = Transport::Tcp});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.rcode, 3);
  EXPECT_EQ(count(heard.authority, "NSEC"), 2U);
}

TEST(DenialOwner, LabelsThatLookLikeLengthsAreNotTakenApart) {
  // The owner's one label ends in octets that spell QNAME's last label, length octet included.
  auto zones = nsec_zone({"x\\003nic", "zzz"});
  const auto heard = ask(zones.view(), {.name = "y.x\\003nid.example.", .dnssec_ok = true});
  EXPECT_TRUE(heard.well_formed);
  const auto other = ask(zones.view(), {.name = "y\\003nic.nic.example.", .dnssec_ok = true});
  EXPECT_TRUE(other.well_formed);
  for (const auto& line : other.authority)
    EXPECT_TRUE(line.starts_with("example. ") || line.starts_with("x\\003nic.example. ")) << line;
}

/// The search agrees with a plain scan, whatever the hint and the key.
TEST(SearchChain, AgreesWithLinearSearch) {
  std::uint64_t state = 99;
  const auto random = [&] { return state = dns::fold_multiply(state + dns::kHashKey0, dns::kHashKey1); };
  for (std::uint32_t count = 1; count < 200; count += 1 + count / 7) {
    std::vector<std::uint64_t> space(16 + 2 * count);
    std::vector<image::ChainEntry> entries(count);
    for (auto& entry : entries) entry = {random() >> (count % 3 == 0 ? 60 : 0), 0, image::Ref{1}};
    std::ranges::sort(entries, {}, &image::ChainEntry::high);
    std::memcpy(&space[16], entries.data(), count * sizeof(image::ChainEntry));
    image::View view;
    view.add_segment({reinterpret_cast<const std::uint8_t*>(space.data()), space.size() * 8});
    image::ZoneHeader head{};
    head.chain = image::Ref{16};
    head.chain_count = count;
    const image::ZoneView zone{&head, nullptr, nullptr};
    for (int round = 0; round < 50; ++round) {
      const auto wanted = random() >> (count % 3 == 0 ? 60 : 0);
      std::size_t last = count - 1;
      for (std::size_t i = 0; i < count; ++i)
        if (entries[i].high <= wanted) last = i;
      if (entries[0].high > wanted) last = count - 1;
      const auto* found = search_chain(view, zone, {wanted, 0}, static_cast<std::uint32_t>(random() % count),
                                       [](const image::ChainEntry&) { return true; });
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->high, entries[last].high);
    }
  }
}

TEST(Interpolate, AnyCountThatADamagedImageStates) {
  constexpr std::uint32_t kMany = 0xFFFF'FFFF;
  for (const std::uint64_t there : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    image::ChainEntry entry{};
    entry.high = there;
    const auto entries = [&](std::uint32_t) { return &entry; };
    EXPECT_LT(interpolate(entries, kMany, ~there, kMany / 2), kMany);
  }
}

}  // namespace
}  // namespace torii::server
