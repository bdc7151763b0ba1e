// Names: text and wire, suffixes, comparison, canonical order.
#include "torii/dns/name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "torii/dns/presentation.hpp"

namespace torii::dns {
namespace {

Name name(std::string_view text) {
  const auto parsed = Name::from_text(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Name{});
}

std::vector<std::uint8_t> octets(std::initializer_list<int> values) {
  std::vector<std::uint8_t> out;
  for (const int value : values) out.push_back(static_cast<std::uint8_t>(value));
  return out;
}

TEST(NameText, ToWireAndBack) {
  struct Case {
    std::string_view text;
    std::vector<std::uint8_t> wire;
    std::string_view printed;
  };
  const std::vector<Case> cases{
      {".", octets({0}), "."},
      {"jp.", octets({2, 'j', 'p', 0}), "jp."},
      {"jp", octets({2, 'j', 'p', 0}), "jp."},
      {"a.B.", octets({1, 'a', 1, 'B', 0}), "a.B."},
      {"a\\.b.", octets({3, 'a', '.', 'b', 0}), "a\\.b."},
      {"\\000\\255\\065.", octets({3, 0, 255, 'A', 0}), "\\000\\255A."},
      {"\\\".\\@.\\$.\\;.\\(\\).\\\\.", octets({1, '"', 1, '@', 1, '$', 1, ';', 2, '(', ')', 1, '\\', 0}),
       "\\\".\\@.\\$.\\;.\\(\\).\\\\."},
      {"a\\032b\\009.", octets({4, 'a', ' ', 'b', 9, 0}), "a\\032b\\009."},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.text);
    const auto parsed = name(test.text);
    EXPECT_TRUE(std::ranges::equal(parsed.view().octets(), test.wire));
    EXPECT_EQ(parsed.text(), test.printed);
    std::string appended;
    append_name(appended, parsed);
    EXPECT_EQ(appended, test.printed) << "both printers agree";
    const auto viewed = NameView::parse(test.wire);
    ASSERT_TRUE(viewed);
    EXPECT_EQ(viewed->size(), test.wire.size());
  }
}

TEST(NameText, RefusesWhatIsNoName) {
  for (const std::string_view text : {"", "..", ".a", "a..b", "a\\", "a\\25", "a\\256", "a\\2x5"})
    EXPECT_FALSE(Name::from_text(text)) << text;
}

TEST(NameText, Limits) {
  const std::string label(63, 'x');
  EXPECT_TRUE(Name::from_text(label));
  EXPECT_FALSE(Name::from_text(label + "x"));
  const std::string three = label + "." + label + "." + label + ".";
  EXPECT_EQ(name(three + std::string(61, 'y') + ".").size(), 255U);
  EXPECT_EQ(name(three + std::string(61, 'y')).size(), 255U);
  EXPECT_FALSE(Name::from_text(three + std::string(62, 'y') + "."));
  EXPECT_FALSE(Name::from_text(three + std::string(62, 'y')));
  EXPECT_FALSE(Name::from_text(three + std::string(61, 'y'), name("a.")));
  std::string many;
  for (int i = 0; i < 127; ++i) many += "a.";
  EXPECT_EQ(name(many).view().label_count(), kLabelsMax);
  EXPECT_FALSE(Name::from_text(many + "a."));
}

TEST(NameText, RelativeToAnOrigin) {
  EXPECT_EQ(Name::from_text("www", name("example."))->text(), "www.example.");
  EXPECT_EQ(Name::from_text("www.", name("example."))->text(), "www.");
  EXPECT_EQ(Name::from_text("@", name("example."))->text(), "example.");
  EXPECT_EQ(Name::from_text("\\@", name("example."))->text(), "\\@.example.");
}

TEST(NameView, ParseRefusesBadWire) {
  EXPECT_FALSE(NameView::parse({}));
  const auto whole = octets({2, 'j', 'p', 1, 'x', 0});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(NameView::parse(Octets{whole}.first(size)));
  EXPECT_FALSE(NameView::parse(octets({0xC0, 12}))) << "compressed";
  EXPECT_FALSE(NameView::parse(octets({0x40, 0}))) << "reserved label type";
  std::vector<std::uint8_t> endless(300, 1);
  EXPECT_FALSE(NameView::parse(endless)) << "longer than 255 octets";
  EXPECT_EQ(NameView::parse(octets({1, 'a', 0, 7, 7}))->size(), 3U) << "what follows is not its business";
}

TEST(NameView, LabelsAndSuffixes) {
  const auto www = name("www.Example.jp.");
  EXPECT_EQ(www.view().label_count(), 3U);
  EXPECT_EQ(www.view().parent().text(), "Example.jp.");
  EXPECT_EQ(www.view().suffix(1).text(), "jp.");
  EXPECT_EQ(www.view().suffix(0).text(), ".");
  EXPECT_EQ(www.view().suffix(9).text(), "www.Example.jp.");
  EXPECT_TRUE(Name{}.view().parent().is_root());
  EXPECT_TRUE(www.view().is_below(name("EXAMPLE.JP.")));
  EXPECT_TRUE(www.view().is_below(Name{}));
  EXPECT_TRUE(www.view().is_at_or_below(www));
  EXPECT_FALSE(www.view().is_below(www));
  EXPECT_FALSE(name("wwwExample.jp.").view().is_below(name("Example.jp.")));
  EXPECT_FALSE(name("x\\007example.jp.").view().is_below(name("example.jp."))) << "no suffix of octets, of labels";
  EXPECT_TRUE(name("*.jp.").view().is_wildcard());
  EXPECT_FALSE(name("a.*.jp.").view().is_wildcard());
  EXPECT_FALSE(name("**.jp.").view().is_wildcard());
}

TEST(NameOrder, ExampleOfRfc4034) {  // section 6.1
  const std::vector<std::string_view> sorted{"example.",         "a.example.",      "yljkjljk.a.example.",
                                             "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
                                             "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
  for (std::size_t i = 0; i < sorted.size(); ++i)
    for (std::size_t k = 0; k < sorted.size(); ++k)
      EXPECT_EQ(canonical_order(name(sorted[i]), name(sorted[k])), i <=> k) << sorted[i] << ' ' << sorted[k];
}

TEST(NameOrder, IsTotalAndAgreesWithEquality) {
  std::mt19937 random{4034};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same names every time
  std::vector<Name> names;
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> wire;
    for (auto labels = random() % 4; labels > 0; --labels) {
      const auto length = 1 + random() % 3;
      wire.push_back(static_cast<std::uint8_t>(length));
      const std::array<std::uint8_t, 6> alphabet{0, '.', 'a', 'A', 'b', 255};
      for (auto k = length; k > 0; --k) wire.push_back(alphabet.at(random() % alphabet.size()));
    }
    wire.push_back(0);
    names.emplace_back(*NameView::parse(wire));
  }
  for (const auto& a : names)
    for (const auto& b : names) {
      const auto order = canonical_order(a, b);
      ASSERT_EQ(order == 0, a == b);
      ASSERT_EQ(order, 0 <=> canonical_order(b, a));
      ASSERT_TRUE(!a.view().is_below(b) || order > 0) << "an ancestor comes first";
    }
  std::ranges::sort(names, [](const auto& a, const auto& b) { return canonical_order(a, b) < 0; });
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = i; k < names.size(); ++k)
      ASSERT_TRUE(canonical_order(names[i], names[k]) <= 0) << "transitive";
}

TEST(NameCase, LowerWordsAreLowerOctets) {
  for (std::size_t at = 0; at < 8; ++at)
    for (int value = 0; value < 256; ++value)
      for (const int filler : {0, 0x5A, 0x80, 0xFF}) {
        std::array<std::uint8_t, 8> in{};
        in.fill(static_cast<std::uint8_t>(filler));
        in.at(at) = static_cast<std::uint8_t>(value);
        std::array<std::uint8_t, 8> out{};
        lower_copy(in, out.data());
        for (std::size_t i = 0; i < 8; ++i) ASSERT_EQ(out.at(i), to_lower(in.at(i)));
      }
}

TEST(NameJoin, IsBounded) {
  const auto prefix = name("a.b.");
  EXPECT_EQ(Name::join(prefix.view().octets().first(4), name("c."))->text(), "a.b.c.");
  const std::string label(63, 'x');
  const auto longest = name(label + "." + label + "." + label + "." + std::string(61, 'y'));
  EXPECT_FALSE(Name::join(prefix.view().octets().first(2), longest));
}

}  // namespace
}  // namespace torii::dns
