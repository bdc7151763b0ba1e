#include "zonec/layout/answers.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "torii/dns/nsec3_hash.hpp"
#include "torii/dns/presentation.hpp"
#include "torii/dns/sort_key.hpp"
#include "zonec/layout/additional.hpp"
#include "zonec/layout/denial.hpp"
#include "zonec/layout/name_index.hpp"
#include "zonec/layout/referral.hpp"

namespace torii::zonec {
namespace {

using image::Ref;

void append(std::vector<std::uint8_t>& out, const void* data, std::size_t octets) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  out.insert(out.end(), from, from + octets);
}

class ZoneLayout {
 public:
  ZoneLayout(const Zone& zone, AnswerSpace& space, AnswerAccount& account, const LayoutOptions& options)
      : zone_{zone},
        space_{space},
        account_{account},
        options_{options},
        apex_labels_{zone.apex.view().label_count()} {}

  Ref run(std::uint64_t seed) {
    cyclic_ = find_cyclic(zone_);
    lay_out_chain();
    nodes_.assign(zone_.owners.size(), Ref{});
    // Children stand after their parents, so backwards every "*" is there before the node above it.
    for (auto i = static_cast<OwnerIndex>(zone_.owners.size()); i-- > 0;)
      if (is_node(zone_.owners[i])) nodes_[i] = lay_out_node(i);
    return lay_out_header(seed);
  }

 private:
  static bool is_node(const Owner& owner) {
    return owner.kind == OwnerKind::Authoritative || owner.kind == OwnerKind::EmptyNonTerminal ||
           owner.kind == OwnerKind::Cut;
  }
  [[nodiscard]] dns::Octets labels_of(const Owner& owner) const {
    return owner.name().octets().first(owner.name().size() - zone_.apex.size());
  }

  Ref put(const std::vector<std::uint8_t>& octets, std::uint64_t& account) {
    const auto ref = space_.allocate(octets.size());
    space_.write(ref.octet(), octets);
    account += (octets.size() + 7) / 8 * 8;
    return ref;
  }

  /// `additional` stands behind the block, on the next multiple of eight.
  Ref put_block(const LaidOutBlock& block, dns::Octets owner_labels, dns::NameView owner, dns::RrType type,
                const LaidOutAdditional& additional = {}) {
    if (!block.fits()) {
      throw OversizedRRset{owner.text() + ": the " + dns::type_text(type) + " RRset has " +
                           std::to_string(block.octets.size()) +
                           " octets with its signatures, more than a response can carry; split it or drop records"};
    }
    image::Block head{};
    head.plain_octets = static_cast<std::uint16_t>(block.plain_octets);
    head.signature_octets = static_cast<std::uint16_t>(block.octets.size() - block.plain_octets);
    head.plain_records = block.plain_records;
    head.signature_records = block.signature_records;
    head.plain_relocations = static_cast<std::uint16_t>(block.plain_relocations);
    head.relocations = static_cast<std::uint16_t>(block.relocations.size());
    head.owner_octets = static_cast<std::uint8_t>(owner_labels.size());
    head.flags = block.flags;
    if (!additional.steps.empty()) head.flags |= image::kBlockAdditional;
    std::vector<std::uint8_t> out;
    append(out, &head, sizeof head);
    append(out, block.relocations.data(), block.relocations.size() * sizeof(std::uint16_t));
    append(out, owner_labels.data(), owner_labels.size());
    append(out, block.octets.data(), block.octets.size());
    if (!additional.steps.empty()) {
      out.resize((out.size() + 7) / 8 * 8);
      append_additional(out, additional);
    }
    return put(out, account_.blocks);
  }

  /// In the form of a referral without NS records.
  static void append_additional(std::vector<std::uint8_t>& out, const LaidOutAdditional& additional) {
    image::Referral head{};
    head.glue_relocations = static_cast<std::uint16_t>(additional.relocations.size());
    head.glue_octets = static_cast<std::uint32_t>(additional.octets.size());
    const auto steps = ladder_of(additional.steps, head);
    append(out, &head, sizeof head);
    append(out, steps.data(), steps.size() * sizeof(image::LadderStep));
    append(out, additional.relocations.data(), additional.relocations.size() * 2);
    append(out, additional.octets.data(), additional.octets.size());
  }

  /// The steps as the image has them; `head` learns their number, how many are required, and whether any is signed.
  static std::vector<image::LadderStep> ladder_of(std::span<const GlueStep> steps, image::Referral& head) {
    std::vector<image::LadderStep> ladder;
    for (const auto& step : steps) {
      head.required_steps = static_cast<std::uint16_t>(head.required_steps + (step.required ? 1 : 0));
      if (step.signature_octets > 0) head.flags |= image::kReferralSignedGlue;
      ladder.push_back({static_cast<std::uint16_t>(step.octets), static_cast<std::uint16_t>(step.signature_octets),
                        step.records, step.signature_records});
    }
    head.step_count = static_cast<std::uint16_t>(ladder.size());
    return ladder;
  }

