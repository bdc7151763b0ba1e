/// Random registries and random transactions: what the gate says of each is what a full compile of the changed zone
/// says, for the delegations it names and for all others.
#include <cstdlib>
#include <random>

#include "tests/zonec/gate/model.hpp"
#include "zonec/gate/judge.hpp"
#include "zonec/gate/request.hpp"
#include "zonec/judge/formula.hpp"

namespace torii::zonec::gate {
namespace {

using testing::FakeSigner;
using testing::Model;
using testing::Signing;

/// TORII_GATE_TURNS: registries a test; for runs by hand.
unsigned turns(unsigned usual) {
  const char* text = std::getenv("TORII_GATE_TURNS");
  return text == nullptr ? usual : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class Registry {
 public:
  Registry(unsigned seed, Signing signing) : random_{seed}, signing_{signing}, signer_{signing} {
    for (int d = 0; d < 7; ++d) cuts_.push_back("d" + std::to_string(d) + ".test.");
    for (const char* more : {"a.d0.test.", "b.d1.test.", "c.b.d1.test.", "h.w.test.", "nic.test.", "x.y.test.",
                             "under.alias.test.", "below.dname.test."})
      cuts_.emplace_back(more);
    const std::string wide(60, 'w');
    for (const auto& cut : cuts_)
      for (const auto& label : {std::string{"ns"}, std::string{"a"}, wide + "1", wide + "2"})
        hosts_.push_back(label + "." + cut);
    for (const char* more : {"d2.test.", "nic.test.", "ns.nic.test.", "p.w.test.", "k.p.w.test.", "h.w.test.",
                             "y.test.", "alias.test.", "ns.dname.test.", "ns.example.", "ns2.example.", "test."})
      hosts_.emplace_back(more);
    hosts_.push_back(wide + "." + wide + ".example.");
    make_base();
  }

  Model model;
  std::unique_ptr<Base> base;
  Changes committed;
  PolicySettings settings;

  bool chance(unsigned of) { return random_() % of == 0; }
  template <class List>
  const auto& pick(const List& list) {
    return list[random_() % list.size()];
  }

  /// Operations as JSON, applied to `after`. Empty when nothing came of it.
  std::string operation(Model& after) {
    const auto name = pick(cuts_);
    const auto host = pick(hosts_);
    const auto kind = random_() % 10;
    if (kind < 2 && !after.ns.contains(name)) return create(after, name);
    if (kind < 4 && after.ns.contains(name)) {
      after.ns.erase(name);
      after.ds.erase(name);
      return R"({"op":"delete","force":true,"delegation":")" + name + "\"}";
    }
    if (kind < 6 && after.ns.contains(name)) return update(after, name);
    if (kind < 8 && inside(host)) return set_addresses(after, host);
    if (kind == 8 && (after.is_host(host) || after.is_linked(host))) {
      after.addresses.erase(host);
      after.flags[host] = false;
      return R"({"op":"delete","force":true,"host":")" + host + "\"}";
    }
    const auto to = pick(hosts_);
    if (kind == 9 && to != host && to != "alias.test." && (after.is_host(host) || after.is_linked(host)) &&
        !after.is_host(to))
      return rename(after, host, to);
    return {};
  }

  [[nodiscard]] testing::Built build(const Model& of) const { return testing::build(signer_.sign(of.text())); }

  /// What a compile says, with the proofs that the image has where they stay.
  [[nodiscard]] std::map<std::string, testing::Verdict> compile(const Model& of) const {
    const auto built = build(of);
    if (signing_ == Signing::None) return testing::compile(built, settings);
    const bool same_chain = signing_ != Signing::OptOut || chain_of(*built.zone) == chain_of(base->zone());
    return testing::compile(built, settings, [&](const std::string& name, SizeFacts& facts) {
      const auto at = base->find(*dns::Name::from_text(name));
      const bool was = at != kNoOwner && base->zone().owners[at].kind == OwnerKind::Cut;
      if (was && ds_of(of, name) == ds_of(initial_, name)) {
        facts.proof = facts_of(describe_account(base->zone(), at)).proof;
      } else if (!same_chain && ds_of(of, name).empty()) {
        // Which link of a chain to be covers the name, nobody knows yet; the gate reads it off the present one.
        const View view{*base, &committed, nullptr};
        facts.proof = facts_of(view.account_of(view.node(*dns::Name::from_text(name)), {})).proof;
      }
    });
  }

