#include "server/limits/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace torii::server {

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    const auto soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = soft;
  }
  return limit.rlim_cur;
}

std::size_t connection_cap(std::size_t wanted, std::size_t descriptor_limit, std::size_t kept,
                           std::size_t workers) noexcept {
  constexpr std::size_t kDefaultMax = 10'000;
  const std::size_t possible = descriptor_limit > kept ? descriptor_limit - kept : 0;
  const std::size_t cap = wanted == 0 ? std::min(kDefaultMax, descriptor_limit / 2) : wanted;
  return std::max(std::min(cap, possible), std::max<std::size_t>(workers, 1));
}

}  // namespace torii::server