  void add_link(const Owner& link, dns::Octets key) {
    const auto block = put_block(lay_out_chain_link(zone_, link), labels_of(link), link.name(), dns::RrType::NSEC);
    links_.emplace(&link, block);
    image::ChainEntry entry{.high = 0, .low = 0, .block = block};
    for (std::size_t i = 0; i < 8; ++i) entry.high = entry.high << 8 | (i < key.size() ? key[i] : 0U);
    for (std::size_t i = 8; i < 12; ++i) entry.low = entry.low << 8 | (i < key.size() ? key[i] : 0U);
    chain_.push_back(entry);
  }

  void lay_out_chain() {
    if (zone_.denial == DenialKind::Nsec) {
      for (const auto& owner : zone_.owners)
        if (is_node(owner) && chain_rrset(zone_, owner) != nullptr)
          add_link(owner, dns::SortKey{owner.name(), apex_labels_}.octets());
    } else if (zone_.denial == DenialKind::Nsec3) {
      for (const auto& owner : zone_.nsec3_owners) {
        if (chain_rrset(zone_, owner) == nullptr) continue;
        if (const auto hash = dns::nsec3_hash_of_label(owner.name().first_label())) add_link(owner, *hash);
      }
    }
  }

  [[nodiscard]] Ref block_of(const Owner* link) const {
    const auto found = links_.find(link);
    return found == links_.end() ? Ref{} : found->second;
  }

  Ref lay_out_node(OwnerIndex index) {
    const auto& owner = zone_.owners[index];
    image::Node node{};
    const bool cut = owner.kind == OwnerKind::Cut;
    std::vector<image::SetEntry> sets;
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (set.type == dns::RrType::NSEC || (cut && set.type != dns::RrType::DS)) continue;
      sets.push_back(
          {static_cast<std::uint16_t>(set.type), 0,
           put_block(lay_out_rrset(zone_, owner.name(), set), {}, owner.name(), set.type,
                     options_.additional ? lay_out_additional(zone_, owner.name(), set) : LaidOutAdditional{})});
    }
    node.flags = static_cast<std::uint8_t>((cut ? image::kNodeCut : 0) | (owner.has_dname ? image::kNodeDname : 0) |
                                           (owner.has_cname ? image::kNodeCname : 0) |
                                           (owner.kind == OwnerKind::EmptyNonTerminal ? image::kNodeEmpty : 0));
    if (cut || (index == 0 && zone_.find_rrset(owner, dns::RrType::NS) != nullptr)) node.referral = referral_of(index);
    const auto proof = prove_no_type(zone_, index);
    node.denial = block_of(proof.denial);
    if (proof.encloser != nullptr) {
      node.flags |= image::kNodeUnproven;
      node.wildcard = block_of(proof.encloser);
    } else if (!cut && !owner.has_dname) {
      set_wildcard(owner.name(), node);
    }
    const auto labels = labels_of(owner);
    node.name_octets = static_cast<std::uint8_t>(labels.size());
    node.set_count = static_cast<std::uint16_t>(sets.size());
    std::vector<std::uint8_t> out;
    append(out, &node, sizeof node);
    append(out, labels.data(), labels.size());
    out.resize((out.size() + 7) / 8 * 8);
    append(out, sets.data(), sets.size() * sizeof(image::SetEntry));
    ++account_.node_count;
    return put(out, account_.nodes);
  }

  void set_wildcard(dns::NameView name, image::Node& node) {
    static constexpr std::array<std::uint8_t, 2> kStar{1, '*'};
    const auto star = dns::Name::join(kStar, name);
    if (!star) return;  // a name of 254 or 255 octets has no room for a wildcard below it
    if (const auto child = zone_.find(*star); child != kNoOwner && nodes_[child]) {
      node.flags |= image::kNodeWildcard;
      node.wildcard = nodes_[child];
    } else {
      node.wildcard = block_of(find_cover(zone_, *star));
    }
  }

  Ref referral_of(OwnerIndex index) {
    auto delegation = describe_delegation(zone_, index);
    delegation.cyclic = index != 0 && cyclic_[index];
    const auto laid_out = lay_out_referral(zone_, delegation);
    image::Referral head{};
    head.ns_octets = static_cast<std::uint16_t>(laid_out.ns.size());
    head.ns_records = laid_out.ns_records;
    head.ns_relocations = static_cast<std::uint16_t>(laid_out.ns_relocations.size());
    head.glue_relocations = static_cast<std::uint16_t>(laid_out.glue_relocations.size());
    head.glue_octets = static_cast<std::uint32_t>(laid_out.glue.size());
    if (laid_out.ns.size() > dns::kMessageOctetsMax)
      throw OversizedRRset{zone_.owners[index].name().text() + ": the NS RRset has " +
                           std::to_string(laid_out.ns.size()) + " octets, more than a response can carry"};
    const auto steps = ladder_of(laid_out.steps, head);
    if (laid_out.incomplete) head.flags |= image::kReferralIncomplete;
    std::vector<std::uint8_t> out;
    append(out, &head, sizeof head);
    append(out, steps.data(), steps.size() * sizeof(image::LadderStep));
    append(out, laid_out.ns_relocations.data(), laid_out.ns_relocations.size() * 2);
    append(out, laid_out.glue_relocations.data(), laid_out.glue_relocations.size() * 2);
    append(out, laid_out.ns.data(), laid_out.ns.size());
    append(out, laid_out.glue.data(), laid_out.glue.size());
    std::string key(reinterpret_cast<const char*>(out.data()), out.size());
    if (const auto known = referrals_.find(key); known != referrals_.end()) return known->second;
    const auto ref = put(out, account_.referrals);
    ++account_.distinct_referrals;
    referrals_.emplace(std::move(key), ref);
    return ref;
  }

