#pragma once
/// The zone as it would be compiled: the base with the changes on top. Answers what `look_up`, `describe_delegation`
/// and `describe_account` answer for a compiled zone, name by name and without compiling.
#include <cstdint>
#include <optional>
#include <vector>

#include "zonec/gate/base.hpp"
#include "zonec/gate/changes.hpp"
#include "zonec/judge/account.hpp"

namespace torii::zonec::gate {

/// A name, and what is known of it in each layer. Valid as long as nobody changes the layers.
struct Node {
  dns::NameView name;
  OwnerIndex base = kNoOwner;
  const Change* committed = nullptr;
  const Change* pending = nullptr;
};

/// Where a name stands. Source: RFC 1034 section 4.3.2, RFC 4592 section 3.3.1, RFC 6672 section 3.2.
struct Place {
  std::optional<Node> cut;     // the delegation in force that the name is at or below
  bool below_dname = false;    // nothing at the name is served
  std::optional<Node> source;  // has the name's data: itself, or the wildcard that matches it
  bool from_wildcard = false;
};

class View {
 public:
  View(const Base& base, const Changes* committed, const Changes* pending) noexcept
      : base_{&base}, committed_{committed}, pending_{pending} {}

  [[nodiscard]] const Base& base() const noexcept { return *base_; }
  [[nodiscard]] const Zone& zone() const noexcept { return base_->zone(); }
  [[nodiscard]] Node node(dns::NameView name) const;
  [[nodiscard]] Node node(dns::NameView name, OwnerIndex base) const;

  /// A delegation stands here, in force or not.
  [[nodiscard]] bool has_ns(const Node& node) const;
  [[nodiscard]] NameSet ns_of(const Node& node) const;
  /// As written, in no order.
  template <class Visit>
  void each_host(const Node& node, const Visit& visit) const {
    if (const auto* ns = changed_ns(node)) {
      for (const auto& host : *ns) visit(view_of(host));
    } else if (const auto* set = base_set(node, dns::RrType::NS)) {
      for (const auto rdata : zone().rdata_of(*set)) visit(dns::NameView::trusted(rdata.data(), rdata.size()));
    }
  }
  [[nodiscard]] DsSet ds_of(const Node& node) const;
  [[nodiscard]] Addresses addresses_of(const Node& node) const;
  /// Records at the name other than RRSIG and NSEC, which go with the others.
  [[nodiscard]] bool has_data(const Node& node) const;
  [[nodiscard]] bool has_type(const Node& node, dns::RrType type) const;
  /// Has data, or a name below it has.
  [[nodiscard]] bool exists(dns::NameView name) const;
  /// A host that was created, or has addresses.
  [[nodiscard]] bool is_host(const Node& node) const;

  [[nodiscard]] Place place_of(dns::NameView name) const;
  /// The topmost delegation or DNAME above or at the name closes it off; nothing when none does.
  struct Barrier {
    Node node;
    bool is_dname = false;
  };
  [[nodiscard]] std::optional<Barrier> barrier_of(dns::NameView name) const;
  /// The NS RRset at the node makes referrals: no other cut and no DNAME is above it.
  [[nodiscard]] bool is_served(const Node& node) const;

  /// A host of a delegation in force.
  struct HostPlace {
    dns::NameView name;
    HostRelation relation{};
    std::optional<Node> cut;     // SiblingGlue
    std::optional<Node> source;  // has addresses that are served, or could
    bool from_wildcard = false;
    std::uint32_t a{};
    std::uint32_t aaaa{};
    [[nodiscard]] bool has_address() const noexcept { return a > 0 || aaaa > 0; }
  };
  /// `hosts` in canonical order.
  [[nodiscard]] std::vector<HostPlace> hosts_of(const Node& delegation) const;
  /// Without `is_cyclic` and `is_unreachable`, which other delegations decide. For one in force.
  [[nodiscard]] Account account_of(const Node& delegation, const std::vector<HostPlace>& hosts) const;

