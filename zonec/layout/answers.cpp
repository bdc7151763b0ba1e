#include "zonec/layout/answers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "torii/dns/nsec3_hash.hpp"
#include "torii/dns/presentation.hpp"
#include "torii/dns/sort_key.hpp"
#include "zonec/layout/additional.hpp"
#include "zonec/layout/denial.hpp"
#include "zonec/layout/encode.hpp"
#include "zonec/layout/name_index.hpp"
#include "zonec/layout/referral.hpp"
#include "zonec/layout/referral_table.hpp"

namespace torii::zonec {
namespace {

using image::Ref;

/// The nodes of one range of owners, laid out apart from the space; `join` puts them in.
struct NodeBatch {
  struct Item {
    std::uint32_t owner{};
    std::uint32_t node{};  // where its octets begin: first its blocks, then the node
    std::uint32_t head{};  // where the Node itself begins
    std::uint32_t end{};
    std::uint32_t referral{};  // where its own referral begins in `referrals`, and ends; equal: it has none
    std::uint32_t referral_end{};
    std::uint32_t wildcard = kNone;  // owner index of the child "*"
    std::uint64_t referral_hash{};
  };
  std::vector<Item> items;
  std::vector<std::uint8_t> octets;
  std::vector<std::uint8_t> referrals;
  std::vector<std::uint32_t> local_refs;  // ascending places in `octets` of references into it, in units of 8
  std::uint64_t block_octets{};
};

class ZoneLayout {
 public:
  ZoneLayout(const Zone& zone, AnswerSpace& space, AnswerAccount& account, const LayoutOptions& options,
             unsigned threads)
      : zone_{zone},
        space_{space},
        account_{account},
        options_{options},
        threads_{threads},
        apex_labels_{zone.apex.view().label_count()},
        referrals_{space} {}

