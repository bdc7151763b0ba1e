// Apart from the tests: <linux/tcp.h>, which knows these counters, and <netinet/tcp.h> cannot both be included.
#include "tests/server/net/tcp_segments.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace torii::server {

std::size_t data_segments_in(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_data_segs_in : SIZE_MAX;
}

}  // namespace torii::server
