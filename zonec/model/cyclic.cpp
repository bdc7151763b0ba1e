/// Which delegations can be entered. The graph has a node for each cut that no resolver can enter by itself, and an
/// edge to the cut above each sibling host; its strongly connected components, sinks first (Tarjan, iterative), say
/// which of them lead only back to themselves.
#include <algorithm>
#include <iterator>

#include "zonec/model/delegation.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using Node = std::uint32_t;
inline constexpr Node kNoNode = 0xFFFF'FFFF;

bool has_address(const Host& host) noexcept { return host.a != nullptr || host.aaaa != nullptr; }

struct CutNode {
  OwnerIndex owner{};
  bool only_needs_glue = true;  // every host is in-domain or below a sibling cut
  bool has_sibling_address{};
  std::vector<OwnerIndex> exits;  // cuts above its sibling hosts
  Node order = kNoNode;           // Tarjan's visiting order
  Node low = kNoNode;
  bool on_stack{};
  bool enterable{};
};

/// True when a resolver enters by what the referral must carry anyway, or by names outside this zone's cuts.
bool enters_by_itself(std::span<const Host> hosts) noexcept {
  return std::ranges::any_of(hosts, [](const Host& host) {
    return host.relation == HostRelation::Unrelated ||
           (host.relation != HostRelation::SiblingGlue && has_address(host));
  });
}

/// The common case of a registry, told from the NS records alone, without looking any host up.
bool has_unrelated_host(const Zone& zone, OwnerIndex owner) noexcept {
  const auto* ns = zone.find_rrset(zone.owners[owner], dns::RrType::NS);
  return std::ranges::any_of(zone.rdata_of(*ns),
                             [&](dns::Octets rdata) { return !target_of(rdata).is_at_or_below(zone.apex); });
}

class Components {
 public:
  Components(std::vector<CutNode>& nodes, Reachability& result) : nodes_{nodes}, result_{result} {}
  void run() {
    for (Node node = 0; node < nodes_.size(); ++node)
      if (nodes_[node].order == kNoNode) visit(node);
  }

 private:
  struct Frame {
    Node node{};
    std::size_t next_exit{};
  };

  [[nodiscard]] Node node_of(OwnerIndex owner) const {
    const auto at = std::ranges::lower_bound(nodes_, owner, {}, &CutNode::owner);
    return at != nodes_.end() && at->owner == owner ? static_cast<Node>(at - nodes_.begin()) : kNoNode;
  }

  void open(Node node) {
    nodes_[node].order = nodes_[node].low = next_order_++;
    nodes_[node].on_stack = true;
    stack_.push_back(node);
    frames_.push_back({node, 0});
  }

  void visit(Node root) {
    open(root);
    while (!frames_.empty()) {
      auto& frame = frames_.back();
      auto& node = nodes_[frame.node];
      if (frame.next_exit < node.exits.size()) {
        const auto target = node_of(node.exits[frame.next_exit++]);
        if (target == kNoNode) {
          node.enterable = true;  // that cut can be entered by itself
        } else if (nodes_[target].order == kNoNode) {
          open(target);
        } else if (nodes_[target].on_stack) {
          node.low = std::min(node.low, nodes_[target].order);
        } else if (nodes_[target].enterable) {
          node.enterable = true;
        }
        continue;
      }
      const auto done = frame.node;
      frames_.pop_back();
      if (!frames_.empty()) {
        auto& parent = nodes_[frames_.back().node];
        parent.low = std::min(parent.low, node.low);
      }
      if (node.low == node.order) close(done);
      if (!frames_.empty() && !nodes_[done].on_stack && nodes_[done].enterable)
        nodes_[frames_.back().node].enterable = true;
    }
  }

  /// `root` and what stands above it on the stack are one component.
  void close(Node root) {
    const auto first = std::ranges::find(stack_, root);
    const bool several = stack_.end() - first > 1;
    bool enterable = false;
    bool glue = false;
    bool only_glue = true;
    for (auto at = first; at != stack_.end(); ++at) {
      enterable = enterable || nodes_[*at].enterable;
      glue = glue || nodes_[*at].has_sibling_address;
      only_glue = only_glue && nodes_[*at].only_needs_glue;
    }
    const bool cyclic = several && !enterable;
    for (auto at = first; at != stack_.end(); ++at) {
      auto& node = nodes_[*at];
      node.on_stack = false;
      node.enterable = enterable || (cyclic && glue);
      result_.cyclic[node.owner] = cyclic;
      const bool alone_and_dead = !several && node.only_needs_glue && node.exits.empty();
      if ((cyclic && !glue && only_glue) || alone_and_dead) {
        result_.reach[node.owner] = Reach::Unreachable;
      } else if (cyclic) {
        result_.reach[node.owner] = Reach::Cyclic;
      }
    }
    stack_.erase(first, stack_.end());
  }

  std::vector<CutNode>& nodes_;
  Reachability& result_;
  std::vector<Node> stack_;
  std::vector<Frame> frames_;
  Node next_order_ = 0;
};

/// The cuts of one range of owners that no resolver can enter by itself.
std::vector<CutNode> find_nodes(const Zone& zone, const SharedHosts& shared, OwnerIndex first, OwnerIndex last) {
  std::vector<CutNode> nodes;
  Delegation own;
  for (auto owner = first; owner < last; ++owner) {
    if (zone.owners[owner].kind != OwnerKind::Cut || shared.all_unrelated(owner) || has_unrelated_host(zone, owner))
      continue;
    const auto hosts = shared.of(owner, own);
    if (enters_by_itself(hosts)) continue;
    CutNode node;
    node.owner = owner;
    for (const auto& host : hosts) {
      if (host.relation == HostRelation::SiblingAuthoritative) node.only_needs_glue = false;
      if (host.relation != HostRelation::SiblingGlue) continue;
      node.has_sibling_address = node.has_sibling_address || has_address(host);
      node.exits.push_back(host.cut);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace

Reachability find_reachability(const Zone& zone, const SharedHosts& shared, unsigned threads) {
  Reachability result{std::vector<Reach>(zone.owners.size()), std::vector<bool>(zone.owners.size())};
  std::vector<CutNode> nodes;
  each_range(
      zone.owners.size(), threads,
      [&](OwnerIndex first, OwnerIndex last) { return find_nodes(zone, shared, first, last); },
      [&](std::vector<CutNode>&& found) { std::ranges::move(found, std::back_inserter(nodes)); });
  Components{nodes, result}.run();
  return result;
}

Reachability find_reachability(const Zone& zone) { return find_reachability(zone, SharedHosts{zone}, 1); }

std::vector<bool> find_cyclic(const Zone& zone) { return find_reachability(zone).cyclic; }

}  // namespace torii::zonec
