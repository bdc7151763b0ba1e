#include "zonec/verify/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <stdexcept>
#include <string_view>

namespace torii::zonec {
namespace {

using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;

/// Flags, protocol and algorithm before the key itself.
constexpr std::size_t kDnskeyHeadOctets = 4;

std::size_t bits_of(dns::Octets number) noexcept {
  return number.empty() ? 0 : 8 * (number.size() - 1) + static_cast<std::size_t>(std::bit_width(number[0]));
}

/// Null when OpenSSL refuses the key.
KeyHandle key_from(const char* type, OSSL_PARAM* params) {
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return KeyHandle{key};
}

/// Appends `number`, which is unsigned, as an ASN.1 INTEGER.
void put_der_integer(dns::Octets number, std::vector<std::uint8_t>& out) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const std::size_t sign = number[0] >= 0x80 ? 1 : 0;
  out.push_back(0x02);
  out.push_back(static_cast<std::uint8_t>(number.size() + sign));  // at most 49
  if (sign != 0) out.push_back(0);
  out.insert(out.end(), number.begin(), number.end());
}

}  // namespace

PublicKey::PublicKey(dns::Octets rdata)
    : dnskey_{*Dnskey::parse(rdata)}, algorithm_{signature_algorithm(dnskey_.algorithm)} {
  const auto key = rdata.subspan(kDnskeyHeadOctets);
  signature_octets_ = algorithm_.signature_octets;
  if (algorithm_.scheme != Scheme::None && algorithm_.key_octets != 0 && key.size() != algorithm_.key_octets) {
    fault_ = std::to_string(key.size()) + " octets of key, expected " + std::to_string(algorithm_.key_octets);
    return;
  }
  if (algorithm_.scheme == Scheme::Rsa) read_rsa(key);
  if (algorithm_.scheme == Scheme::Ecdsa) read_ecdsa(key);
  if (algorithm_.scheme == Scheme::Eddsa) read_eddsa(key);
}

void PublicKey::read_rsa(dns::Octets key) {
  // RFC 3110 section 2: length of the exponent in one octet, or in two behind a zero; exponent; modulus.
  dns::WireReader reader{key};
  std::size_t exponent_octets = reader.u8();
  if (exponent_octets == 0) exponent_octets = reader.u16();
  const auto exponent = reader.octets(exponent_octets);
  const auto modulus = reader.rest();
  const auto bits = bits_of(modulus);
  if (!reader.ok() || exponent.empty() || modulus.empty())
    fault_ = "the RSA key is cut short (RFC 3110 section 2)";
  else if (exponent[0] == 0 || modulus[0] == 0)
    fault_ = "the RSA exponent or modulus is zero or begins with a zero octet (RFC 3110 section 2)";
  else if ((exponent.back() & 1U) == 0 || bits_of(exponent) < 2)
    fault_ = "the RSA exponent is 1 or even";
  else if (bits_of(exponent) > kExponentBitsMax)
    fault_ = "the RSA exponent has " + std::to_string(bits_of(exponent)) + " bits, more than " +
             std::to_string(kExponentBitsMax);
  else if (bits < algorithm_.modulus_bits_min || bits > kModulusBitsMax)
    fault_ = "the RSA modulus has " + std::to_string(bits) + " bits, expected " +
             std::to_string(algorithm_.modulus_bits_min) + " to " + std::to_string(kModulusBitsMax);
  else if ((modulus.back() & 1U) == 0)
    fault_ = "the RSA modulus is even";
  if (!fault_.empty()) return;
  const BigNumber e{BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr)};
  const BigNumber n{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)};
  const ParamBuilder builder{OSSL_PARAM_BLD_new()};
  if (!e || !n || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    throw std::bad_alloc{};
  const Params params{OSSL_PARAM_BLD_to_param(builder.get())};
  handle_ = key_from("RSA", params.get());
  if (!handle_) fault_ = "OpenSSL takes it for no RSA key";
  signature_octets_ = modulus.size();
}

