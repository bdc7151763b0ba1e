#include "zonec/gate/transaction.hpp"

#include <algorithm>

namespace torii::zonec::gate {
namespace {

// Result codes: RFC 5730 section 3.
constexpr int kObjectExists = 2302;
constexpr int kObjectMissing = 2303;
constexpr int kAssociation = 2305;
constexpr int kValuePolicy = 2306;

std::string text_of(dns::NameView name) {
  auto text = name.text();
  if (text.size() > 1) text.pop_back();
  return text;
}

/// Up to three names, and how many more.
std::string names_text(const NameSet& names) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& name : names) {
    if (shown == 3) return out + " and " + std::to_string(names.size() - shown) + " more";
    out += (shown++ == 0 ? "" : ", ") + text_of(view_of(name));
  }
  return out;
}

}  // namespace

std::optional<RequestError> Transaction::apply(const Operation& operation) {
  return operation.is_host ? apply_host(operation) : apply_delegation(operation);
}

Transaction::Outcome Transaction::apply_delegation(const Operation& operation) {
  const auto name = view_of(operation.name);
  const auto view = after();
  const auto node = view.node(name);
  const auto here = text_of(name);
  const auto at = operation.at + "/delegation";
  if (!name.is_below(base_.zone().apex))
    return RequestError{"outside-zone",
                        at,
                        here + " is not below the zone " + text_of(base_.zone().apex),
                        "send it to the gate of its zone",
                        {},
                        kValuePolicy};
  const bool exists = view.has_ns(node);
  if (operation.act == Act::Create && exists)
    return RequestError{"object-exists", at, "there is a delegation " + here, "update it instead", {}, kObjectExists};
  if (operation.act != Act::Create && !exists)
    return RequestError{"object-missing", at, "there is no delegation " + here, "create it first", {}, kObjectMissing};
  delegations_.insert(operation.name);
  if (operation.act == Act::Delete) return delete_delegation(operation, node);

  auto hosts = operation.act == Act::Create || operation.chg.has_ns ? NameSet{} : view.ns_of(node);
  auto ds = operation.act == Act::Create || operation.chg.has_ds ? DsSet{} : view.ds_of(node);
  const auto insert = [&](const Operation::Part& part, const char* member) -> Outcome {
    for (const auto& host : part.ns) {
      if (!hosts.insert(host.name).second)
        return RequestError{
            "object-exists", host.at, here + " has the host " + text_of(view_of(host.name)) + " already",
            "leave it out",  {},      kObjectExists};
    }
    for (const auto& record : part.ds) {
      if (!ds.insert(record).second)
        return RequestError{
            "object-exists", operation.at + member, here + " has that DS record already", "leave it out", {},
            kObjectExists};
    }
    return std::nullopt;
  };
  if (auto error = insert(operation.chg, "/chg/ds")) return error;
  for (const auto& host : operation.rem.ns) {
    if (hosts.erase(host.name) == 0)
      return RequestError{"object-missing", host.at, here + " has no host " + text_of(view_of(host.name)),
                          "leave it out",   {},      kObjectMissing};
  }
  for (const auto& record : operation.rem.ds) {
    if (ds.erase(record) == 0)
      return RequestError{
          "object-missing", operation.at + "/rem/ds", here + " has no such DS record", "leave it out", {},
          kObjectMissing};
  }
  if (auto error = insert(operation.add, operation.act == Act::Create ? "/ds" : "/add/ds")) return error;
  if (hosts.empty())
    return RequestError{"no-hosts", operation.at, here + " would have no host", "name a host, or delete the delegation",
                        {},         kValuePolicy};
  const bool ns_changes =
      operation.act == Act::Create || operation.add.has_ns || operation.rem.has_ns || operation.chg.has_ns;
  const bool ds_changes =
      operation.act == Act::Create || operation.add.has_ds || operation.rem.has_ds || operation.chg.has_ds;
  if (ns_changes) set_ns(name, std::move(hosts));
  if (ds_changes && (operation.act != Act::Create || !ds.empty() || !view.ds_of(node).empty()))
    changes_.set_ds(name, std::move(ds));
  for (const auto* part : {&operation.chg, &operation.add}) {
    for (const auto& host : part->ns) {
      if (!host.addresses) continue;
      if (auto error = check_host_name(operation, view_of(host.name), host.at)) return error;
      changes_.set_addresses(view_of(host.name), *host.addresses);
      changes_.set_host(view_of(host.name), true);
    }
  }
  return std::nullopt;
}

