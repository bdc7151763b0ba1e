#pragma once
/// The octets of an image's served half, as structures. FORMAT.md says the same for readers without a compiler.
///
/// All numbers are little-endian unless they are DNS wire format. Every structure starts on a multiple of eight octets
/// and lies within one segment. References (`Ref`) count units of eight octets in the *answer space*, which is the
/// segments laid end to end; 0 refers to nothing. Whatever reads these structures goes through View, which checks
/// each reference and each length against its segment.
#include <array>
#include <cstdint>

namespace torii::image {

inline constexpr std::uint32_t kFormatVersion = 2;
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;
inline constexpr std::array<char, 8> kSegmentMagic{'T', 'O', 'R', 'I', 'I', 'S', 'E', 'G'};
inline constexpr std::array<char, 8> kSuperblockMagic{'T', 'O', 'R', 'I', 'I', 'A', 'N', 'S'};
inline constexpr std::uint32_t kZoneMagic = 0x454E4F5A;  // "ZONE"

/// Longest probe of an index that a reader follows; the compiler keeps well below it.
inline constexpr std::uint32_t kProbeBound = 64;

inline constexpr unsigned kSegmentBits = 28;
inline constexpr std::uint64_t kSegmentOctetsMax = std::uint64_t{1} << kSegmentBits;  // payload; all but the last full
inline constexpr std::uint32_t kSegmentsMax = 128;                                    // 32 GiB: what a Ref can reach

struct Ref {
  std::uint32_t unit{};
  [[nodiscard]] constexpr std::uint64_t octet() const noexcept { return std::uint64_t{unit} * 8; }
  constexpr explicit operator bool() const noexcept { return unit != 0; }
  friend constexpr bool operator==(Ref, Ref) = default;
};

/// Stands before each segment's payload in its LMDB value. An LMDB overflow value starts 16 octets into a page, so
/// these 48 octets bring the payload to a multiple of 64.
struct SegmentHeader {
  std::array<char, 8> magic;
  std::uint32_t format_version;
  std::uint32_t byte_order;
  std::uint32_t number;
  std::uint32_t reserved;
  std::uint64_t payload_octets;
  std::uint64_t checksum;  // checksum64 of the payload
  std::uint64_t reserved2;
};
static_assert(sizeof(SegmentHeader) == 48);

/// At octet 64 of the answer space.
struct Superblock {
  std::array<char, 8> magic;
  std::uint32_t format_version;
  std::uint32_t zone_count;
  Ref zone_index;  // ZoneSlot[zone_mask + 1]
  std::uint32_t zone_mask;
  std::uint32_t zone_probe_max;
  Ref delta;                                 // reserved for the delta layer: 0 in version 1
  std::uint64_t seed;                        // of the zone index's hash
  std::array<std::uint64_t, 2> apex_labels;  // bit n: some zone's apex has n labels
};
inline constexpr Ref kSuperblock{8};

struct Slot {
  std::uint32_t fingerprint;  // high half of the hash
  Ref ref;                    // 0: empty
};

enum class Denial : std::uint8_t { None = 0, Nsec = 1, Nsec3 = 2 };

struct ZoneHeader {
  std::uint32_t magic;
  std::uint8_t apex_octets;
  std::uint8_t apex_labels;
  Denial denial;
  std::uint8_t salt_octets;
  Ref index;  // Slot[index_mask + 1], over every name but the apex that can end a walk
  std::uint32_t index_mask;
  std::uint32_t index_probe_max;
  Ref apex;            // Node
  std::uint64_t seed;  // of the name index's hash; also the hash of the apex
  Ref negative_soa;    // Block: SOA with the negative TTL (RFC 2308 section 3)
  Ref chain;           // ChainEntry[chain_count], ascending
  std::uint32_t chain_count;
  std::uint16_t nsec3_iterations;
  std::uint16_t reserved;
  std::uint32_t serial;
  std::uint32_t node_count;
  std::uint64_t delegation_count;
  // then: apex name (apex_octets), salt (salt_octets)
};
static_assert(sizeof(ZoneHeader) == 64);

/// One owner of the NSEC or NSEC3 chain. `high` and `low` are the first twelve octets, big-endian, of what the chain
/// is ordered by: the sort key of the name relative to the apex (NSEC), or the hash (NSEC3).
struct ChainEntry {
  std::uint64_t high;
  std::uint32_t low;
  Ref block;
};
static_assert(sizeof(ChainEntry) == 16);

/// Node::flags
inline constexpr std::uint8_t kNodeCut = 1;       // a delegation: `referral` is set
inline constexpr std::uint8_t kNodeDname = 2;     // has a DNAME: names below are redirected
inline constexpr std::uint8_t kNodeWildcard = 4;  // has a child "*": `wildcard` refers to its Node
inline constexpr std::uint8_t kNodeUnproven = 8;  // NSEC3 opt-out: no NSEC3 matches; `denial` covers, see below
inline constexpr std::uint8_t kNodeCname = 16;    // has a CNAME
inline constexpr std::uint8_t kNodeEmpty = 32;    // empty non-terminal

/// A name of the zone's tree that is not below a cut or DNAME.
struct Node {
  std::uint8_t flags;
  std::uint8_t name_octets;  // of the labels in front of the apex
  std::uint16_t set_count;
  Ref referral;  // cut, or apex: Referral
  Ref denial;    // Block of the NSEC or NSEC3 that matches this name. With kNodeUnproven: of the NSEC3
                 // that covers the next closer name, and `wildcard` is the closest provable encloser's
  Ref wildcard;  // kNodeWildcard: Node of "*". Else, signed zone: Block that denies "*.<name>"
  // then: labels (name_octets), zeros up to a multiple of 8, SetEntry[set_count]
};
static_assert(sizeof(Node) == 16);

/// One RRset at a node, ascending by type. NSEC is not among them (see Node::denial), nor RRSIG (see Block).
struct SetEntry {
  std::uint16_t type;
  std::uint16_t reserved;
  Ref block;
};

/// An RRset and its signatures as they go on the wire, but for the compression pointers.
///
/// `octets` holds `plain_octets` of RRs, then `signature_octets` of RRSIG RRs. Each compression pointer in it is stored
/// as a *mark* of two octets in network order, base in the upper two bits and addend in the lower fourteen; its
/// position stands in the relocation list. What is sent is 0xC000 | (address of the base in the message + addend).
/// Every RR's owner is a mark to kBaseOwner, or one zero octet where the owner is the root.
struct Block {
  std::uint16_t plain_octets;
  std::uint16_t signature_octets;
  std::uint16_t plain_records;
  std::uint16_t signature_records;
  std::uint16_t plain_relocations;
  std::uint16_t relocations;  // all; ascending positions, counted from the start of `octets`
  std::uint8_t owner_octets;  // chain blocks: labels of the owner in front of the apex; else 0
  std::uint8_t flags;         // kBlock...
  std::uint16_t reserved;
  // then: uint16_t[relocations], owner labels (owner_octets), octets
};
static_assert(sizeof(Block) == 16);
inline constexpr std::uint8_t kBlockRootOwner = 1;  // owners are one zero octet
/// Optional additional RRsets follow, as a Referral without NS records, on the next multiple of eight.
inline constexpr std::uint8_t kBlockAdditional = 2;

/// Bases of marks.
inline constexpr unsigned kBaseOwner = 0;  // where the block's owner stands; for a referral: the cut's name
inline constexpr unsigned kBaseApex = 1;   // where the apex's name stands
inline constexpr unsigned kBaseSelf = 2;   // where the block starts; for a referral: its NS RRset

/// A referral: NS RRset, then the glue ladder. The same referral serves every delegation with the same hosts, unless
/// hosts are below the delegation itself.
struct Referral {
  std::uint16_t ns_octets;
  std::uint16_t ns_records;
  std::uint16_t ns_relocations;
  std::uint16_t glue_relocations;
  std::uint16_t step_count;
  std::uint16_t required_steps;  // the first so many steps are required: TC=1 when one is left out
  std::uint16_t flags;
  std::uint16_t reserved;
  std::uint32_t glue_octets;  // signatures included
  std::uint32_t reserved2;
  // then: LadderStep[step_count], uint16_t[ns_relocations] from the start of the NS octets,
  // uint16_t[glue_relocations] from the start of the glue octets, NS octets, glue octets
};
static_assert(sizeof(Referral) == 24);
inline constexpr std::uint16_t kReferralSignedGlue = 1;  // some step has signatures
inline constexpr std::uint16_t kReferralIncomplete = 2;  // required glue did not fit 65,535 octets: always TC

/// One glue RRset: address RRs, then their RRSIGs (left out without DO, or when they do not fit).
struct LadderStep {
  std::uint16_t octets;
  std::uint16_t signature_octets;
  std::uint16_t records;
  std::uint16_t signature_records;
};

}  // namespace torii::image
