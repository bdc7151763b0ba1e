#pragma once
/// The NSEC3 chain: names are hashed as they come by, sorted once, written last. No salt, no additional iterations, as
/// RFC 9276 section 3.1 advises.
#include <cstdint>
#include <string_view>
#include <vector>

#include "bench/zonegen/signer.hpp"
#include "bench/zonegen/text_out.hpp"
#include "torii/dns/nsec3_hash.hpp"

namespace torii::bench {

class Nsec3Chain {
 public:
  explicit Nsec3Chain(const Shape& shape);
  /// `owner`: labels before the origin, lower case. `types`: presentation format of the bitmap; must outlive the chain.
  void add(std::string_view owner, std::string_view types);
  /// Writes each record and its RRSIG; adds how many to `records`. Writes nothing where nothing was added.
  void write(TextOut& out, Signer& signer, std::uint64_t& records);

 private:
  struct Entry {
    dns::Nsec3Hash hash;
    std::uint32_t types;  ///< place in `bitmaps_`
  };
  const Shape& shape_;
  dns::Name origin_;
  std::vector<std::string_view> bitmaps_;
  std::vector<Entry> entries_;
};

}  // namespace torii::bench