 private:
  /// Can have addresses: an alias has no other data.
  static bool inside(const std::string& name) { return name.ends_with("test.") && name != "alias.test."; }
  static std::set<std::string> ds_of(const Model& of, const std::string& name) {
    const auto at = of.ds.find(name);
    return at == of.ds.end() ? std::set<std::string>{} : at->second;
  }
  static std::vector<std::pair<std::string, std::size_t>> chain_of(const Zone& zone) {
    std::vector<std::pair<std::string, std::size_t>> out;
    for (const auto& owner : zone.nsec3_owners)
      out.emplace_back(owner.name().text(), zone.rdata_of(zone.rrsets_of(owner).front()).front().size());
    return out;
  }

  std::set<std::string> some_addresses() {
    std::set<std::string> out;
    const auto most = chance(6) ? 20U : 3U;
    for (auto n = random_() % most; n > 0; --n) out.insert("192.0.2." + std::to_string(n));
    for (auto n = random_() % 3; n > 0; --n) out.insert("2001:db8::" + std::to_string(n));
    return out;
  }
  std::set<std::string> some_hosts() {
    std::set<std::string> out;
    for (auto n = random_() % (chance(4) ? 12 : 4) + 1; n > 0; --n) out.insert(pick(hosts_));
    return out;
  }

  void make_base() {
    if (chance(2)) model.rest += "*.w.test. A 192.0.2.200\n";
    if (chance(2)) model.rest += "nic.test. TXT x\n";
    if (chance(2)) model.rest += "alias.test. CNAME elsewhere.example.\n";
    if (chance(3)) model.rest += "dname.test. DNAME elsewhere.example.\n";
    if (chance(20)) model.rest += "test. DNAME elsewhere.example.\n";
    for (const auto& cut : cuts_)
      if (chance(2)) model.ns[cut] = some_hosts();
    for (const auto& [cut, hosts] : model.ns)
      if (chance(3)) model.ds[cut] = {kDs};
    for (const auto& host : hosts_)
      if (inside(host) && chance(2)) model.addresses[host] = some_addresses();
    for (const char* choice : {"rfc9471-in-domain@1232=warning", "one-glue-512=error"})
      if (chance(2)) static_cast<void>(settings.set(choice));
    initial_ = model;
    base = std::make_unique<Base>(std::move(*build(model).zone));
  }

  static std::string quoted(const std::set<std::string>& list) {
    std::string out;
    for (const auto& item : list) out += (out.empty() ? "\"" : ",\"") + item + '"';
    return "[" + out + "]";
  }
  static std::string ds_json(bool with) {
    return with ? R"([{"key_tag":1,"algorithm":13,"digest_type":2,"digest":")" + std::string(64, 'A') + "\"}]" : "[]";
  }

  std::string create(Model& after, const std::string& name) {
    const auto hosts = some_hosts();
    const bool with_ds = chance(3);
    std::string list;
    for (const auto& host : hosts) {
      list += list.empty() ? "" : ",";
      if (inside(host) && chance(2)) {
        const auto addresses = some_addresses();
        after.addresses[host] = addresses;
        after.flags[host] = true;
        list += R"({"name":")" + host + R"(","addresses":)" + quoted(addresses) + "}";
      } else {
        list += '"' + host + '"';
      }
    }
    after.ns[name] = hosts;
    after.ds.erase(name);
    if (with_ds) after.ds[name] = {kDs};
    return R"({"op":"create","force":true,"delegation":")" + name + R"(","ns":[)" + list + R"(],"ds":)" +
           ds_json(with_ds) + "}";
  }

