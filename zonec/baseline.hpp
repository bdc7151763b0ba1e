#pragma once
/// Findings of a run before, from its JSON Lines: what of this run is new, worse, better or as it was.
#include <array>
#include <cstdint>
#include <istream>
#include <string>
#include <unordered_map>

#include "zonec/finding_format.hpp"

namespace torii::zonec {

class Baseline {
 public:
  enum class Change : std::uint8_t { New, Worse, Better, Same };
  struct Verdict {
    Change change{};
    std::string before{};  // for people, of what changed: "7 over before"
  };

  /// Throws std::runtime_error with file, line and column for what is not a file of findings.
  [[nodiscard]] static Baseline read(const std::string& path);
  /// `path`: for messages.
  [[nodiscard]] static Baseline read(std::istream& in, const std::string& path);

  /// Each finding of this run once, in any order.
  [[nodiscard]] Verdict compare(const Diagnostic& diagnostic);
  [[nodiscard]] Verdict compare(const SizeFinding& finding);

  /// "3 new, 1 worse, 2 better, 4 gone, 100 as before"; without `complete` the gone are not known.
  [[nodiscard]] std::string summary(bool complete) const;

 private:
  struct Before {
    std::uint32_t count{};
    std::uint32_t over_by{};
    Severity severity{};
  };
  [[nodiscard]] Verdict compare(const std::string& key, Severity severity, std::uint32_t over_by);
  std::unordered_map<std::string, Before> before_;
  std::uint64_t before_count_ = 0;
  std::array<std::uint64_t, 4> counts_{};
};

}  // namespace torii::zonec
