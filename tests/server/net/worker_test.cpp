#include "server/net/worker.hpp"

#include <atomic>

#include "tests/server/net/net_fixture.hpp"

namespace torii::server {
namespace {

TEST_F(NetTest, SwapsTakeEffectBetweenBatchesWhileQueriesRun) {
  start();
  std::atomic<bool> stop{false};
  std::thread swapper{[&] {
    while (!stop) {
      worker_->swap(nullptr);
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }};
  TcpClient client{server_};
  for (std::uint16_t id = 1; id <= 500; ++id) {
    ASSERT_TRUE(client.send(framed(query(id))));
    ASSERT_EQ(id_of(client.receive()), id);
  }
  stop = true;
  swapper.join();
}

TEST_F(NetTest, AWorkerThatIsNotDrainedStopsAtOnce) {
  start();
  TcpClient client{server_};
  ASSERT_TRUE(client.send(framed(query(1))));
  EXPECT_EQ(id_of(client.receive()), 1);
  EXPECT_FALSE(worker_->join());
  worker_.reset();
  EXPECT_NE(client.wait_for_end(), EAGAIN);
}

TEST(OpenSockets, SaysWhatCannotBeListenedOn) {
  Settings settings;
  settings.listen = {*Endpoint::parse("192.0.2.1:5300")};  // TEST-NET-1: not an address of this host
  const auto sockets = open_sockets(settings, 1);
  ASSERT_FALSE(sockets);
  EXPECT_NE(sockets.error().find("192.0.2.1:5300"), std::string::npos) << sockets.error();
}

}  // namespace
}  // namespace torii::server