  Ref run(std::uint64_t seed) {
    lay_out_chain();
    lay_out_common_referrals();
    lay_out_nodes();
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

  /// The owners that the chain may run through.
  [[nodiscard]] std::span<const Owner> chain_owners() const {
    if (zone_.denial == DenialKind::Nsec3) return zone_.nsec3_owners;
    return zone_.denial == DenialKind::Nsec ? std::span{zone_.owners} : std::span<const Owner>{};
  }

  struct ChainBatch {
    std::vector<std::uint8_t> octets;
    std::vector<image::ChainEntry> entries;  // their blocks count from the batch's start
    std::vector<std::uint32_t> links;        // of each entry
  };

  [[nodiscard]] ChainBatch lay_out_links(std::uint32_t first, std::uint32_t last) const {
    ChainBatch batch;
    const auto owners = chain_owners();
    for (auto i = first; i < last; ++i) {
      const auto& link = owners[i];
      if ((zone_.denial == DenialKind::Nsec && !is_node(link)) || chain_rrset(zone_, link) == nullptr) continue;
      std::array<std::uint8_t, 12> key{};
      if (zone_.denial == DenialKind::Nsec3) {
        const auto hash = dns::nsec3_hash_of_label(link.name().first_label());
        if (!hash) continue;
        std::copy_n(hash->begin(), key.size(), key.begin());
      } else {
        const dns::SortKey sort_key{link.name(), apex_labels_};
        std::ranges::copy(sort_key.octets().first(std::min(key.size(), sort_key.octets().size())), key.begin());
      }
      image::ChainEntry entry{.high = 0, .low = 0, .block = {static_cast<std::uint32_t>(batch.octets.size() / 8)}};
      for (std::size_t k = 0; k < 8; ++k) entry.high = entry.high << 8 | key[k];
      for (std::size_t k = 8; k < 12; ++k) entry.low = entry.low << 8 | key[k];
      append_block(batch.octets, lay_out_chain_link(zone_, link), labels_of(link), link.name(), dns::RrType::NSEC);
      batch.entries.push_back(entry);
      batch.links.push_back(i);
    }
    return batch;
  }

  void lay_out_chain() {
    const auto owners = chain_owners();
    links_.assign(owners.size(), Ref{});
    each_range(
        owners.size(), threads_, [&](std::uint32_t first, std::uint32_t last) { return lay_out_links(first, last); },
        [&](ChainBatch&& batch) {
          if (batch.entries.empty()) return;
          const auto base = put(batch.octets, account_.blocks);
          for (std::size_t i = 0; i < batch.entries.size(); ++i) {
            batch.entries[i].block.unit += base.unit;
            links_[batch.links[i]] = batch.entries[i].block;
          }
          chain_.insert(chain_.end(), batch.entries.begin(), batch.entries.end());
        });
  }

  [[nodiscard]] Ref block_of(const Owner* link) const {
    return link == nullptr ? Ref{} : links_[static_cast<std::size_t>(link - chain_owners().data())];
  }

  using SetAndTtl = std::pair<std::uint32_t, std::uint32_t>;

  /// Referrals that many cuts have stand together, in the order of their host sets.
  void lay_out_common_referrals() {
    std::vector<SetAndTtl> wanted;
    std::size_t bound = kRangeElements;
    const auto sort_out = [](std::vector<SetAndTtl>& list) {
      std::ranges::sort(list);
      list.erase(std::unique(list.begin(), list.end()), list.end());
    };
    each_range(
        zone_.owners.size(), threads_,
        [&](std::uint32_t first, std::uint32_t last) {
          std::vector<SetAndTtl> found;
          std::array<SetAndTtl, 4096> recent;  // most have been seen a moment ago, and need not be sorted
          recent.fill({kNone, 0});
          for (auto i = first; i < last; ++i) {
            if (zone_.owners[i].kind != OwnerKind::Cut) continue;
            const auto set = common_host_set(zone_, i);
            if (set == kNone) continue;
            const SetAndTtl wants{set, zone_.find_rrset(zone_.owners[i], dns::RrType::NS)->ttl};
            auto& seen = recent[set % recent.size()];
            if (seen == wants) continue;
            seen = wants;
            found.push_back(wants);
          }
          sort_out(found);
          return found;
        },
        [&](const std::vector<SetAndTtl>& found) {
          wanted.insert(wanted.end(), found.begin(), found.end());
          if (wanted.size() < bound) return;
          sort_out(wanted);
          bound = 2 * wanted.size() + kRangeElements;
        });
    sort_out(wanted);
    in_order(
        wanted.size(), threads_,
        [&](std::size_t i) {
          std::vector<std::uint8_t> octets;
          append_referral(octets, lay_out_host_set(zone_, wanted[i].first, wanted[i].second), zone_.apex);
          return octets;
        },
        [&](std::size_t i, const std::vector<std::uint8_t>& octets) {
          common_.emplace_back(wanted[i], put_referral(octets, ReferralTable::hash_of(octets)));
        });
  }

  [[nodiscard]] Ref common_referral(std::uint32_t set, std::uint32_t ttl) const {
    return std::ranges::lower_bound(common_, SetAndTtl{set, ttl}, {}, &CommonReferral::first)->second;
  }

  Ref put_referral(dns::Octets octets, std::uint64_t hash) {
    if (const auto known = referrals_.find(hash, octets)) return known;
    const auto ref = space_.allocate(octets.size());
    space_.write(ref.octet(), octets);
    account_.referrals += octets.size();
    ++account_.distinct_referrals;
    referrals_.add(hash, ref, octets.size());
    return ref;
  }

  void lay_out_nodes() {
    nodes_.assign(zone_.owners.size(), Ref{});
    each_range(
        zone_.owners.size(), threads_,
        [&](std::uint32_t first, std::uint32_t last) {
          NodeBatch batch;
          for (auto i = first; i < last; ++i)
            if (is_node(zone_.owners[i])) lay_out_node(i, batch);
          return batch;
        },
        [&](NodeBatch&& batch) { join(batch); });
    for (const auto& [index, child] : wildcards_)
      space_.write_value(nodes_[index].octet() + offsetof(image::Node, wildcard), nodes_[child]);
  }

  void lay_out_node(OwnerIndex index, NodeBatch& batch) const {
    const auto& owner = zone_.owners[index];
    image::Node node{};
    NodeBatch::Item item{.owner = index,
                         .node = static_cast<std::uint32_t>(batch.octets.size()),
                         .referral = static_cast<std::uint32_t>(batch.referrals.size())};
    const bool cut = owner.kind == OwnerKind::Cut;
    std::vector<image::SetEntry> sets;
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (set.type == dns::RrType::NSEC || (cut && set.type != dns::RrType::DS)) continue;
      sets.push_back({static_cast<std::uint16_t>(set.type), 0, {static_cast<std::uint32_t>(batch.octets.size() / 8)}});
      append_block(batch.octets, lay_out_rrset(zone_, owner.name(), set), {}, owner.name(), set.type,
                   options_.additional ? lay_out_additional(zone_, owner.name(), set) : LaidOutAdditional{});
    }
    batch.block_octets += batch.octets.size() - item.node;
    node.flags = static_cast<std::uint8_t>((cut ? image::kNodeCut : 0) | (owner.has_dname ? image::kNodeDname : 0) |
                                           (owner.has_cname ? image::kNodeCname : 0) |
                                           (owner.kind == OwnerKind::EmptyNonTerminal ? image::kNodeEmpty : 0));
    if (cut || (index == 0 && zone_.find_rrset(owner, dns::RrType::NS) != nullptr))
      node.referral = referral_of(index, batch);
    item.referral_end = static_cast<std::uint32_t>(batch.referrals.size());
    item.referral_hash = ReferralTable::hash_of(dns::Octets{batch.referrals}.subspan(item.referral));
    const auto proof = prove_no_type(zone_, index);
    node.denial = block_of(proof.denial);
    if (proof.encloser != nullptr) {
      node.flags |= image::kNodeUnproven;
      node.wildcard = block_of(proof.encloser);
    } else if (!cut && !owner.has_dname) {
      set_wildcard(owner.name(), node, item);
    }
    const auto labels = labels_of(owner);
    node.name_octets = static_cast<std::uint8_t>(labels.size());
    node.set_count = static_cast<std::uint16_t>(sets.size());
    item.head = static_cast<std::uint32_t>(batch.octets.size());
    append(batch.octets, &node, sizeof node);
    append(batch.octets, labels.data(), labels.size());
    pad(batch.octets);
    for (const auto& set : sets) {
      batch.local_refs.push_back(static_cast<std::uint32_t>(batch.octets.size() + offsetof(image::SetEntry, block)));
      append(batch.octets, &set, sizeof set);
    }
    item.end = static_cast<std::uint32_t>(batch.octets.size());
    batch.items.push_back(item);
  }

