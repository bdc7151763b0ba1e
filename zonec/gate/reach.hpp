#pragma once
/// Which delegations can be entered, as cyclic.cpp says of a whole zone, but of those alone that are asked about and of
/// what they lead to. Source: RFC 9471 section 2.3.
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "zonec/gate/view.hpp"

namespace torii::zonec::gate {

/// A delegation's part in the graph. Two delegations that differ in none of it change nothing for others.
struct Links {
  bool is_node = false;         // no resolver enters it by itself
  bool only_needs_glue = true;  // every host is in-domain or below a sibling cut
  bool has_sibling_address{};
  std::vector<WireName> exits;  // cuts above its sibling hosts; ascending
  friend bool operator==(const Links&, const Links&) = default;
};
[[nodiscard]] Links links_of(const std::vector<View::HostPlace>& hosts);

struct Reached {
  bool cyclic = false;
  bool unreachable = false;
};

/// One view, whose layers do not change meanwhile. Remembers what it found.
class Reachability {
 public:
  explicit Reachability(const View& view) : view_{view} {}
  /// For a delegation in force.
  [[nodiscard]] Reached of(const Node& delegation);
  /// The same, where its links are known already.
  [[nodiscard]] Reached of(const Node& delegation, const Links& links);

 private:
  using Id = std::uint32_t;
  static constexpr Id kNoId = 0xFFFF'FFFF;
  struct Cut {
    Links links;
    std::uint32_t order = kNoId;  // Tarjan's visiting order
    std::uint32_t low = kNoId;
    bool on_stack = false;
    bool enterable = false;
    Reached result;
  };
  struct Frame {
    Id cut{};
    std::size_t next_exit{};
  };
  Id id_of(const Node& delegation, const Links* links);
  void visit(Id root);
  void open(Id cut);
  void close(Id root);

  View view_;
  std::map<WireName, Id> ids_;
  std::vector<Cut> cuts_;
  std::vector<Id> stack_;
  std::vector<Frame> frames_;
  std::uint32_t next_order_ = 0;
};

}  // namespace torii::zonec::gate