  /// Calls `visit(Node)` for each delegation, in force or not, that has the host.
  template <class Visit>
  void each_user(dns::NameView host, const Visit& visit) const {
    if (const auto number = base_->find_host(host); number != kNone) each_base_user(number, visit);
    each_changed_user(host, visit);
  }
  /// Calls `visit(Node)` for each delegation that has a host at or below `name`; the same one may come twice.
  template <class Visit>
  void each_user_below(dns::NameView name, const Visit& visit) const {
    const auto range = base_->hosts_below(name);
    for (auto number = range.first; number < range.last; ++number) each_base_user(number, visit);
    for (const auto* layer : {committed_, pending_}) {
      if (layer == nullptr) continue;
      layer->each_host_below(name, [&](dns::NameView, const NameSet& users) { visit_users(*layer, users, visit); });
    }
  }
  /// Calls `visit(dns::NameView host)` for each host at or below `name` that some delegation has; some come twice, and
  /// some that no delegation has any longer come too.
  template <class Visit>
  void each_host_below(dns::NameView name, const Visit& visit) const {
    const auto range = base_->hosts_below(name);
    for (auto number = range.first; number < range.last; ++number) visit(base_->host(number));
    for (const auto* layer : {committed_, pending_})
      if (layer != nullptr) layer->each_host_below(name, [&](dns::NameView host, const NameSet&) { visit(host); });
  }
  /// Calls `visit(Node)` for each name with data at or below `name`, canonical order not kept.
  template <class Visit>
  void each_name_below(dns::NameView name, const Visit& visit) const {
    const auto range = base_->owners_below(name);
    for (auto i = range.first; i < range.last; ++i)
      if (const auto at = node(zone().owners[i].name(), i); has_data(at)) visit(at);
    for (const auto* layer : {committed_, pending_}) {
      if (layer == nullptr) continue;
      const auto& names = layer->by_name();
      for (auto at = names.lower_bound(name); at != names.end() && view_of(at->first).is_at_or_below(name); ++at)
        if (const auto found = node(view_of(at->first)); found.base == kNoOwner && has_data(found)) visit(found);
    }
  }

 private:
  [[nodiscard]] const NameSet* changed_ns(const Node& node) const noexcept;
  [[nodiscard]] const DsSet* changed_ds(const Node& node) const noexcept;
  [[nodiscard]] const Addresses* changed_addresses(const Node& node) const noexcept;
  [[nodiscard]] const RRset* base_set(const Node& node, dns::RrType type) const noexcept {
    return node.base == kNoOwner ? nullptr : base_->find_rrset(node.base, type);
  }
  [[nodiscard]] std::uint32_t address_count(const Node& node, dns::RrType type) const;
  [[nodiscard]] std::vector<std::uint16_t> address_signatures(const Node& node, dns::RrType type) const;
  [[nodiscard]] std::vector<ProofRecord> proof_of(const Node& delegation) const;
  void add_typical_proof(const Node& delegation, std::vector<ProofRecord>& proof) const;
  void add_signatures(dns::NameView owner, std::vector<ProofRecord>& proof) const;
  [[nodiscard]] dns::Name next_in_chain(dns::NameView name) const;
  [[nodiscard]] bool is_in_chain(const Node& node) const;

  template <class Visit>
  void each_base_user(std::uint32_t number, const Visit& visit) const {
    base_->each_user(number, [&](OwnerIndex owner) {
      if (committed_ != nullptr && committed_->overrides(owner)) return;
      if (pending_ != nullptr && pending_->overrides(owner)) return;
      visit(node(zone().owners[owner].name(), owner));
    });
  }
  template <class Visit>
  void visit_users(const Changes& layer, const NameSet& users, const Visit& visit) const {
    for (const auto& user : users) {
      const auto at = node(view_of(user));
      if (&layer == committed_ && at.pending != nullptr && at.pending->ns) continue;
      visit(at);
    }
  }
  template <class Visit>
  void each_changed_user(dns::NameView host, const Visit& visit) const {
    for (const auto* layer : {committed_, pending_}) {
      if (layer == nullptr) continue;
      if (const auto* users = layer->users_of(host)) visit_users(*layer, *users, visit);
    }
  }

  const Base* base_;
  const Changes* committed_;
  const Changes* pending_;
};

}  // namespace torii::zonec::gate
