#pragma once
/// A query between its arrival and its answer. What answering it will read is far away in memory, and the way there has
/// several steps, each known only when the one before has been read. So a batch of queries takes the steps together:
///
///     for each: stage_query     parses, finds the zone, asks for the line of the name index
///     for each: stage_node      reads that line, asks for the node
///     for each: stage_answer    reads the node, asks for what the answer is copied from
///     for each: respond         finds all of it in the cache
///
/// and waits for memory once a step, not once a query. The two in the middle only ask: left out, answers come slower,
/// and are the same.
#include <cstdint>

#include "server/answer/query.hpp"
#include "torii/dns/nsec3_hash.hpp"
#include "torii/image/view.hpp"

namespace torii::server {

struct StagedQuery {
  StagedQuery() noexcept {}  // NOLINT: `query.lower` and the hash stay uninitialised on purpose
  Query query;
  QueryStatus status{};
  bool has_zone_question = false;  // class IN and a type that names an RRset: the three below are set
  image::Probe zone_found{};
  image::ZoneView zone;
  std::uint64_t first_hash = 0;  // of the label in front of the apex; the apex's own when there is none
  bool is_hashed = false;        // `next_closer` is set
  dns::Nsec3Hash next_closer;    // hash of the name that `first_hash` is of, which does not exist
  image::Ref candidate{};        // what the name index may have for `first_hash`
};

/// Parses `request` and finds its zone. `staged` is new.
void stage_query(const image::View& view, dns::Octets request, StagedQuery& staged) noexcept;
void stage_node(const image::View& view, StagedQuery& staged) noexcept;
void stage_answer(const image::View& view, StagedQuery& staged) noexcept;

}  // namespace torii::server