Transaction::Outcome Transaction::delete_delegation(const Operation& operation, const Node& node) {
  const auto name = view_of(operation.name);
  const auto view = after();
  const bool had_ds = !view.ds_of(node).empty();
  set_ns(name, {});
  if (had_ds) changes_.set_ds(name, {});
  if (operation.force) return std::nullopt;
  // RFC 5731 section 3.2.2: not while hosts below it serve others. Those that serve nobody go with it.
  std::vector<WireName> hosts;
  view.each_name_below(name, [&](const Node& below) {
    if (view.has_type(below, dns::RrType::A) || view.has_type(below, dns::RrType::AAAA))
      hosts.push_back(wire_of(below.name));
  });
  for (const auto& host : hosts) {
    NameSet users;
    view.each_user(view_of(host), [&](const Node& user) { users.insert(wire_of(user.name)); });
    users.erase(operation.name);
    if (!users.empty())
      return RequestError{"object-in-use",
                          operation.at + "/delegation",
                          "the host " + text_of(view_of(host)) + " below " + text_of(name) + " serves " +
                              names_text(users) + " (RFC 5731 section 3.2.2)",
                          "take it from them, or rename it, first",
                          {},
                          kAssociation};
    changes_.set_addresses(view_of(host), {});
    changes_.set_host(view_of(host), false);
  }
  return std::nullopt;
}

Transaction::Outcome Transaction::check_host_name(const Operation& operation, dns::NameView name,
                                                  const std::string& at) const {
  if (!name.is_at_or_below(base_.zone().apex))
    return RequestError{"addresses-outside-zone",
                        at,
                        text_of(name) + " is outside the zone " + text_of(base_.zone().apex) +
                            ": its addresses are never in a referral",
                        "give the name alone",
                        {},
                        kValuePolicy};
  const auto view = after();
  const auto barrier = view.barrier_of(name);
  if (!barrier && view.has_type(view.node(name), dns::RrType::CNAME))
    return RequestError{
        "is-alias",
        at,
        text_of(name) + " is an alias of the zone's own, and has no other data (RFC 1034 section 3.6.2)",
        "choose another name",
        {},
        kValuePolicy};
  if (operation.force) return std::nullopt;
  if (barrier && !barrier->is_dname) return std::nullopt;
  if (view.is_host(view.node(name))) return std::nullopt;  // the zone's own
  return RequestError{"no-superordinate",
                      at,
                      "no delegation is above " + text_of(name) + " (RFC 5732 section 3.2.1)",
                      "create the delegation first, or in this transaction before it",
                      {},
                      kObjectMissing};
}

Transaction::Outcome Transaction::apply_host(const Operation& operation) {
  const auto name = view_of(operation.name);
  const auto view = after();
  const auto node = view.node(name);
  const auto at = operation.at + "/host";
  if (operation.act == Act::Create) {
    if (view.is_host(node))
      return RequestError{"object-exists",     at, "there is a host " + text_of(name),
                          "update it instead", {}, kObjectExists};
    if (operation.add.has_addresses || name.is_at_or_below(base_.zone().apex))
      if (auto error = check_host_name(operation, name, at)) return error;
    if (!operation.add.addresses.empty()) changes_.set_addresses(name, operation.add.addresses);
    changes_.set_host(name, true);
    return std::nullopt;
  }
  bool known = view.is_host(node);
  if (!known) view.each_user(name, [&](const Node&) { known = true; });
  if (!known)
    return RequestError{"object-missing",  at, "there is no host " + text_of(name),
                        "create it first", {}, kObjectMissing};
  return operation.act == Act::Delete ? delete_host(operation, node) : update_host(operation, node);
}

