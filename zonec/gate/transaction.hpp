#pragma once
/// Change requests as a registry has them (RFC 5731 domains, RFC 5732 hosts), turned into changes of the zone. All of a
/// transaction or nothing.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/gate/view.hpp"

namespace torii::zonec::gate {

/// Why a request has no verdict: what, where in it, what to do.
struct RequestError {
  std::string code;  // stable, kebab-case
  std::string at{};  // JSON pointer (RFC 6901) into the request
  std::string text{};
  std::string remedy{};
  std::optional<std::size_t> offset{};  // octets into the line, where it is no JSON
  int epp = 0;                          // result code of RFC 5730 section 3 that says the same; 0: none does
};

enum class Act : std::uint8_t { Create, Update, Delete };

struct HostSpec {
  WireName name;
  std::optional<Addresses> addresses{};  // given with the name (RFC 5731 section 1.1, hostAttr)
  std::string at{};                      // JSON pointer
};

struct Operation {
  Act act{};
  bool is_host = false;  // else a delegation
  WireName name;
  bool force = false;  // the rules about associated objects do not hold
  std::string at{};    // JSON pointer of the operation
  struct Part {
    std::vector<HostSpec> ns{};
    DsSet ds{};
    Addresses addresses{};
    bool has_ns = false;
    bool has_ds = false;
    bool has_addresses = false;
  };
  Part add{};  // of a creation: what there is
  Part rem{};
  Part chg{};  // the whole of it is replaced
  std::optional<WireName> new_name{};
};

class Transaction {
 public:
  Transaction(const Base& base, const Changes& committed) : base_{base}, committed_{committed} {}
  /// After an error nothing of the transaction counts.
  [[nodiscard]] std::optional<RequestError> apply(const Operation& operation);
  [[nodiscard]] const Changes& changes() const noexcept { return changes_; }
  /// Delegations that operations named, whether they are there afterwards or not.
  [[nodiscard]] const NameSet& delegations() const noexcept { return delegations_; }
  [[nodiscard]] View before() const noexcept { return {base_, &committed_, nullptr}; }
  [[nodiscard]] View after() const noexcept { return {base_, &committed_, &changes_}; }

 private:
  using Outcome = std::optional<RequestError>;
  Outcome apply_delegation(const Operation& operation);
  Outcome delete_delegation(const Operation& operation, const Node& node);
  Outcome add_hosts(const Operation& operation, const std::vector<HostSpec>& hosts, NameSet& to, std::string_view part);
  Outcome apply_host(const Operation& operation);
  Outcome delete_host(const Operation& operation, const Node& node);
  Outcome update_host(const Operation& operation, const Node& node);
  Outcome rename_host(const Operation& operation, const Node& node, Addresses addresses);
  Outcome check_host_name(const Operation& operation, dns::NameView name, const std::string& at) const;
  void set_ns(dns::NameView name, NameSet hosts) { changes_.set_ns(name, base_.find(name), std::move(hosts)); }

  const Base& base_;
  const Changes& committed_;
  Changes changes_;
  NameSet delegations_;
};

}  // namespace torii::zonec::gate
