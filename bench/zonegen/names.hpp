#pragma once
/// Labels like those people register: syllables, some with a hyphen, a number or a word of trade. A label is computed
/// from its index; distinct indices give distinct labels, so indices beyond the zone's are names that do not exist in
/// it.
#include <array>
#include <cstdint>
#include <string_view>

namespace torii::bench {

class Label {
 public:
  void push(char c) noexcept { text_[size_++] = c; }
  void push(std::string_view part) noexcept {
    for (const char c : part) push(c);
  }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 32> text_{};
  std::uint8_t size_ = 0;
};

/// 6 to 17 octets, lower case; 10.5 on average.
[[nodiscard]] Label label_of(std::uint32_t index, std::uint32_t key) noexcept;

}  // namespace torii::bench
