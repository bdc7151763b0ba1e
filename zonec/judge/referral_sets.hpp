#pragma once
/// A referral's RRsets as an encoder takes them, in the order that goes with it.
#include <vector>

#include "zonec/judge/account.hpp"
#include "zonec/judge/encoder.hpp"

namespace torii::zonec {

/// Refers to the account, which must outlive it.
class ReferralSets {
 public:
  ReferralSets(const Account& account, Encoder encoder) : account_{&account} { reset(account, encoder); }
  /// The same for another account, without new room where the old suffices.
  void reset(const Account& account, Encoder encoder);

  /// NS records in the reverse of canonical order, or in canonical order; else in the order that `reset` chose.
  void canonical(bool reverse);

  /// Indices of the hosts in the order of their NS records: canonical order of names; of RDATA octets for BIND and
  /// Knot, which therefore have the shorter first label first.
  [[nodiscard]] const std::vector<std::size_t>& order() const noexcept { return order_; }
  [[nodiscard]] WireSet ns() const noexcept;
  /// One set for each run of records of one owner and type.
  [[nodiscard]] const std::vector<WireSet>& proof() const noexcept { return proof_; }
  [[nodiscard]] WireSet glue(std::size_t host, dns::RrType type) const noexcept;
  [[nodiscard]] WireSet glue_signatures(std::size_t host, dns::RrType type) const noexcept;

 private:
  void take_targets();

  const Account* account_;
  std::vector<std::size_t> order_;
  std::vector<dns::NameView> targets_;
  std::vector<WireSet> proof_;
};

/// Whether a message with these hosts may take more or fewer octets in another order of its NS records, with an encoder
/// that keeps few names: BIND's, whose servers send NS records in random order. `qname_labels`: without the root.
[[nodiscard]] bool order_matters(const Account& account, Encoder encoder, std::size_t qname_labels);

}  // namespace torii::zonec