  std::string update(Model& after, const std::string& name) {
    auto& hosts = after.ns[name];
    const auto head = R"({"op":"update","force":true,"delegation":")" + name + "\",";
    if (chance(3)) {
      const bool with_ds = chance(2);
      after.ds.erase(name);
      if (with_ds) after.ds[name] = {kDs};
      return head + R"("chg":{"ds":)" + ds_json(with_ds) + "}}";
    }
    if (chance(3)) {
      hosts = some_hosts();
      return head + R"("chg":{"ns":)" + quoted(hosts) + "}}";
    }
    std::set<std::string> add;
    for (const auto& host : some_hosts())
      if (!hosts.contains(host)) add.insert(host);
    std::set<std::string> rem;
    for (const auto& host : hosts)
      if (chance(3)) rem.insert(host);
    if (hosts.size() + add.size() == rem.size()) return {};
    for (const auto& host : rem) hosts.erase(host);
    hosts.insert(add.begin(), add.end());
    return head + R"("add":{"ns":)" + quoted(add) + R"(},"rem":{"ns":)" + quoted(rem) + "}}";
  }

  std::string set_addresses(Model& after, const std::string& host) {
    const auto addresses = some_addresses();
    const bool is_new = !after.is_host(host) && !after.is_linked(host);
    if (is_new) {
      after.flags[host] = true;
      if (!addresses.empty()) after.addresses[host] = addresses;
      return R"({"op":"create","force":true,"host":")" + host + R"(","addresses":)" + quoted(addresses) + "}";
    }
    after.flags[host] = true;
    after.addresses[host] = addresses;
    return R"({"op":"update","force":true,"host":")" + host + R"(","chg":{"addresses":)" + quoted(addresses) + "}}";
  }

  static std::string rename(Model& after, const std::string& host, const std::string& to) {
    for (auto& [cut, hosts] : after.ns) {
      if (hosts.erase(host) > 0) hosts.insert(to);
    }
    const auto addresses = after.addresses[host];
    after.addresses.erase(host);
    if (!addresses.empty() && inside(to)) after.addresses[to] = addresses;
    after.flags[host] = false;
    after.flags[to] = true;
    return R"({"op":"update","force":true,"host":")" + host + R"(","chg":{"name":")" + to + "\"}}";
  }

  static constexpr const char* kDs = "1 13 2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  std::mt19937 random_;
  Signing signing_;
  FakeSigner signer_;
  std::vector<std::string> cuts_;
  std::vector<std::string> hosts_;
  Model initial_;
};

std::map<std::string, Severity> codes_of(const std::vector<SizeFinding>& sizes,
                                         const std::vector<StructureFinding>& structure) {
  std::map<std::string, Severity> codes;
  const auto add = [&](std::string_view code, Severity severity) {
    auto& worst = codes.try_emplace(std::string{code}, severity).first->second;
    worst = std::max(worst, severity);
  };
  for (const auto& finding : sizes) add(finding.policy->id, finding.severity);
  for (const auto& finding : structure) add(finding.code, finding.severity);
  return codes;
}

std::string text_of(const std::map<std::string, std::map<std::string, Severity>>& list) {
  std::string out;
  for (const auto& [name, codes] : list) {
    out += name + ":";
    for (const auto& [code, severity] : codes) out += " " + code + "=" + std::string{severity_text(severity)};
    out += "\n";
  }
  return out;
}

/// Codes of at least warning severity that `with` has and `without` has not, or not as badly.
std::map<std::string, Severity> difference(const std::map<std::string, Severity>& without,
                                           const std::map<std::string, Severity>& with) {
  std::map<std::string, Severity> out;
  for (const auto& [code, severity] : with) {
    const auto had = without.find(code);
    if (severity >= Severity::Warning && (had == without.end() || had->second < severity)) out[code] = severity;
  }
  return out;
}

