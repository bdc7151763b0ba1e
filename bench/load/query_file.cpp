#include "bench/load/query_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "torii/dns/types.hpp"

namespace torii::bench {
namespace {

/// Octets of the question behind the header: one, without compression. 0: it is not such a query.
std::size_t question_octets(std::span<const std::uint8_t> message) noexcept {
  if (message.size() < dns::kHeaderOctets || message[4] != 0 || message[5] != 1) return 0;
  std::size_t at = dns::kHeaderOctets;
  while (at < message.size() && message[at] != 0) {
    if (message[at] > dns::kLabelOctetsMax) return 0;
    at += std::size_t{1} + message[at];
  }
  const std::size_t end = at + 1 + 4;
  if (end > message.size()) return 0;
  return end - dns::kHeaderOctets;
}

}  // namespace

QueryFile::QueryFile(const std::string& path) {
  std::ifstream in{path, std::ios::binary | std::ios::ate};
  if (!in) throw std::runtime_error{fmt::format("{}: cannot be read", path)};
  octets_.resize(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(octets_.data()), static_cast<std::streamsize>(octets_.size()));
  if (!in) throw std::runtime_error{fmt::format("{}: read failed", path)};
  for (std::size_t at = 0; at < octets_.size();) {
    const auto left = octets_.size() - at;
    const std::size_t octets = left < 2 ? 0 : std::size_t{octets_[at]} << 8 | octets_[at + 1];
    const bool whole = left >= 2 && octets <= left - 2;
    const auto question = whole ? question_octets(std::span{octets_}.subspan(at + 2, octets)) : 0;
    if (question == 0 || question > 255)
      throw std::runtime_error{
          fmt::format("{}: octet {}: no query with one question there; zonegen --queries writes such files", path, at)};
    records_.push_back({at, static_cast<std::uint16_t>(octets), static_cast<std::uint8_t>(question), octets_[at + 3]});
    at += 2 + octets;
  }
  if (records_.empty()) throw std::runtime_error{fmt::format("{}: no queries in it", path)};
}

}  // namespace torii::bench
