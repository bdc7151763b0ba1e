#pragma once
/// A DNS message taken apart, names decompressed: for printing and for tests, not for the way of a packet.
#include <cstdint>
#include <vector>

#include "server/ops/endpoint.hpp"
#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"

namespace torii::server {

struct MessageQuestion {
  dns::Name name;
  dns::RrType type{};
  dns::RrClass rr_class{};
};

struct MessageRecord {
  dns::Name owner;
  dns::RrType type{};
  dns::RrClass rr_class{};
  std::uint32_t ttl{};
  std::vector<std::uint8_t> rdata;  ///< names decompressed
};

struct Message {
  std::uint16_t id{};
  std::uint16_t flags{};  ///< the second 16 bits of the header: QR, opcode, AA, TC, RD, RA, Z, AD, CD, RCODE
  std::vector<MessageQuestion> question;
  std::vector<MessageRecord> answer;
  std::vector<MessageRecord> authority;
  std::vector<MessageRecord> additional;
  std::size_t octets{};
};

/// Takes `octets` apart; every count, length and pointer is checked. Errors: what is wrong and at which octet.
/// Source: RFC 1035 section 4.1; compressed names in RDATA are those of RFC 3597 section 4.
[[nodiscard]] Outcome<Message> parse_message(dns::Octets octets);

}  // namespace torii::server
