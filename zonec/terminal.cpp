#include "zonec/terminal.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace torii::zonec {

Colour::Colour(std::string_view choice) {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    return value != nullptr && *value != 0 ? std::string_view{value} : std::string_view{};
  };
  on_ = choice == "always" ||
        (choice == "auto" && isatty(STDOUT_FILENO) == 1 && is_set("NO_COLOR").empty() && is_set("TERM") != "dumb");
}

std::string Colour::paint(Ink ink, std::string_view text) const {
  constexpr std::array<std::string_view, 9> kCodes{"", "1", "2", "31", "33", "32", "34", "35", "36"};
  if (!on_ || ink == Ink::Plain || text.empty()) return std::string{text};
  return "\x1b[" + std::string{kCodes.at(static_cast<std::size_t>(ink))} + "m" + std::string{text} + "\x1b[0m";
}

void add_colour(CLI::App& command, std::string& choice) {
  command.add_option("--color", choice, "Colour: on a terminal (unless NO_COLOR is set), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

}  // namespace torii::zonec
