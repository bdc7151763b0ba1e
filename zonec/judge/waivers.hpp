#pragma once
/// What an operator has decided to live with: one delegation, or all of one host, excused from one policy until a day.
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/judge/account.hpp"

namespace torii::zonec {

/// A name, or `*.NAME`: every name below it.
class NamePattern {
 public:
  /// Nothing when `text` is no name. The final dot may be left out.
  [[nodiscard]] static std::optional<NamePattern> parse(const std::string& text);
  [[nodiscard]] bool matches(dns::NameView name) const noexcept {
    return below_ ? name.is_below(name_) : name == name_.view();
  }

 private:
  dns::Name name_;
  bool below_ = false;
};

struct Waiver {
  std::optional<NamePattern> delegation;  // at least one of the two
  std::optional<NamePattern> host;
  std::vector<std::string> policies;  // ids; empty: all
  std::string reason;
  std::string until;  // YYYY-MM-DD, UTC, the day itself included
  Location where;     // in the policy file
  /// Findings it excused in this run; threads count together.
  std::shared_ptr<std::atomic<std::uint64_t>> used = std::make_shared<std::atomic<std::uint64_t>>(0);

  [[nodiscard]] bool covers(std::string_view policy, const Account& account) const noexcept;
};

}  // namespace torii::zonec
