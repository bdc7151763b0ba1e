#pragma once
/// The queries to send: a file of messages framed as over TCP (RFC 1035 section 4.2.2), as zonegen writes it. The ID of
/// each holds the RCODE that its answer must have; senders overwrite it in place.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace torii::bench {

struct QueryRecord {
  std::size_t offset;            ///< of the length prefix
  std::uint16_t octets;          ///< of the message
  std::uint8_t question_octets;  ///< QNAME, QTYPE and QCLASS
  std::uint8_t promised_rcode;
};

class QueryFile {
 public:
  /// Reads and checks the whole file. Throws std::runtime_error saying which message is not a query, and where.
  explicit QueryFile(const std::string& path);

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] const QueryRecord& operator[](std::size_t i) const noexcept { return records_[i]; }
  [[nodiscard]] std::span<std::uint8_t> message(const QueryRecord& record) noexcept {
    return {octets_.data() + record.offset + 2, record.octets};
  }
  /// With the length prefix before it.
  [[nodiscard]] std::span<std::uint8_t> framed(const QueryRecord& record) noexcept {
    return {octets_.data() + record.offset, record.octets + std::size_t{2}};
  }
  [[nodiscard]] std::span<const std::uint8_t> question(const QueryRecord& record) const noexcept {
    return {octets_.data() + record.offset + 2 + 12, record.question_octets};
  }

 private:
  std::vector<std::uint8_t> octets_;
  std::vector<QueryRecord> records_;
};

}  // namespace torii::bench
