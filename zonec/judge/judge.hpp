#pragma once
/// The verdict on one delegation: what the policies say of its octets, and what only its names can tell besides: which
/// hosts lack glue, what other servers' encoders need, what the operator has waived.
#include <optional>
#include <vector>

#include "zonec/judge/formula.hpp"
#include "zonec/judge/policy.hpp"
#include "zonec/judge/portable.hpp"

namespace torii::zonec {

/// Keeps working room: one object a thread. `settings` must outlive it.
class Judge {
 public:
  explicit Judge(const PolicySettings& settings);

  /// By arithmetic.
  [[nodiscard]] std::vector<SizeFinding> judge(const Account& account, Location where = {});
  /// `facts` are those of the account, however they were come by. Delegation names in findings refer to `account`.
  /// A finding that a waiver covers has it, and severity Info; it is there whatever the settings show.
  [[nodiscard]] std::vector<SizeFinding> judge(const Account& account, SizeFacts facts, Location where);

 private:
  void add_encoders(const Account& account, SizeFacts& facts);
  const PolicySettings& settings_;
  std::optional<PortableSizes> sizes_;  // while portable@L is on
  bool portable_plain_ = false;         // at 512
  bool portable_edns_ = false;          // above
  Portable worst_plain_;
  Portable worst_edns_;
};

/// "ns1.example.jp, ns2.example.jp and 3 more": in-domain hosts without an address.
[[nodiscard]] std::string glueless_text(const Account& account);

}  // namespace torii::zonec