Transaction::Outcome Transaction::delete_host(const Operation& operation, const Node& node) {
  const auto view = after();
  if (!operation.force) {
    NameSet users;
    view.each_user(node.name, [&](const Node& user) { users.insert(wire_of(user.name)); });
    if (!users.empty())
      return RequestError{"object-in-use",
                          operation.at + "/host",
                          text_of(node.name) + " serves " + names_text(users) + " (RFC 5732 section 3.2.2)",
                          "take it from them first",
                          {},
                          kAssociation};
  }
  if (!view.addresses_of(node).empty()) changes_.set_addresses(node.name, {});
  changes_.set_host(node.name, false);
  return std::nullopt;
}

Transaction::Outcome Transaction::update_host(const Operation& operation, const Node& node) {
  const auto here = text_of(node.name);
  auto addresses = operation.chg.has_addresses ? operation.chg.addresses : after().addresses_of(node);
  const auto fault = [&](std::string_view code, std::string_view part, std::string text, int epp) {
    return RequestError{
        std::string{code}, operation.at + std::string{part} + "/addresses", std::move(text), "leave it out", {}, epp};
  };
  const auto remove = [&](auto& from, const auto& what) {
    return std::ranges::all_of(what, [&](const auto& address) { return from.erase(address) > 0; });
  };
  const auto insert = [&](auto& to, const auto& what) {
    return std::ranges::all_of(what, [&](const auto& address) { return to.insert(address).second; });
  };
  if (!remove(addresses.a, operation.rem.addresses.a) || !remove(addresses.aaaa, operation.rem.addresses.aaaa))
    return fault("object-missing", "/rem", here + " has no such address", kObjectMissing);
  if (!insert(addresses.a, operation.add.addresses.a) || !insert(addresses.aaaa, operation.add.addresses.aaaa))
    return fault("object-exists", "/add", here + " has that address already", kObjectExists);
  const bool changed = operation.add.has_addresses || operation.rem.has_addresses || operation.chg.has_addresses;
  if (changed) {
    if (auto error = check_host_name(operation, node.name, operation.at + "/host"); error && !addresses.empty())
      return error;
    if (!(addresses == after().addresses_of(node))) changes_.set_addresses(node.name, addresses);
    changes_.set_host(node.name, true);
  }
  if (operation.new_name) return rename_host(operation, after().node(view_of(operation.name)), std::move(addresses));
  return std::nullopt;
}

Transaction::Outcome Transaction::rename_host(const Operation& operation, const Node& node, Addresses addresses) {
  const auto to = view_of(*operation.new_name);
  const auto view = after();
  const auto at = operation.at + "/chg/name";
  if (to == node.name) return std::nullopt;
  if (view.is_host(view.node(to)))
    return RequestError{"object-exists",       at, "there is a host " + text_of(to),
                        "choose another name", {}, kObjectExists};
  const bool inside = to.is_at_or_below(base_.zone().apex);
  if (inside)
    if (auto error = check_host_name(operation, to, at)) return error;
  // All that have it get the new name (RFC 5732 section 3.2.5), and what has both already has one host less.
  std::vector<std::pair<WireName, NameSet>> users;
  view.each_user(node.name, [&](const Node& user) {
    auto hosts = view.ns_of(user);
    hosts.erase(operation.name);
    hosts.insert(*operation.new_name);
    users.emplace_back(wire_of(user.name), std::move(hosts));
  });
  for (auto& [user, hosts] : users) set_ns(view_of(user), std::move(hosts));
  const auto from = view_of(operation.name);
  if (!addresses.empty()) {
    changes_.set_addresses(from, {});
    if (inside) changes_.set_addresses(to, std::move(addresses));
  }
  changes_.set_host(from, false);
  changes_.set_host(to, true);
  return std::nullopt;
}

}  // namespace torii::zonec::gate
