#pragma once
/// Collects findings on a zone's content and puts them in canonical order of owner, with a bound for each kind, so
/// that a file given twice does not drown its own explanation.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/scan/record.hpp"

namespace torii::zonec {

/// Findings of one code that are listed; more are counted. Source: house rule.
inline constexpr std::size_t kFindingsPerCodeMax = 100;

class Findings {
 public:
  /// `rank`: place of the owner in canonical order. `owner` may be the root for what concerns the zone as a whole.
  void add(std::uint32_t rank, Severity severity, std::string_view code, Location where, dns::NameView owner,
           std::string text);
  /// Adds what `later` holds behind what is here, as if it had been added here with its ranks raised by `rank`.
  void merge(Findings&& later, std::uint32_t rank = 0);
  [[nodiscard]] bool empty() const noexcept { return kinds_.empty(); }
  /// Everything collected, by rank, and for each code that exceeded the bound a last one that tells how many more.
  void move_to(std::vector<Diagnostic>& diagnostics);

 private:
  struct Ranked {
    std::uint32_t rank{};
    Diagnostic diagnostic;
  };
  struct Kind {
    std::uint64_t count{};
    Severity severity{};
    Location where;
  };
  std::vector<Ranked> list_;
  std::map<std::string, Kind, std::less<>> kinds_;
};

/// Mnemonic of a type for messages: "NS", "TYPE65280".
[[nodiscard]] std::string type_text(dns::RrType type);

}  // namespace torii::zonec
