#pragma once
/// How many connections the process may hold, from how many descriptors it may open.
#include <cstddef>

namespace torii::server {

/// Raises RLIMIT_NOFILE to its hard limit. Returns: the limit then in force; 1024 when it cannot be read.
std::size_t raise_descriptor_limit() noexcept;

/// The cap of TCP connections that holds for the whole server.
/// `wanted` 0: the lesser of 10,000 and half of the limit. Never more than the limit less `kept` descriptors for
/// everything else (sockets, image files, the admin endpoint), so that our cap is met before the kernel's
/// (RFC 9210 section 4.2), and never less than one a worker.
std::size_t connection_cap(std::size_t wanted, std::size_t descriptor_limit, std::size_t kept,
                           std::size_t workers) noexcept;

}  // namespace torii::server