  void set_wildcard(dns::NameView name, image::Node& node, NodeBatch::Item& item) const {
    static constexpr std::array<std::uint8_t, 2> kStar{1, '*'};
    const auto star = dns::Name::join(kStar, name);
    if (!star) return;  // a name of 254 or 255 octets has no room for a wildcard below it
    const auto at = zone_.find_at_or_before(*star, item.owner);
    if (zone_.owners[at].name() == star->view() && is_node(zone_.owners[at])) {
      node.flags |= image::kNodeWildcard;
      item.wildcard = at;
    } else {
      node.wildcard = block_of(find_cover(zone_, *star));
    }
  }

  /// The referral that others have too; else nothing, and its octets are in the batch.
  Ref referral_of(OwnerIndex index, NodeBatch& batch) const {
    const auto& owner = zone_.owners[index];
    if (const auto set = common_host_set(zone_, index); set != kNone)
      return common_referral(set, zone_.find_rrset(owner, dns::RrType::NS)->ttl);
    auto delegation = describe_delegation(zone_, index);
    delegation.cyclic = index != 0 && zone_.is_cyclic(index);
    append_referral(batch.referrals, lay_out_referral(zone_, delegation), owner.name());
    return {};
  }

  /// Puts a batch into the space: each node with its blocks before it and a referral of its own behind it.
  void join(NodeBatch& batch) {
    auto local = batch.local_refs.begin();
    for (const auto& item : batch.items) {
      const auto own_referral = dns::Octets{batch.referrals}.subspan(item.referral, item.referral_end - item.referral);
      const auto ref = space_.allocate(item.end - item.node);
      const auto base = ref.unit - item.node / 8;
      for (; local != batch.local_refs.end() && *local < item.end; ++local) {
        std::uint32_t unit = 0;
        std::memcpy(&unit, batch.octets.data() + *local, sizeof unit);
        unit += base;
        std::memcpy(batch.octets.data() + *local, &unit, sizeof unit);
      }
      if (!own_referral.empty()) {
        const auto referral = put_referral(own_referral, item.referral_hash);
        std::memcpy(batch.octets.data() + item.head + offsetof(image::Node, referral), &referral, sizeof referral);
      }
      space_.write(ref.octet(), dns::Octets{batch.octets}.subspan(item.node, item.end - item.node));
      nodes_[item.owner] = {ref.unit + (item.head - item.node) / 8};
      if (item.wildcard != kNone) wildcards_.emplace_back(item.owner, item.wildcard);
    }
    account_.node_count += batch.items.size();
    account_.blocks += batch.block_octets;
    account_.nodes += batch.octets.size() - batch.block_octets;
  }