void PublicKey::read_ecdsa(dns::Octets key) {
  // RFC 6605 section 4: x and y, each of the field's length; OpenSSL wants the octet that says so before them.
  std::array<std::uint8_t, 97> point{0x04};
  std::ranges::copy(key, point.begin() + 1);
  std::array<char, 6> group{};
  std::ranges::copy(std::string_view{algorithm_.group}, group.begin());
  std::array<OSSL_PARAM, 3> params{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), key.size() + 1),
      OSSL_PARAM_construct_end(),
  };
  handle_ = key_from("EC", params.data());
  if (!handle_) fault_ = "the key is no point of the curve " + std::string{algorithm_.group};
}

void PublicKey::read_eddsa(dns::Octets key) {
  handle_.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, algorithm_.group, nullptr, key.data(), key.size()));
  if (handle_) return;
  ERR_clear_error();
  fault_ = "OpenSSL takes it for no key of " + std::string{algorithm_.group};
}

std::string PublicKey::text() const {
  return "key " + std::to_string(dnskey_.tag) + ", " + algorithm_text(dnskey_.algorithm);
}

SignatureVerifier::SignatureVerifier(std::span<const PublicKey> keys)
    : keys_{keys}, tools_(keys.size()), digest_context_{EVP_MD_CTX_new()} {
  if (!digest_context_) throw std::bad_alloc{};
}

SignatureVerifier::Tools& SignatureVerifier::tools_of(std::size_t key) {
  auto& tools = tools_[key];
  if (tools.context) return tools;
  const auto& algorithm = keys_[key].algorithm();
  tools.digest.reset(EVP_MD_fetch(nullptr, algorithm.digest, nullptr));
  tools.context.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, keys_[key].handle(), nullptr));
  auto* context = tools.context.get();
  bool good = tools.digest && context != nullptr && EVP_PKEY_verify_init(context) == 1;
  if (algorithm.scheme == Scheme::Rsa) good = good && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  if (!good || EVP_PKEY_CTX_set_signature_md(context, tools.digest.get()) != 1)
    throw std::runtime_error{"OpenSSL cannot verify with " + keys_[key].text()};
  return tools;
}

bool SignatureVerifier::verify(std::size_t key, dns::Octets data, dns::Octets signature) {
  const auto& of = keys_[key];
  // RSA signatures have leading zeros where they need them (RFC 3110 section 3), so their length is fixed too.
  if (signature.size() != of.signature_octets()) return false;
  if (of.algorithm().scheme == Scheme::Eddsa) return verify_eddsa(of, data, signature);
  auto& tools = tools_of(key);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  auto* hashing = digest_context_.get();
  if (EVP_DigestInit_ex2(hashing, tools.digest.get(), nullptr) != 1 ||
      EVP_DigestUpdate(hashing, data.data(), data.size()) != 1 ||
      EVP_DigestFinal_ex(hashing, digest.data(), &size) != 1)
    throw std::runtime_error{"OpenSSL: a digest failed"};
  if (of.algorithm().scheme == Scheme::Ecdsa) {
    // RFC 6605 section 4: r and s, each of the field's length; OpenSSL wants a SEQUENCE of two INTEGERs.
    der_.assign({0x30, 0});
    put_der_integer(signature.first(signature.size() / 2), der_);
    put_der_integer(signature.subspan(signature.size() / 2), der_);
    der_[1] = static_cast<std::uint8_t>(der_.size() - 2);  // at most 102, so one octet holds it
    signature = der_;
  }
  if (EVP_PKEY_verify(tools.context.get(), signature.data(), signature.size(), digest.data(), size) == 1) return true;
  ERR_clear_error();
  return false;
}

bool SignatureVerifier::verify_eddsa(const PublicKey& key, dns::Octets data, dns::Octets signature) {
  auto* context = digest_context_.get();
  if (EVP_MD_CTX_reset(context) != 1 ||
      EVP_DigestVerifyInit_ex(context, nullptr, nullptr, nullptr, nullptr, key.handle(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL cannot verify with " + key.text()};
  const bool good = EVP_DigestVerify(context, signature.data(), signature.size(), data.data(), data.size()) == 1;
  if (!good) ERR_clear_error();
  EVP_MD_CTX_reset(context);
  return good;
}

}  // namespace torii::zonec