void run(unsigned seed, Signing signing) {
  Registry registry{seed, signing};
  for (int turn = 0; turn < 10; ++turn) {
    auto after = registry.model;
    std::string operations;
    for (int k = 0; k < 1 + turn % 3; ++k) {
      const auto one = registry.operation(after);
      if (!one.empty()) operations += (operations.empty() ? "" : ",") + one;
    }
    if (operations.empty()) continue;
    const auto line = R"({"operations":[)" + operations + "]}";
    SCOPED_TRACE("seed " + std::to_string(seed) + " turn " + std::to_string(turn) + " " + line + "\nbase:\n" +
                 registry.model.text());
    const auto parsed = parse_request(line);
    ASSERT_FALSE(parsed.error) << parsed.error->text << " at " << parsed.error->at;
    Transaction transaction{*registry.base, registry.committed};
    for (const auto& operation : parsed.request.operations) {
      const auto error = transaction.apply(operation);
      ASSERT_FALSE(error) << error->code << ": " << error->text;
    }
    Judge rules{registry.settings};
    const auto verdict = judge(transaction, rules, 1000);
    const auto was = registry.compile(registry.model);
    auto next = registry.committed;
    next.merge(transaction.changes(), [&](dns::NameView name) { return registry.base->find(name); });
    std::swap(next, registry.committed);  // the model's proofs look at it
    const auto is = registry.compile(after);
    std::swap(next, registry.committed);

    for (const auto& subject : verdict.subjects) {
      const auto expected = is.find(subject.name.text());
      ASSERT_EQ(subject.after.exists, expected != is.end()) << subject.name.text();
      if (expected == is.end()) continue;
      ASSERT_EQ(subject.after.is_served, expected->second.is_served) << subject.name.text();
      ASSERT_EQ(text_of({{"", codes_of(subject.after.sizes, subject.after.structure)}}),
                text_of({{"", expected->second.codes}}))
          << subject.name.text();
      if (expected->second.is_served) {
        ASSERT_EQ(subject.after.facts, expected->second.facts) << subject.name.text();
      }
      for (const auto& finding : subject.after.sizes)
        ASSERT_LE(finding.failure.octets, expected->second.octets.at(std::string{finding.policy->id}));
    }
    std::map<std::string, std::map<std::string, Severity>> broken;
    std::map<std::string, std::map<std::string, Severity>> healed;
    for (const auto& [name, now] : is) {
      const auto before = was.find(name);
      if (transaction.delegations().contains(wire_of(*dns::Name::from_text(name)))) continue;
      ASSERT_NE(before, was.end()) << name;
      if (auto codes = difference(before->second.codes, now.codes); !codes.empty()) broken[name] = codes;
      if (auto codes = difference(now.codes, before->second.codes); !codes.empty()) healed[name] = codes;
    }
    const auto listed = [](const AffectedList& list) {
      std::map<std::string, std::map<std::string, Severity>> out;
      for (const auto& affected : list.delegations)
        out[affected.name.text()] = codes_of(affected.sizes, affected.structure);
      return out;
    };
    ASSERT_EQ(text_of(listed(verdict.broken)), text_of(broken));
    ASSERT_EQ(text_of(listed(verdict.healed)), text_of(healed));
    ASSERT_EQ(verdict.broken.count, broken.size());
    if (turn % 2 == 0) {
      registry.committed = std::move(next);
      registry.model = after;
    }
  }
}

void run_many(Signing signing, unsigned usual) {
  const char* given = std::getenv("TORII_GATE_SEED");
  const auto first =
      given == nullptr ? std::random_device{}() : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  for (unsigned i = 0; i < turns(usual) && !::testing::Test::HasFatalFailure(); ++i) run(first + i, signing);
}

TEST(GateDifferential, Unsigned) { run_many(Signing::None, 250); }
TEST(GateDifferential, Nsec) { run_many(Signing::Nsec, 100); }
TEST(GateDifferential, Nsec3) { run_many(Signing::Nsec3, 100); }
TEST(GateDifferential, OptOut) { run_many(Signing::OptOut, 100); }

}  // namespace
}  // namespace torii::zonec::gate
