#pragma once
/// One owner for every handle of OpenSSL's that zonec holds.
#include <openssl/evp.h>

#include <memory>

namespace torii::zonec {

template <auto Free>
struct FreeWith {
  void operator()(auto* handle) const noexcept { Free(handle); }
};
using DigestAlgorithm = std::unique_ptr<EVP_MD, FreeWith<EVP_MD_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;

}  // namespace torii::zonec
