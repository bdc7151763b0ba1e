#include <arpa/inet.h>

#include <set>

#include "tests/server/net/net_fixture.hpp"

namespace torii::server {
namespace {

class UdpClient {
 public:
  explicit UdpClient(const Endpoint& server) : server_{server}, fd_{::socket(server.family(), SOCK_DGRAM, 0)} {
    const timeval patience{5, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int large = 4 << 20;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  }
  void send(const Bytes& message) {
    EXPECT_EQ(::sendto(fd_.get(), message.data(), message.size(), 0, server_.address(), server_.size()),
              static_cast<ssize_t>(message.size()));
  }
  /// The next message and who sent it; empty after five seconds.
  Bytes receive(sockaddr_storage* from = nullptr) {
    Bytes out(65536);
    socklen_t size = sizeof(sockaddr_storage);
    const auto count = ::recvfrom(fd_.get(), out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(from),
                                  from != nullptr ? &size : nullptr);
    out.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return out;
  }

 private:
  Endpoint server_;
  UniqueFd fd_;
};

TEST_F(NetTest, UdpAnswersMoreThanABatch) {
  start();
  UdpClient client{server_};
  constexpr std::uint16_t kQueries = 300;
  for (std::uint16_t id = 0; id < kQueries; ++id) client.send(query(id));
  std::set<std::uint16_t> seen;
  for (std::uint16_t i = 0; i < kQueries; ++i) {
    const auto answer = client.receive();
    ASSERT_GE(answer.size(), 12U);
    seen.insert(id_of(answer));
  }
  EXPECT_EQ(seen.size(), kQueries);
}

TEST_F(NetTest, UdpAnswersWithABatchOfOne) {
  settings_.udp.batch = 1;
  start();
  UdpClient client{server_};
  for (std::uint16_t id = 1; id <= 20; ++id) client.send(query(id));
  for (std::uint16_t id = 1; id <= 20; ++id) ASSERT_GE(client.receive().size(), 12U);
}

TEST_F(NetTest, UdpIsSilentToResponsesAndScraps) {
  start();
  UdpClient client{server_};
  auto response = query(1);
  response[2] |= 0x80;
  client.send(response);
  client.send(Bytes{1, 2, 3});
  client.send(Bytes{});
  client.send(Bytes(UdpBatch::kQueryOctetsMax + 1, 0));
  client.send(query(2));
  EXPECT_EQ(id_of(client.receive()), 2);
  EXPECT_EQ(udp_event(UdpEvent::Oversized), 1U);
  EXPECT_EQ(worker_->counters().transport[0].event[static_cast<std::size_t>(QueryEvent::Silent)].get(), 3U);
}

TEST_F(NetTest, UdpAnswersFromTheAddressThatWasAsked) {
  start({.connections_max = 1}, "0.0.0.0:0");
  for (const std::string address : {"127.0.0.1", "127.0.0.2", "127.9.8.7"}) {
    const auto asked = *Endpoint::parse(address + ":" + std::to_string(server_.port()));
    UdpClient client{asked};
    client.send(query(3));
    sockaddr_storage from{};
    ASSERT_EQ(id_of(client.receive(&from)), 3);
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof v4);
    EXPECT_EQ(std::string{inet_ntoa(v4.sin_addr)}, address);  // NOLINT(concurrency-mt-unsafe)
  }
}

TEST_F(NetTest, UdpServesIpv6OnTheWildcardToo) {
  start({.connections_max = 1}, "[::]:0");
  const auto asked = *Endpoint::parse("[::1]:" + std::to_string(server_.port()));
  UdpClient client{asked};
  client.send(query(4));
  EXPECT_EQ(id_of(client.receive()), 4);
}

TEST_F(NetTest, UdpAndTcpShareAPortAndASecondServerIsRefused) {
  start();
  settings_.listen = {server_};
  const auto second = open_sockets(settings_, 1);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("in use"), std::string::npos) << second.error();
  settings_.share_port = true;
  EXPECT_TRUE(open_sockets(settings_, 2));
}

TEST_F(NetTest, UdpDrainAnswersWhatTheKernelHolds) {
  start();
  UdpClient client{server_};
  for (std::uint16_t id = 1; id <= 50; ++id) client.send(query(id));
  worker_->drain();
  for (int i = 0; i < 50; ++i) ASSERT_GE(client.receive().size(), 12U);
  EXPECT_TRUE(eventually([&] { return worker_->has_ended(); }));
}

}  // namespace
}  // namespace torii::server
