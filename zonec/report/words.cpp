#include <array>

#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"

namespace torii::zonec {

std::string_view worst_severity_text(std::size_t at) noexcept {
  constexpr std::array<std::string_view, 5> kTexts{"none", "info", "notice", "warning", "error"};
  return kTexts.at(at);
}

std::string_view relation_id(HostRelation relation) noexcept {
  constexpr std::array<std::string_view, 4> kIds{"in-domain", "sibling", "sibling-authoritative", "unrelated"};
  return kIds.at(static_cast<std::size_t>(relation));
}

std::string key_algorithm_text(std::uint8_t algorithm) {
  const auto name = [&]() -> std::string {
    switch (algorithm) {
      case 5:
        return "RSA SHA-1";
      case 7:
        return "RSA SHA-1 NSEC3";
      case 8:
        return "RSA SHA-256";
      case 10:
        return "RSA SHA-512";
      case 13:
        return "ECDSA P-256";
      case 14:
        return "ECDSA P-384";
      case 15:
        return "Ed25519";
      case 16:
        return "Ed448";
      default:
        return "algorithm";
    }
  }();
  return name + " (" + std::to_string(algorithm) + ")";
}

std::string ds_digest_text(std::uint8_t digest) {
  const auto name = [&]() -> std::string {
    switch (digest) {
      case 1:
        return "SHA-1";
      case 2:
        return "SHA-256";
      case 3:
        return "GOST R 34.11-94";
      case 4:
        return "SHA-384";
      default:
        return "digest";
    }
  }();
  return name + " (" + std::to_string(digest) + ")";
}

std::string lever_text(const Lever& lever) {
  const auto host = plain_name(lever.host);
  switch (lever.kind) {
    case Lever::Kind::Rename:
      return "rename " + host + " to " + plain_name(lever.renamed.front());
    case Lever::Kind::FewerAddresses:
      return "give " + host + " one A and one AAAA at most";
    case Lever::Kind::ShorterLabels:
      break;
  }
  return "shorten the first labels of " + std::to_string(lever.hosts) + " hosts below " + host + ", from " +
         plain_name(lever.renamed.front()) + " on";
}

}  // namespace torii::zonec