  Ref lay_out_header(std::uint64_t seed) {
    std::vector<OwnerIndex> indexed;
    indexed.reserve(zone_.owners.size());
    for (OwnerIndex i = 1; i < zone_.owners.size(); ++i)
      if (nodes_[i]) indexed.push_back(i);
    auto index = build_name_index(
        indexed.size(), seed,
        [&](std::uint64_t from, std::size_t i) {
          const auto name = zone_.owners[indexed[i]].name();
          const dns::LabelOffsets labels{name};
          auto hash = from;
          for (auto k = labels.count - apex_labels_; k > 0; --k)
            hash = dns::hash_label(hash, name.data() + labels.at[k - 1]);
          return hash;
        },
        [&](std::size_t i) { return nodes_[indexed[i]]; }, threads_);
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
    std::vector<std::uint8_t> soa;
    append_block(soa, lay_out_rrset(zone_, apex.name(), *zone_.find_rrset(apex, dns::RrType::SOA), zone_.negative_ttl),
                 {}, apex.name(), dns::RrType::SOA);
    head.negative_soa = put(soa, account_.blocks);
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

  using CommonReferral = std::pair<SetAndTtl, Ref>;

  const Zone& zone_;
  AnswerSpace& space_;
  AnswerAccount& account_;
  const LayoutOptions& options_;
  unsigned threads_;
  std::size_t apex_labels_;
  std::vector<Ref> nodes_;  // by owner
  std::vector<Ref> links_;  // by chain owner
  std::vector<image::ChainEntry> chain_;
  std::vector<CommonReferral> common_;                        // ascending
  std::vector<std::pair<OwnerIndex, OwnerIndex>> wildcards_;  // nodes, and the owners that are their "*"
  ReferralTable referrals_;
};

}  // namespace

void lay_out_answers(std::span<const Zone> zones, std::uint64_t seed, AnswerSpace& space,
                     std::span<AnswerAccount> accounts, const LayoutOptions& options, unsigned threads) {
  static_cast<void>(space.allocate(image::kSuperblock.octet()));  // Ref 0 refers to nothing
  const auto super_ref = space.allocate(sizeof(image::Superblock));
  if (super_ref != image::kSuperblock) throw std::logic_error{"the superblock is not where readers look for it"};
  image::Superblock super{};
  super.magic = image::kSuperblockMagic;
  super.format_version = image::kFormatVersion;
  super.zone_count = static_cast<std::uint32_t>(zones.size());
  std::vector<Ref> headers;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    headers.push_back(ZoneLayout{zones[i], space, accounts[i], options, threads}.run(seed));
    const auto labels = zones[i].apex.view().label_count();
    super.apex_labels[labels / 64] |= std::uint64_t{1} << (labels % 64);
  }
  auto index = build_name_index(
      zones.size(), seed, [&](std::uint64_t from, std::size_t i) { return dns::hash_name(from, zones[i].apex); },
      [&](std::size_t i) { return headers[i]; });
  super.zone_index = write_name_index(index, space);
  super.zone_mask = index.mask();
  super.zone_probe_max = index.probe_max;
  super.seed = index.seed;
  space.write_value(super_ref.octet(), super);
}

}  // namespace torii::zonec
