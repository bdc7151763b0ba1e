#include "zonec/gate/reach.hpp"

#include <algorithm>

namespace torii::zonec::gate {

Links links_of(const std::vector<View::HostPlace>& hosts) {
  Links links;
  const bool enters = std::ranges::any_of(hosts, [](const View::HostPlace& host) {
    return host.relation == HostRelation::Unrelated ||
           (host.relation != HostRelation::SiblingGlue && host.has_address());
  });
  if (enters) return links;
  links.is_node = true;
  for (const auto& host : hosts) {
    if (host.relation == HostRelation::SiblingAuthoritative) links.only_needs_glue = false;
    if (host.relation != HostRelation::SiblingGlue) continue;
    links.has_sibling_address = links.has_sibling_address || host.has_address();
    links.exits.push_back(wire_of(host.cut->name));
  }
  std::ranges::sort(links.exits);
  links.exits.erase(std::unique(links.exits.begin(), links.exits.end()), links.exits.end());
  return links;
}

Reached Reachability::of(const Node& delegation) {
  const auto id = id_of(delegation, nullptr);
  if (cuts_[id].links.is_node && cuts_[id].order == kNoId) visit(id);
  return cuts_[id].result;
}

Reached Reachability::of(const Node& delegation, const Links& links) {
  if (!links.is_node) return {};
  const auto id = id_of(delegation, &links);
  if (cuts_[id].order == kNoId) visit(id);
  return cuts_[id].result;
}

Reachability::Id Reachability::id_of(const Node& delegation, const Links* links) {
  const auto [at, is_new] = ids_.try_emplace(wire_of(delegation.name), static_cast<Id>(cuts_.size()));
  if (is_new) {
    Cut cut;
    cut.links = links != nullptr ? *links : links_of(view_.hosts_of(delegation));
    cuts_.push_back(std::move(cut));
  }
  return at->second;
}

void Reachability::open(Id cut) {
  cuts_[cut].order = cuts_[cut].low = next_order_++;
  cuts_[cut].on_stack = true;
  stack_.push_back(cut);
  frames_.push_back({cut, 0});
}

/// Strongly connected components, sinks first (Tarjan, iterative), of what `root` leads to.
void Reachability::visit(Id root) {
  open(root);
  while (!frames_.empty()) {
    const auto at = frames_.back().cut;
    if (frames_.back().next_exit < cuts_[at].links.exits.size()) {
      const auto exit = cuts_[at].links.exits[frames_.back().next_exit++];
      const auto target = id_of(view_.node(view_of(exit)), nullptr);  // may move cuts_
      if (!cuts_[target].links.is_node) {
        cuts_[at].enterable = true;  // that cut can be entered by itself
      } else if (cuts_[target].order == kNoId) {
        open(target);
      } else if (cuts_[target].on_stack) {
        cuts_[at].low = std::min(cuts_[at].low, cuts_[target].order);
      } else if (cuts_[target].enterable) {
        cuts_[at].enterable = true;
      }
      continue;
    }
    frames_.pop_back();
    if (!frames_.empty()) {
      auto& parent = cuts_[frames_.back().cut];
      parent.low = std::min(parent.low, cuts_[at].low);
    }
    if (cuts_[at].low == cuts_[at].order) close(at);
    if (!frames_.empty() && !cuts_[at].on_stack && cuts_[at].enterable) cuts_[frames_.back().cut].enterable = true;
  }
}

/// `root` and what stands above it on the stack are one component.
void Reachability::close(Id root) {
  const auto first = std::ranges::find(stack_, root);
  const bool several = stack_.end() - first > 1;
  bool enterable = false;
  bool glue = false;
  bool only_glue = true;
  for (auto at = first; at != stack_.end(); ++at) {
    enterable = enterable || cuts_[*at].enterable;
    glue = glue || cuts_[*at].links.has_sibling_address;
    only_glue = only_glue && cuts_[*at].links.only_needs_glue;
  }
  const bool cyclic = several && !enterable;
  for (auto at = first; at != stack_.end(); ++at) {
    auto& cut = cuts_[*at];
    cut.on_stack = false;
    cut.enterable = enterable || (cyclic && glue);
    cut.result.cyclic = cyclic;
    const bool alone_and_dead = !several && cut.links.only_needs_glue && cut.links.exits.empty();
    cut.result.unreachable = (cyclic && !glue && only_glue) || alone_and_dead;
  }
  stack_.erase(first, stack_.end());
}

}  // namespace torii::zonec::gate
