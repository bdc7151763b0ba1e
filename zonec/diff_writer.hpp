#pragma once
/// Writes what `zonec diff` found: text, or JSON Lines. docs/zonec.md, "Differences", has both formats.
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "zonec/compare/diff.hpp"

namespace torii::zonec {

/// A version of a zone, as the head of its diff names it.
struct DiffSide {
  std::string source;                         // as on the command line
  const Zone* zone = nullptr;                 // null: this side does not have the zone
  std::optional<std::uint64_t> generation{};  // of an image
};

class DiffWriter {
 public:
  /// `limit`: changes written of each zone; further ones are counted. Nothing: all.
  DiffWriter(std::ostream& out, bool json, std::optional<std::uint64_t> limit)
      : out_{out}, json_{json}, limit_{limit} {}
  void begin(const DiffSide& before, const DiffSide& after);
  void write(const OwnerChange& change);
  void end(const DiffCounts& counts);
  /// A zone that one side alone has.
  void whole_zone(const DiffSide& before, const DiffSide& after);

 private:
  void write_text(const OwnerChange& change);
  void write_json(const OwnerChange& change);
  void end_text(const DiffCounts& counts);
  void end_json(const DiffCounts& counts);

  std::ostream& out_;
  bool json_;
  std::optional<std::uint64_t> limit_;
  DiffSide before_;
  DiffSide after_;
  std::uint64_t written_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace torii::zonec