  Ref lay_out_header(std::uint64_t seed) {
    std::vector<OwnerIndex> indexed;
    for (OwnerIndex i = 1; i < zone_.owners.size(); ++i)
      if (nodes_[i]) indexed.push_back(i);
    const auto index = build_name_index(
        indexed.size(), seed,
        [&](std::uint64_t from, std::size_t i) {
          const auto name = zone_.owners[indexed[i]].name();
          const dns::LabelOffsets labels{name};
          auto hash = from;
          for (auto k = labels.count - apex_labels_; k > 0; --k)
            hash = dns::hash_label(hash, name.data() + labels.at[k - 1]);
          return hash;
        },
        [&](std::size_t i) { return nodes_[indexed[i]]; });
    const auto& apex = zone_.owners.front();
    image::ZoneHeader head{};
    head.magic = image::kZoneMagic;
    head.apex_octets = static_cast<std::uint8_t>(zone_.apex.size());
    head.apex_labels = static_cast<std::uint8_t>(apex_labels_);
    head.denial = static_cast<image::Denial>(zone_.denial);
    head.salt_octets = static_cast<std::uint8_t>(zone_.nsec3_salt.size());
    head.index = write_name_index(index, space_);
    head.index_mask = index.mask();
    head.index_probe_max = index.probe_max;
    head.apex = nodes_.front();
    head.seed = index.seed;
    head.negative_soa =
        put_block(lay_out_rrset(zone_, apex.name(), *zone_.find_rrset(apex, dns::RrType::SOA), zone_.negative_ttl), {},
                  apex.name(), dns::RrType::SOA);
    head.chain = space_.allocate_table(chain_.size() * sizeof(image::ChainEntry));
    head.chain_count = static_cast<std::uint32_t>(chain_.size());
    for (std::size_t i = 0; i < chain_.size(); ++i)
      space_.write_value(head.chain.octet() + i * sizeof(image::ChainEntry), chain_[i]);
    head.nsec3_iterations = zone_.nsec3_iterations;
    head.serial = zone_.serial.value;
    head.node_count = static_cast<std::uint32_t>(account_.node_count);
    head.delegation_count = zone_.delegation_count;
    account_.index = index.slots.size() * sizeof(image::Slot);
    account_.chain = chain_.size() * sizeof(image::ChainEntry);
    account_.probe_max = index.probe_max;
    std::vector<std::uint8_t> out;
    append(out, &head, sizeof head);
    append(out, zone_.apex.view().data(), zone_.apex.size());
    append(out, zone_.nsec3_salt.data(), zone_.nsec3_salt.size());
    return put(out, account_.nodes);
  }

  const Zone& zone_;
  AnswerSpace& space_;
  AnswerAccount& account_;
  const LayoutOptions& options_;
  std::size_t apex_labels_;
  std::vector<bool> cyclic_;
  std::vector<Ref> nodes_;
  std::vector<image::ChainEntry> chain_;
  std::unordered_map<const Owner*, Ref> links_;
  std::unordered_map<std::string, Ref> referrals_;
};

}  // namespace

void lay_out_answers(std::span<const Zone> zones, std::uint64_t seed, AnswerSpace& space,
                     std::span<AnswerAccount> accounts, const LayoutOptions& options) {
  static_cast<void>(space.allocate(image::kSuperblock.octet()));  // Ref 0 refers to nothing
  const auto super_ref = space.allocate(sizeof(image::Superblock));
  if (super_ref != image::kSuperblock) throw std::logic_error{"the superblock is not where readers look for it"};
  image::Superblock super{};
  super.magic = image::kSuperblockMagic;
  super.format_version = image::kFormatVersion;
  super.zone_count = static_cast<std::uint32_t>(zones.size());
  std::vector<Ref> headers;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    headers.push_back(ZoneLayout{zones[i], space, accounts[i], options}.run(seed));
    const auto labels = zones[i].apex.view().label_count();
    super.apex_labels[labels / 64] |= std::uint64_t{1} << (labels % 64);
  }
  const auto index = build_name_index(
      zones.size(), seed, [&](std::uint64_t from, std::size_t i) { return dns::hash_name(from, zones[i].apex); },
      [&](std::size_t i) { return headers[i]; });
  super.zone_index = write_name_index(index, space);
  super.zone_mask = index.mask();
  super.zone_probe_max = index.probe_max;
  super.seed = index.seed;
  space.write_value(super_ref.octet(), super);
}

}  // namespace torii::zonec
