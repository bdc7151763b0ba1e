#include "zonec/model/delegation.hpp"

#include "tests/zonec/model/zone_text.hpp"

namespace torii::zonec::testing {
namespace {

Delegation delegation_of(const Built& built, const char* name) {
  return describe_delegation(*built.zone, built.zone->find(*dns::Name::from_text(name)));
}

TEST(Delegation, TellsWhereHostsStand) {
  const auto built = build(around(R"(
d NS ns.d
d NS ns.other
d NS nic
d NS host.wild
d NS ns.example.test.
d NS missing
d NS x.alias
d NS gone.other
d NS NS.D
d NS nowhere.wild.wild
ns.d A 192.0.2.1
ns.d AAAA 2001:db8::1
other NS ns.test.
ns.other A 192.0.2.2
nic AAAA 2001:db8::3
*.wild A 192.0.2.4
alias DNAME elsewhere.test.
)"));
  const auto d = delegation_of(built, "d.jp.");
  struct Expected {
    const char* name;
    HostRelation relation;
    bool a, aaaa;
  };
  using enum HostRelation;
  const Expected expected[] = {{"x.alias.jp.", SiblingAuthoritative, false, false},
                               {"ns.d.jp.", InDomain, true, true},
                               {"missing.jp.", SiblingAuthoritative, false, false},
                               {"nic.jp.", SiblingAuthoritative, false, true},
                               {"gone.other.jp.", SiblingGlue, false, false},
                               {"ns.other.jp.", SiblingGlue, true, false},
                               {"host.wild.jp.", SiblingAuthoritative, true, false},
                               {"nowhere.wild.wild.jp.", SiblingAuthoritative, true, false},
                               {"ns.example.test.", Unrelated, false, false}};
  ASSERT_EQ(d.hosts.size(), std::size(expected)) << "NS.D is ns.d once more";
  for (std::size_t i = 0; i < d.hosts.size(); ++i) {
    EXPECT_EQ(d.hosts[i].name, *dns::Name::from_text(expected[i].name)) << d.hosts[i].name.text();
    EXPECT_EQ(d.hosts[i].relation, expected[i].relation) << expected[i].name;
    EXPECT_EQ(d.hosts[i].a != nullptr, expected[i].a) << expected[i].name;
    EXPECT_EQ(d.hosts[i].aaaa != nullptr, expected[i].aaaa) << expected[i].name;
  }
  EXPECT_EQ(built.zone->owners[d.hosts[5].cut].name().text(), "other.jp.");
}

TEST(Delegation, RelationsOfRfc9499Table1) {
  const auto root = build(
      "$TTL 1\n. SOA a.test. b.test. 1 1 1 1 1\n. NS a.test.\ncom. NS a.gtld-servers.net.\n"
      "net. NS a.gtld-servers.net.\na.gtld-servers.net. A 192.0.2.1\n");
  EXPECT_EQ(delegation_of(root, "com.").hosts[0].relation, HostRelation::SiblingGlue);
  EXPECT_EQ(delegation_of(root, "net.").hosts[0].relation, HostRelation::InDomain);
  const auto jp = build(around("example NS ns.example.ne\n"));
  EXPECT_EQ(delegation_of(jp, "example.jp.").hosts[0].relation, HostRelation::SiblingAuthoritative);
}

TEST(Delegation, AWildcardDoesNotReachPastExistingNames) {  // RFC 4592 section 2.2.1
  const auto built = build(around("d NS host.sub.wild\nd NS sub.wild\n*.wild A 192.0.2.4\nx.sub.wild TXT y\n"));
  for (const auto& host : delegation_of(built, "d.jp.").hosts) EXPECT_EQ(host.a, nullptr) << host.name.text();
}

TEST(Delegation, TheApexFindsAllItsHosts) {
  const auto built = build(around("@ NS nic\n@ NS ns.d\nnic A 192.0.2.1\nd NS ns.d\nns.d A 192.0.2.2\n"));
  const auto apex = describe_delegation(*built.zone, 0);
  ASSERT_EQ(apex.hosts.size(), 3U);
  EXPECT_NE(apex.hosts[0].a, nullptr);
  EXPECT_NE(apex.hosts[1].a, nullptr);
  EXPECT_EQ(apex.hosts[2].relation, HostRelation::Unrelated);
}

std::string cyclic_names(const Built& built) {
  std::string out;
  const auto cyclic = find_cyclic(*built.zone);
  for (OwnerIndex i = 0; i < cyclic.size(); ++i)
    if (cyclic[i]) out += built.zone->owners[i].name().text() + " ";
  return out;
}

TEST(Cyclic, FindsTheSetsThatLeadNowhereElse) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"a NS ns.b\nb NS ns.a\n", "a.jp. b.jp. "},
      {"a NS ns.b\nb NS ns.c\nc NS ns.a\n", "a.jp. b.jp. c.jp. "},
      {"a NS ns.b\nb NS ns.a\nb NS x.test.\n", ""},
      {"a NS ns.b\nb NS ns.a\nb NS ns.b\nns.b A 192.0.2.1\n", ""},       // in-domain glue enters
      {"a NS ns.b\nb NS ns.a\nb NS ns.b\n", "a.jp. b.jp. "},             // without an address it does not
      {"a NS ns.b\nb NS ns.a\nb NS nic\nnic A 192.0.2.1\n", ""},         // authoritative data enters
      {"a NS ns.b\nb NS ns.a\nd NS ns.a\n", "a.jp. b.jp. "},             // d depends on them, nobody on d
      {"a NS ns.b\nb NS ns.a\nb NS ns.c\nc NS ns.test.\n", ""},          // out through c
      {"a NS ns.b\nb NS ns.a\nb NS ns.c\nc NS ns.c\n", "a.jp. b.jp. "},  // c is a dead end
      {"a NS ns.a\n", ""},
      {"b NS ns.c\n", ""},
  };
  for (const auto& [records, expected] : cases) EXPECT_EQ(cyclic_names(build(around(records))), expected) << records;
}

TEST(Cyclic, ASetThatLeavesThroughAnotherIsNot) {
  // c and d are a cycle with glue; a and b can be entered through c once that glue is sent.
  const auto built = build(around("a NS ns.b\nb NS ns.a\nb NS ns.c\nc NS ns.d\nd NS ns.c\nns.c A 192.0.2.1\n"));
  EXPECT_EQ(cyclic_names(built), "c.jp. d.jp. ");
}

TEST(Cyclic, ALongChainDoesNotExhaustTheStack) {
  std::string text;
  const int size = 20000;
  for (int i = 0; i < size; ++i) text += "d" + std::to_string(i) + " NS ns.d" + std::to_string((i + 1) % size) + "\n";
  const auto built = build(around(text));
  const auto cyclic = find_cyclic(*built.zone);
  EXPECT_EQ(std::ranges::count(cyclic, true), size);
}

TEST(Delegation, Unreachable) {
  const auto built = build(around("a NS ns.a\nb NS ns.b\nb NS x.test.\nc NS ns.b\nd NS ns.d\nns.d A 192.0.2.1\n"));
  EXPECT_TRUE(is_unreachable(delegation_of(built, "a.jp.")));
  EXPECT_FALSE(is_unreachable(delegation_of(built, "b.jp.")));
  EXPECT_FALSE(is_unreachable(delegation_of(built, "c.jp.")));
  EXPECT_FALSE(is_unreachable(delegation_of(built, "d.jp.")));
  auto cyclic = delegation_of(built, "c.jp.");
  cyclic.cyclic = true;
  EXPECT_TRUE(is_unreachable(cyclic));
}

}  // namespace
}  // namespace torii::zonec::testing
