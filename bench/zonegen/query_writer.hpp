#pragma once
/// Streams of queries that match a zone of the same shape: a mix of names that everybody asks for, names drawn
/// uniformly, and names that do not exist. Each carries the RCODE that an answer must have.
///
/// The stream for `load` is a sequence of messages as TCP frames them (RFC 1035 section 4.2.2): two octets of length,
/// the message. The message ID, which `load` sets anew, holds the promised RCODE.
#include <cstdint>
#include <string>

#include "bench/zonegen/registry.hpp"

namespace torii::bench {

struct QueryMix {
  std::uint64_t count = 1'000'000;
  double nxdomain_share = 0.25;
  double hot_share = 0.5;  ///< of the existing names: by Zipf's law over the delegations; the others uniformly
  double edns_share = 0.9;
  double do_share = 0.6;  ///< of all queries; those have EDNS too
  std::uint16_t payload_octets = 1232;
};

/// Where to write; empty: not at all.
struct QueryFiles {
  std::string stream;   ///< for load
  std::string dnsperf;  ///< "name type" a line, for `dnsperf -d`
  std::string kxdpgun;  ///< "name type [D|E]" a line, for `kxdpgun -i`
};

struct QueryAccount {
  std::uint64_t nxdomain = 0;
  std::uint64_t with_edns = 0;
  std::uint64_t with_do = 0;
  std::uint64_t octets = 0;  ///< of all messages
};

/// Throws std::system_error when a file cannot be written.
QueryAccount write_queries(const Registry& registry, const QueryMix& mix, const QueryFiles& files);

}  // namespace torii::bench
