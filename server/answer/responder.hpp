#pragma once
/// One query being answered: the algorithm of RFC 1034 section 4.3.2 over an image. Lives on the stack of `respond`.
///
/// The answer section is written as the algorithm goes; what belongs into the authority section of a positive or
/// negative answer (SOA, denials) is queued and written when the answer section is complete. RRsets are added whole,
/// in the order of how much they matter; the first required one that does not fit sets TC and ends the response.
#include <array>
#include <cstdint>

#include "server/answer/fixed_vector.hpp"
#include "server/answer/lookup.hpp"
#include "server/answer/staged_query.hpp"
#include "server/answer/writer.hpp"

namespace torii::server {

/// Aliases followed for one query; a longer chain is answered as far as it went.
inline constexpr std::size_t kAliasesMax = 16;

/// RRsets queued for the authority section: an SOA, and up to three links of a chain for each step from alias to alias.
inline constexpr std::size_t kPendingMax = 3 * (kAliasesMax + 1) + 2;

class Responder {
 public:
  /// `staged` has found its zone.
  Responder(const image::View& view, const StagedQuery& staged, ResponseWriter& writer) noexcept
      : view_{view}, staged_{staged}, query_{staged.query}, writer_{writer} {}

  /// Answers the question. Afterwards the outcome is in the members below.
  void answer() noexcept;

  dns::Rcode rcode = dns::Rcode::NoError;
  bool authoritative = false;
  bool truncated = false;
  bool referral = false;
  bool damaged = false;       // the image is: the response is to be SERVFAIL
  bool negative = false;      // an SOA says that there is no such name or type
  std::size_t source_at = 0;  // see AnswerReport

 private:
  /// The name being looked up, the zone it is in, and where both stand in the message.
  struct Subject {
    image::ZoneView zone;
    LookupName lookup;
    std::uint64_t first_hash;
    std::size_t name_at;  // offset of the name's first label
    std::size_t apex_at;  // offset of the zone's apex; 0 for the root
  };
  struct Pending {
    image::Ref block;
    Bases bases;
    Spelling spelling;
  };
  enum class Outcome : std::uint8_t { Done, NoData, Follow };

  Outcome step(const Subject& subject) noexcept;
  Outcome answer_from(const Subject& subject, const image::NodeView& node, Bases bases) noexcept;
  void answer_any(const image::NodeView& node, Bases bases) noexcept;
  Outcome answer_signatures(const Subject& subject, const image::NodeView& node, Bases bases) noexcept;
  Outcome answer_nsec(const Subject& subject, const image::NodeView& node, Bases bases) noexcept;
  void put_signatures(image::Ref ref, Bases bases) noexcept;

  Outcome follow_cname(const Subject& subject, image::Ref ref, Bases bases) noexcept;
  Outcome follow_dname(const Subject& subject, const Walk& at) noexcept;
  bool aim(const dns::Name& target) noexcept;
  [[nodiscard]] bool is_sent_dname(const Subject& subject, const image::NodeView& node) const noexcept;
  [[nodiscard]] bool has_substituted(const image::ZoneView& zone, dns::NameView owner) const noexcept;
  void put_cname(std::size_t owner_at, std::uint32_t ttl, const dns::Name& target) noexcept;

  void refer(const Subject& subject, const Walk& at) noexcept;
  void add_optional() noexcept;
  void add_glue(const image::ReferralView& referral, Bases bases, std::size_t ns_at) noexcept;

  void deny_type(const Subject& subject, const image::NodeView& node) noexcept;
  [[nodiscard]] bool has_unproven_wildcard(const Subject& subject, const Walk& at) const noexcept;
  void deny_name(const Subject& subject, const Walk& at) noexcept;
  void prove_synthesis(const Subject& subject, const Walk& at, bool no_data) noexcept;
  void queue_soa(const Subject& subject) noexcept;
  void queue_proof(const Subject& subject, image::Ref ref) noexcept;
  void queue_no_type_proof(const Subject& subject, const image::NodeView& node) noexcept;
  [[nodiscard]] image::Ref find_nsec3_next_closer(const Subject& subject, const Walk& at) const noexcept;
  void queue_next_closer(const Subject& subject, const Walk& at) noexcept;
  void flush_authority() noexcept;

  /// Adds a required RRset; what does not fit sets TC and ends the response (RFC 2181 section 9).
  void require(Section section, image::Ref ref, Bases bases, Spelling spelling = {}) noexcept;
  void account(Put result) noexcept;
  [[nodiscard]] bool stopped() const noexcept { return truncated || damaged; }

  const image::View& view_;
  const StagedQuery& staged_;
  const Query& query_;
  ResponseWriter& writer_;
  FixedVector<Pending, kPendingMax> pending_;
  FixedVector<dns::Name, kAliasesMax> targets_;  // lower case
  image::Ref additional_;  // the block whose additional RRsets are to be sent behind everything else
  Bases additional_bases_;
  std::size_t additional_self_ = 0;  // where that block stands
  image::ZoneView target_zone_;      // of the latest target
  std::size_t target_at_ = 0;        // where the latest target stands in the message
  std::size_t target_apex_at_ = 0;
};

}  // namespace torii::server
