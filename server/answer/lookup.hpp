#pragma once
/// Finding the zone for a name, and walking from its apex down to where the answer is decided.
/// Source: RFC 1034 section 4.3.2, RFC 4592 section 3.3, RFC 6672 section 3.2.
#include <cstdint>

#include "torii/dns/name.hpp"
#include "torii/image/view.hpp"

namespace torii::server {

/// A name that is being looked up: QNAME, or the target of an alias. Lower case, with its labels found.
struct LookupName {
  dns::NameView name;
  dns::LabelOffsets labels;
  explicit LookupName(dns::NameView lower) noexcept : name{lower}, labels{lower} {}
  /// The suffix that starts at label `first`.
  [[nodiscard]] dns::NameView suffix(std::size_t first) const noexcept {
    return dns::NameView::trusted(name.data() + labels.at[first], name.size() - labels.at[first]);
  }
};

/// The zone with the longest apex at or above `name`, but only apexes of fewer than `label_limit` labels.
inline image::Probe find_zone(const image::View& view, const LookupName& name, std::size_t label_limit,
                              image::ZoneView& found) noexcept {
  const auto* super = view.superblock();
  if (super == nullptr) return view.empty() ? image::Probe::Miss : image::Probe::Damaged;
  for (std::size_t labels = name.labels.count + 1; labels-- > 0;) {
    if (labels >= label_limit || (super->apex_labels[labels / 64] >> (labels % 64) & 1) == 0) continue;
    const auto probe = view.find_zone(*super, name.suffix(name.labels.count - labels), found);
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
                            found.head->apex_labels == name.labels.count && name.labels.count > 0;
  if (!above_wanted) return probe;
  image::ZoneView parent;
  const auto above = find_zone(view, name, name.labels.count, parent);
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

/// `name` is at or below the apex of `zone`.
inline Walk walk(const image::View& view, const image::ZoneView& zone, const LookupName& name) noexcept {
  Walk at;
  const std::size_t end = name.labels.count - zone.head->apex_labels;  // labels in front of the apex
  at.node = view.node(zone.head->apex);
  at.proven = at.node;
  at.label = end;
  if (!at.node) {
    at.found = Found::Damaged;
    return at;
  }
  std::uint64_t hash = zone.head->seed;
  const auto* const data = name.name.data();
  const std::size_t labels_end = name.labels.at[end];
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
    const std::size_t start = name.labels.at[label - 1];
    hash = dns::hash_label(hash, data + start);
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
