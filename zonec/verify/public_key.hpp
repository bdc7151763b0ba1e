#pragma once
/// Public keys out of DNSKEY records, for OpenSSL; and signatures made with them.
///
/// A zone's keys are read once and shared by all threads; each thread has a SignatureVerifier of its own, whose
/// contexts are made once for each key. Keys and signatures come from outside: none of them is trusted to be one.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "zonec/model/rdata.hpp"
#include "zonec/verify/algorithm.hpp"
#include "zonec/verify/openssl.hpp"

namespace torii::zonec {

class PublicKey {
 public:
  /// `rdata`: of a DNSKEY record, which Dnskey::parse accepts.
  explicit PublicKey(dns::Octets rdata);

  [[nodiscard]] const Dnskey& dnskey() const noexcept { return dnskey_; }
  [[nodiscard]] const SignatureAlgorithm& algorithm() const noexcept { return algorithm_; }
  /// RFC 5011 section 3.
  [[nodiscard]] bool is_revoked() const noexcept { return (dnskey_.flags & 0x0080U) != 0; }
  /// RFC 4034 section 2.1.1.
  [[nodiscard]] bool has_sep() const noexcept { return (dnskey_.flags & 1U) != 0; }
  /// What is wrong with the key, for a message; empty when it is usable, and for algorithms that are not verified here.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
  [[nodiscard]] bool is_usable() const noexcept { return handle_ != nullptr; }
  /// Of each signature.
  [[nodiscard]] std::size_t signature_octets() const noexcept { return signature_octets_; }
  /// "key 20326, RSASHA256 (8)"
  [[nodiscard]] std::string text() const;
  /// Null when it is not usable.
  [[nodiscard]] EVP_PKEY* handle() const noexcept { return handle_.get(); }

 private:
  void read_rsa(dns::Octets key);
  void read_ecdsa(dns::Octets key);
  void read_eddsa(dns::Octets key);

  Dnskey dnskey_;
  SignatureAlgorithm algorithm_;
  std::string fault_;
  std::size_t signature_octets_{};
  KeyHandle handle_;
};

/// Verifies signatures with some keys, one after the other. One thread's.
class SignatureVerifier {
 public:
  /// Throws std::runtime_error when OpenSSL lacks memory or an algorithm that it had when the keys were read.
  explicit SignatureVerifier(std::span<const PublicKey> keys);
  /// `key`: index of a usable key. `data`: what was signed (RFC 4034 section 3.1.8.1).
  [[nodiscard]] bool verify(std::size_t key, dns::Octets data, dns::Octets signature);

 private:
  struct Tools {
    DigestAlgorithm digest;
    KeyContext context;
  };
  Tools& tools_of(std::size_t key);
  bool verify_eddsa(const PublicKey& key, dns::Octets data, dns::Octets signature);

  std::span<const PublicKey> keys_;
  std::vector<Tools> tools_;  // by key; made when first used
  DigestContext digest_context_;
  std::vector<std::uint8_t> der_;
};

}  // namespace torii::zonec
