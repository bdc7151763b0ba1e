#include "zonec/gate/changes.hpp"

#include <utility>

namespace torii::zonec::gate {

Change& Changes::at(dns::NameView name) {
  auto found = by_name_.find(name);
  if (found == by_name_.end()) found = by_name_.emplace(wire_of(name), Change{}).first;
  return found->second;
}

void Changes::set_ns(dns::NameView name, OwnerIndex base, NameSet hosts) {
  auto& change = at(name);
  const auto delegation = wire_of(name);
  if (change.ns) {
    for (const auto& host : *change.ns) {
      const auto users = users_.find(host);
      users->second.erase(delegation);
      if (users->second.empty()) users_.erase(users);
    }
  }
  for (const auto& host : hosts) users_[host].insert(delegation);
  if (base != kNoOwner) overridden_.insert(base);
  change.ns = std::move(hosts);
}

void Changes::set_ds(dns::NameView name, DsSet ds) { at(name).ds = std::move(ds); }
void Changes::set_addresses(dns::NameView name, Addresses addresses) { at(name).addresses = std::move(addresses); }
void Changes::set_host(dns::NameView name, bool is_host) { at(name).is_host = is_host; }

const NameSet* Changes::users_of(dns::NameView host) const {
  if (users_.empty()) return nullptr;
  const auto found = users_.find(host);
  return found == users_.end() ? nullptr : &found->second;
}

}  // namespace torii::zonec::gate
