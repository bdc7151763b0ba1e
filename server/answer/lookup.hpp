#pragma once
/// Finding the zone for a name, and walking from its apex down to where the answer is decided.
/// Source: RFC 1034 section 4.3.2, RFC 4592 section 3.3, RFC 6672 section 3.2.
#include <array>
#include <cstdint>
#include <cstring>

#include "torii/dns/name.hpp"
#include "torii/image/view.hpp"

namespace torii::server {

/// A name that is being looked up: QNAME, or the target of an alias. Lower case, with its labels found, and
/// `View::kPadOctets` more octets readable behind it, whatever they are. Refers to octets and offsets of others.
class LookupName {
 public:
  LookupName(const std::uint8_t* padded, const dns::LabelOffsets& labels) noexcept
      : name{dns::NameView::trusted(padded, std::size_t{labels.at[labels.count]} + 1)}, labels_{&labels} {}
  dns::NameView name;
  /// Labels without the root label.
  [[nodiscard]] std::size_t count() const noexcept { return labels_->count; }
  /// Offset of label `number` in the name; that of the root label for `count()`.
  [[nodiscard]] std::size_t at(std::size_t number) const noexcept { return labels_->at[number]; }
  /// The suffix that starts at label `first`.
  [[nodiscard]] dns::NameView suffix(std::size_t first) const noexcept {
    return dns::NameView::trusted(name.data() + at(first), name.size() - at(first));
  }

 private:
  const dns::LabelOffsets* labels_;
};

/// Room for a name to look up that is no QNAME.
class LookupRoom {
 public:
  LookupRoom() noexcept {}  // NOLINT: `octets_` stays uninitialised on purpose
  explicit LookupRoom(dns::NameView lower) noexcept { static_cast<void>(put(lower)); }
  LookupName put(dns::NameView lower) noexcept {
    std::memcpy(octets_.data(), lower.data(), lower.size());
    labels_ = dns::LabelOffsets{lower};
    return name();
  }
  [[nodiscard]] LookupName name() const noexcept { return {octets_.data(), labels_}; }

 private:
  std::array<std::uint8_t, dns::kNameOctetsMax + image::View::kPadOctets> octets_;
  dns::LabelOffsets labels_;
};

/// The zone with the longest apex at or above `name`, but only apexes of fewer than `label_limit` labels.
inline image::Probe find_zone(const image::View& view, const LookupName& name, std::size_t label_limit,
                              image::ZoneView& found) noexcept {
  const auto* super = view.superblock();
  if (super == nullptr) return view.empty() ? image::Probe::Miss : image::Probe::Damaged;
  const auto is_apex = [super](std::size_t labels) {
    return (super->apex_labels[labels / 64] >> (labels % 64) & 1) != 0;
  };
  std::size_t top = label_limit <= name.count() ? label_limit : name.count() + 1;
  while (top > 0 && !is_apex(top - 1)) --top;
  if (top == 0) return image::Probe::Miss;
  --top;                                                  // labels of the longest apex there may be
  std::array<std::uint64_t, dns::kLabelsMax + 1> hashes;  // NOLINT: the first top + 1 are set
  hashes[0] = super->seed;
  for (std::size_t labels = 1; labels <= top; ++labels)
    hashes[labels] = dns::hash_padded_label(hashes[labels - 1], name.name.data() + name.at(name.count() - labels));
  for (std::size_t labels = top + 1; labels-- > 0;) {
    if (!is_apex(labels)) continue;
    const auto probe = view.find_zone(*super, hashes[labels], name.suffix(name.count() - labels), labels, found);
    if (probe != image::Probe::Miss) return probe;
  }
  return image::Probe::Miss;
}

/// The zone that answers `qtype` at `name`: for DS at an apex the zone above, when the image has it (RFC 4035
/// section 3.1.4.1).
inline image::Probe find_answering_zone(const image::View& view, const LookupName& name, std::uint16_t qtype,
                                        image::ZoneView& found) noexcept {
  const auto probe = find_zone(view, name, dns::kLabelsMax + 1, found);
  const bool above_wanted = probe == image::Probe::Hit && qtype == static_cast<std::uint16_t>(dns::RrType::DS) &&
                            found.head->apex_labels == name.count() && name.count() > 0;
  if (!above_wanted) return probe;
  image::ZoneView parent;
  const auto above = find_zone(view, name, name.count(), parent);
  if (above == image::Probe::Hit) found = parent;
  return above == image::Probe::Damaged ? above : probe;
}

enum class Found : std::uint8_t {
  Exact,    // the name exists and no cut or DNAME is above it
  Cut,      // a delegation at or above the name
  Dname,    // a DNAME above the name
  Nothing,  // the name does not exist; `node` is the closest encloser
  Damaged,
};

struct Walk {
  Found found{};
  image::NodeView node;    // see `found`
  std::size_t label{};     // the node's first label within the name
  image::NodeView proven;  // the deepest node on the way that an NSEC3 matches (see image::kNodeUnproven)
};

/// Hash of the label of `name` in front of the apex of `zone`, at or below which it is.
inline std::uint64_t first_hash(const image::ZoneView& zone, const LookupName& name) noexcept {
  const std::size_t end = name.count() - zone.head->apex_labels;
  return end == 0 ? zone.head->seed : dns::hash_padded_label(zone.head->seed, name.name.data() + name.at(end - 1));
}

/// `name` is at or below the apex of `zone`; `hash` is its first_hash.
inline Walk walk(const image::View& view, const image::ZoneView& zone, const LookupName& name,
                 std::uint64_t hash) noexcept {
  Walk at;
  const std::size_t end = name.count() - zone.head->apex_labels;  // labels in front of the apex
  at.node = view.node(zone.head->apex);
  at.proven = at.node;
  at.label = end;
  if (!at.node) {
    at.found = Found::Damaged;
    return at;
  }
  const auto* const data = name.name.data();
  const std::size_t labels_end = name.at(end);
  for (std::size_t label = end;; --label) {
    if (label < end && at.node.is(image::kNodeCut)) {
      at.found = Found::Cut;
      return at;
    }
    if (label == 0) break;
    if (at.node.is(image::kNodeDname)) {
      at.found = Found::Dname;
      return at;
    }
    const std::size_t start = name.at(label - 1);
    if (label < end) hash = dns::hash_padded_label(hash, data + start);
    image::NodeView next;
    const auto probe = view.find_node(zone, hash, {data + start, labels_end - start}, next);
    if (probe != image::Probe::Hit) {
      at.found = probe == image::Probe::Miss ? Found::Nothing : Found::Damaged;
      return at;
    }
    at.node = next;
    at.label = label - 1;
    if (!next.is(image::kNodeUnproven)) at.proven = next;
  }
  at.found = Found::Exact;
  return at;
}

}  // namespace torii::server
