// What RFC 1035 section 4.2.2 and RFC 7766 ask of a server's TCP.
#include <algorithm>

#include "tests/server/net/net_fixture.hpp"
#include "tests/server/net/tcp_segments.hpp"

namespace torii::server {

namespace {

Bytes pipeline(std::uint16_t first, std::size_t count) {
  Bytes stream;
  for (std::size_t i = 0; i < count; ++i) {
    const auto one = framed(query(static_cast<std::uint16_t>(first + i)));
    stream.insert(stream.end(), one.begin(), one.end());
  }
  return stream;
}

TEST_F(NetTest, TcpAnswersAndStaysOpen) {
  start();
  TcpClient client{server_};
  for (std::uint16_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(client.send(framed(query(id))));
    const auto answer = client.receive();
    ASSERT_GE(answer.size(), 12U);
    EXPECT_EQ(id_of(answer), id);
    EXPECT_EQ(answer[2] & 0x80, 0x80);
    EXPECT_EQ(answer[3] & 0x0F, 5);  // REFUSED, and no reason to close (RFC 7766 section 6.2.1)
  }
  EXPECT_EQ(gauge(TcpGauge::Open), 1U);
  client.close();
  EXPECT_TRUE(eventually([&] { return closed(CloseReason::ClientFin) == 1; }));
  EXPECT_EQ(gauge(TcpGauge::Open), 0U);
}

TEST_F(NetTest, TcpTakesAStreamSplitAnywhere) {
  start();
  const auto stream = pipeline(1, 3);
  for (std::size_t split = 1; split < stream.size(); ++split) {
    TcpClient client{server_};
    ASSERT_TRUE(client.send(std::span{stream}.first(split)));
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    ASSERT_TRUE(client.send(std::span{stream}.subspan(split)));
    for (std::uint16_t id = 1; id <= 3; ++id) {
      const auto answer = client.receive();
      ASSERT_GE(answer.size(), 12U) << "split at " << split;
      ASSERT_EQ(id_of(answer), id) << "split at " << split;
    }
  }
}

TEST_F(NetTest, TcpTakesOneOctetAtATime) {
  start();
  TcpClient client{server_};
  for (const auto octet : pipeline(7, 2)) {
    ASSERT_TRUE(client.send({&octet, 1}));
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  EXPECT_EQ(id_of(client.receive()), 7);
  EXPECT_EQ(id_of(client.receive()), 8);
}

TEST_F(NetTest, TcpAnswersAPipelineInOrderAndInFewSegments) {
  start();
  TcpClient client{server_};
  constexpr std::size_t kQueries = 1000;
  ASSERT_TRUE(client.send(pipeline(1, kQueries)));
  for (std::size_t id = 1; id <= kQueries; ++id) ASSERT_EQ(id_of(client.receive()), id);
  EXPECT_LT(data_segments_in(client.descriptor()), 50U);  // a write a query would be 1000
}

TEST_F(NetTest, TcpTakesTheLargestMessage) {
  start();
  TcpClient client{server_};
  Bytes largest = query(9);
  largest.resize(dns::kMessageOctetsMax);  // octets follow the question: FORMERR, and the connection lives on
  ASSERT_TRUE(client.send(framed(largest)));
  EXPECT_EQ(id_of(client.receive()), 9);
  ASSERT_TRUE(client.send(framed(query(10))));
  EXPECT_EQ(id_of(client.receive()), 10);
}

TEST_F(NetTest, TcpAnswersAfterAHalfClose) {
  start();
  TcpClient client{server_};
  ASSERT_TRUE(client.send(pipeline(1, 20)));
  client.half_close();
  for (std::uint16_t id = 1; id <= 20; ++id) ASSERT_EQ(id_of(client.receive()), id);
  EXPECT_EQ(client.wait_for_end(), 0);
  EXPECT_TRUE(eventually([&] { return closed(CloseReason::ClientFin) == 1; }));
}

TEST_F(NetTest, TcpHalfCloseInsideAMessageEndsTheConnection) {
  start();
  TcpClient client{server_};
  auto stream = pipeline(1, 2);
  stream.pop_back();
  ASSERT_TRUE(client.send(stream));
  client.half_close();
  EXPECT_EQ(id_of(client.receive()), 1);
  EXPECT_EQ(client.wait_for_end(), 0);
}

TEST_F(NetTest, TcpResetsWhatIsNoMessage) {
  start();
  for (const Bytes& bad : {Bytes{0, 0}, Bytes{0, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}) {
    TcpClient client{server_};
    auto stream = framed(query(5));
    stream.insert(stream.end(), bad.begin(), bad.end());
    ASSERT_TRUE(client.send(stream));
    EXPECT_EQ(client.wait_for_end(), ECONNRESET);
  }
  EXPECT_EQ(closed(CloseReason::ProtocolError), 2U);
  // The answer before the fault was sent.
  EXPECT_EQ(worker_->counters().transport[1].event[static_cast<std::size_t>(QueryEvent::Received)].get(), 2U);
}

TEST_F(NetTest, TcpIsSilentToResponsesAndEndsAtTheThird) {
  start();
  TcpClient client{server_};
  auto response = query(1);
  response[2] |= 0x80;
  ASSERT_TRUE(client.send(framed(response)));
  ASSERT_TRUE(client.send(framed(query(2))));
  EXPECT_EQ(id_of(client.receive()), 2);
  ASSERT_TRUE(client.send(framed(response)));
  ASSERT_TRUE(client.send(framed(response)));
  EXPECT_EQ(client.wait_for_end(), ECONNRESET);
  EXPECT_EQ(closed(CloseReason::ProtocolError), 1U);
}

TEST_F(NetTest, TcpCountsAReset) {
  start();
  TcpClient client{server_};
  ASSERT_TRUE(client.send(framed(query(1))));
  EXPECT_EQ(id_of(client.receive()), 1);
  const linger reset{1, 0};
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  client.close();
  EXPECT_TRUE(eventually([&] { return closed(CloseReason::ClientReset) == 1; }));
}

TEST_F(NetTest, TcpServesIpv6) {
  start({.connections_max = 10}, "[::1]:0");
  TcpClient client{server_};
  ASSERT_TRUE(client.send(framed(query(1))));
  EXPECT_EQ(id_of(client.receive()), 1);
}

}  // namespace
}  // namespace torii::server
