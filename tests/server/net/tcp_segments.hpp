#pragma once
#include <cstddef>
#include <cstdint>

namespace torii::server {

/// Data segments that the kernel has received on a TCP socket so far.
std::size_t data_segments_in(int descriptor);

}  // namespace torii::server
