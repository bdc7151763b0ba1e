#pragma once
/// Colour for people who look at a terminal; nothing of it for anybody else.
#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace torii::zonec {

enum class Ink : std::uint8_t { Plain, Bold, Dim, Red, Yellow, Green, Blue, Magenta, Cyan };

class Colour {
 public:
  /// Off.
  Colour() noexcept = default;
  /// `choice`: "always", "never", or "auto": when standard output is a terminal, TERM is not "dumb" and NO_COLOR is
  /// unset or empty (https://no-color.org).
  explicit Colour(std::string_view choice);
  [[nodiscard]] bool is_on() const noexcept { return on_; }
  [[nodiscard]] std::string paint(Ink ink, std::string_view text) const;

 private:
  bool on_ = false;
};

/// `--color auto|always|never`
void add_colour(CLI::App& command, std::string& choice);

}  // namespace torii::zonec
