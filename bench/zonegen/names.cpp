#include "bench/zonegen/names.hpp"

#include "bench/zonegen/random.hpp"

namespace torii::bench {
namespace {

constexpr std::string_view kConsonants = "bcdfghjklmnprstvwxyz";
constexpr std::string_view kVowels = "aeiou";
constexpr std::uint32_t kSyllables = 100;
constexpr int kSyllablesMin = 3;
/// Each breaks the alternation of consonant and vowel at a place of its own, so a label can be read in one way only.
constexpr std::array<std::string_view, 16> kWords{"shop",  "tech",  "blog",  "club",   "group",  "world",
                                                  "bank",  "sport", "print", "studio", "clinic", "travel",
                                                  "craft", "photo", "style", "trade"};

/// `number` in base 100, a syllable a digit, least first; `hyphen_after`: syllables before a hyphen, 0: none.
void push_syllables(Label& label, std::uint32_t number, int hyphen_after = 0) noexcept {
  for (int count = 1; number != 0 || count <= kSyllablesMin; ++count) {
    const auto digit = number % kSyllables;
    number /= kSyllables;
    label.push(kConsonants[digit / kVowels.size()]);
    label.push(kVowels[digit % kVowels.size()]);
    if (count == hyphen_after) label.push('-');
  }
}

/// Splits the last digit of base `base` off `number`.
std::uint32_t take(std::uint32_t& number, std::uint32_t base) noexcept {
  const auto digit = number % base;
  number /= base;
  return digit;
}

}  // namespace

Label label_of(std::uint32_t index, std::uint32_t key) noexcept {
  const auto permuted = permute32(index, key);
  const auto kind = permuted & 15;
  auto number = permuted >> 4;
  // Kinds that share a form share its numbers: the kind's place among them is the lowest digit.
  const auto among = [&](std::uint32_t first, std::uint32_t count) noexcept { number = number * count + kind - first; };
  Label label;
  if (kind < 6) {  // kabuki
    among(0, 6);
    push_syllables(label, number);
  } else if (kind < 8) {  // kabukin
    among(6, 2);
    const auto last = "nrst"[take(number, 4)];
    push_syllables(label, number);
    label.push(last);
  } else if (kind < 10) {  // kabu-ki
    among(8, 2);
    push_syllables(label, number, 2);
  } else if (kind < 13) {  // kabukishop
    among(10, 3);
    const auto word = kWords[take(number, kWords.size())];
    push_syllables(label, number);
    label.push(word);
  } else if (kind == 13) {  // kabuki24
    const auto tens = take(number, 10);
    const auto ones = take(number, 10);
    push_syllables(label, number);
    label.push(static_cast<char>('0' + tens));
    label.push(static_cast<char>('0' + ones));
  } else if (kind == 14) {  // okabuki
    label.push(kVowels[take(number, kVowels.size())]);
    push_syllables(label, number);
  } else {  // shop-kabuki
    label.push(kWords[take(number, kWords.size())]);
    label.push('-');
    push_syllables(label, number);
  }
  return label;
}

}  // namespace torii::bench
