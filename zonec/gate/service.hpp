#pragma once
/// The gate itself: one line in, one line out. Knows nothing of files and sockets.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "zonec/gate/answer.hpp"
#include "zonec/judge/policy.hpp"

namespace torii::zonec::gate {

/// What a gate judges against, and by which rules.
struct Loaded {
  std::unique_ptr<const Base> base;
  PolicySettings settings{};
  std::optional<std::uint64_t> generation{};
  std::string created{};
};
/// Returns the zone, or what is wrong with it. May be called from another thread than the gate's.
using Loader = std::function<std::variant<Loaded, std::string>()>;

class Service {
 public:
  Service(Loaded&& loaded, Loader loader);

  /// The answer to one line, without newline. Never throws: what goes wrong is an answer.
  [[nodiscard]] std::string answer(std::string_view line) noexcept;
  /// The answer to a line longer than kLineOctetsMax, whose octets were skipped.
  [[nodiscard]] std::string answer_too_long() noexcept;

  /// Takes another zone as the base. Committed changes stay on top of it, save those that it has already.
  void adopt(Loaded&& loaded);
  [[nodiscard]] std::optional<std::uint64_t> generation() const noexcept { return loaded_.generation; }
  [[nodiscard]] const Base& base() const noexcept { return *loaded_.base; }
  [[nodiscard]] const Changes& changes() const noexcept { return committed_; }

 private:
  [[nodiscard]] std::string answer(const Request& request);
  [[nodiscard]] std::string fail(const Request& request, const RequestError& error);
  [[nodiscard]] Against against() const;
  [[nodiscard]] StatusFacts facts() const;
  [[nodiscard]] std::string reload(const Request& request);

  Loaded loaded_;
  std::optional<Judge> judge_;  // by the settings loaded
  Loader loader_;
  Changes committed_;
  std::uint64_t requests_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t commits_ = 0;
};

}  // namespace torii::zonec::gate
