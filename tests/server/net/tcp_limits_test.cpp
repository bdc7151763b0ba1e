// Who must go: idle clients, the oldest at the cap, clients that do not read, and everyone at the end.
#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "tests/server/net/net_fixture.hpp"

namespace torii::server {
namespace {

using namespace std::chrono_literals;

TEST_F(NetTest, IdleConnectionsEndInOrder) {
  start({.connections_max = 10, .idle_timeout = 300ms});
  TcpClient client{server_};
  ASSERT_TRUE(client.send(framed(query(1))));
  EXPECT_EQ(id_of(client.receive()), 1);
  const auto begin = Clock::now();
  EXPECT_EQ(client.wait_for_end(), 0);
  const auto waited = Clock::now() - begin;
  EXPECT_GE(waited, 250ms);
  EXPECT_LT(waited, 1500ms);
  EXPECT_EQ(closed(CloseReason::Idle), 1U);
}

TEST_F(NetTest, OnlyWholeMessagesRestartTheIdleTime) {
  start({.connections_max = 10, .idle_timeout = 400ms});
  TcpClient whole{server_};
  for (std::uint16_t id = 1; id <= 8; ++id) {  // 800 ms in all
    ASSERT_TRUE(whole.send(framed(query(id))));
    ASSERT_EQ(id_of(whole.receive()), id);
    std::this_thread::sleep_for(100ms);
  }
  TcpClient parts{server_};
  const auto begin = Clock::now();
  const auto message = framed(query(1));
  for (std::size_t i = 0; i + 1 < message.size() && Clock::now() - begin < 3s; ++i) {
    if (!parts.send({&message[i], 1})) break;
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_NE(parts.wait_for_end(1s), EAGAIN);
  EXPECT_LT(Clock::now() - begin, 3s);
}

TEST_F(NetTest, AtTheCapTheOldestIdleMakesRoomAtOnce) {
  start({.connections_max = 3});
  std::vector<std::unique_ptr<TcpClient>> clients;
  const auto ask = [&](std::size_t i, std::uint16_t id) {
    ASSERT_TRUE(clients.at(i)->send(framed(query(id))));
    ASSERT_EQ(id_of(clients.at(i)->receive()), id);
  };
  for (std::uint16_t i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<TcpClient>(server_));
    ask(i, i);
  }
  ask(0, 100);  // now the second is idle longest
  const auto begin = Clock::now();
  clients.push_back(std::make_unique<TcpClient>(server_));
  ask(3, 200);
  EXPECT_LT(Clock::now() - begin, 500ms);
  EXPECT_EQ(clients[1]->wait_for_end(), ECONNRESET);
  ask(0, 300);
  ask(2, 301);
  EXPECT_EQ(closed(CloseReason::EvictedIdle), 1U);
  EXPECT_EQ(gauge(TcpGauge::Open), 3U);
  EXPECT_EQ(gauge(TcpGauge::HighWater), 3U);
}

TEST_F(NetTest, ManyNewcomersAreAllServedAtTheCap) {
  start({.connections_max = 8});
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (std::uint16_t id = 1; id <= 200; ++id) {
    clients.push_back(std::make_unique<TcpClient>(server_));
    ASSERT_TRUE(clients.back()->send(framed(query(id))));
    ASSERT_EQ(id_of(clients.back()->receive()), id);
  }
  EXPECT_EQ(closed(CloseReason::EvictedIdle), 192U);
  EXPECT_EQ(gauge(TcpGauge::Open), 8U);
}

/// Fills the pipe of a client that does not read; returns the queries that the server's kernel took.
std::size_t stuff(TcpClient& client, std::size_t octets_wanted) {
  const timeval patience{0, 300'000};
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto one = framed(query(1, std::string(60, 'a')));
  Bytes block;
  for (int i = 0; i < 100; ++i) block.insert(block.end(), one.begin(), one.end());
  std::size_t sent = 0;
  while (sent < octets_wanted) {
    const auto count =
        ::send(client.descriptor(), block.data() + sent % one.size(), block.size() - one.size(), MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  return sent / one.size();
}

TEST_F(NetTest, AClientThatDoesNotReadIsNotReadFromAndGetsEverythingLater) {
  start({.connections_max = 10, .write_timeout = 10s});
  TcpClient slow{server_, 4096};
  const auto asked = stuff(slow, std::size_t{64} << 20U);
  ASSERT_GT(asked, 100U);
  // Back-pressure: the server stopped reading, so it answered less than was sent.
  EXPECT_LT(worker_->counters().transport[1].event[static_cast<std::size_t>(QueryEvent::Received)].get(), asked);
  TcpClient other{server_};  // nobody else notices
  ASSERT_TRUE(other.send(framed(query(77))));
  EXPECT_EQ(id_of(other.receive()), 77);
  for (std::size_t i = 0; i < asked; ++i) ASSERT_EQ(id_of(slow.receive()), 1) << i << " of " << asked;
}

TEST_F(NetTest, AClientThatNeverReadsIsReset) {
  start({.connections_max = 10, .write_timeout = 500ms});
  TcpClient stalled{server_, 4096};
  stuff(stalled, std::size_t{64} << 20U);
  EXPECT_TRUE(eventually([&] { return closed(CloseReason::WriteStall) == 1; }));
}

/// Leaves the process no descriptor beyond those it has. While it lives, tests only note what happens and compare it
/// later: UndefinedBehaviorSanitizer needs a descriptor to look at the streams that GoogleTest prints with.
class NoDescriptorLeft {
 public:
  NoDescriptorLeft() {
    static_cast<void>(::getrlimit(RLIMIT_NOFILE, &before_));
    std::vector<UniqueFd> holes;  // a new descriptor takes the lowest place: the last one is above all in use
    int highest = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
      highest = std::max(highest, std::stoi(entry.path().filename().string()));
    while (holes.empty() || holes.back().get() < highest) holes.emplace_back(::dup(0));
    rlimit tight = before_;
    tight.rlim_cur = static_cast<rlim_t>(holes.back().get()) + 1;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &tight));
    held_ = std::move(holes);
  }
  ~NoDescriptorLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptorLeft(const NoDescriptorLeft&) = delete;
  NoDescriptorLeft& operator=(const NoDescriptorLeft&) = delete;

 private:
  rlimit before_{};
  std::vector<UniqueFd> held_;
};

TEST_F(NetTest, OutOfDescriptorsTheOldestIdleMakesRoom) {
  start({.connections_max = 1000});
  TcpClient old{server_};
  ASSERT_TRUE(old.send(framed(query(1))));
  EXPECT_EQ(id_of(old.receive()), 1);
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<TcpClient>(server_));
  std::vector<Bytes> answers;
  {
    const NoDescriptorLeft tight;
    // They are connected but not accepted yet (TCP_DEFER_ACCEPT): their query makes the server accept.
    for (auto& client : clients)
      if (client->send(framed(query(2)))) answers.push_back(client->receive());
  }
  ASSERT_EQ(answers.size(), 3U);
  for (const auto& answer : answers) {
    ASSERT_GE(answer.size(), 12U);
    EXPECT_EQ(id_of(answer), 2);
  }
  EXPECT_GT(gauge(TcpGauge::AcceptFailed), 0U);
  // accept4 takes a descriptor before it looks whether anybody waits, so the last look may cost one more.
  EXPECT_GE(closed(CloseReason::EvictedIdle), 3U);
  EXPECT_LE(closed(CloseReason::EvictedIdle), 4U);
}

TEST_F(NetTest, OutOfDescriptorsWithNobodyToEvictItWaitsAndDoesNotSpin) {
  start({.connections_max = 1000});
  TcpClient client{server_};
  bool noticed = false;
  std::clock_t used = 0;
  {
    const NoDescriptorLeft tight;
    noticed = client.send(framed(query(1))) && eventually([&] { return gauge(TcpGauge::AcceptFailed) > 0; });
    const auto before = std::clock();
    std::this_thread::sleep_for(300ms);
    used = std::clock() - before;
  }
  EXPECT_TRUE(noticed);
  EXPECT_LT(used, CLOCKS_PER_SEC / 10);  // of the whole process: a spinning loop takes 0.3 s
  EXPECT_EQ(id_of(client.receive()), 1);
}

TEST_F(NetTest, DrainAnswersWhatHasArrivedThenCloses) {
  start({.connections_max = 10});
  TcpClient idle{server_};
  ASSERT_TRUE(idle.send(framed(query(1))));
  EXPECT_EQ(id_of(idle.receive()), 1);
  TcpClient busy{server_};
  ASSERT_TRUE(busy.send(framed(query(2))));
  EXPECT_EQ(id_of(busy.receive()), 2);
  ASSERT_TRUE(busy.send(framed(query(3))));
  worker_->drain();
  EXPECT_EQ(id_of(busy.receive()), 3);
  EXPECT_EQ(busy.wait_for_end(), 0);
  EXPECT_EQ(idle.wait_for_end(), 0);
  idle.close();
  busy.close();
  EXPECT_TRUE(eventually([&] { return worker_->has_ended(); }));
  EXPECT_EQ(closed(CloseReason::Shutdown), 2U);
  EXPECT_TRUE(worker_->join());
}

TEST_F(NetTest, DrainDoesNotWaitForClientsThatStay) {
  start({.connections_max = 10});
  TcpClient stays{server_};
  ASSERT_TRUE(stays.send(framed(query(1))));
  EXPECT_EQ(id_of(stays.receive()), 1);
  const auto begin = Clock::now();
  worker_->drain();
  EXPECT_TRUE(eventually([&] { return worker_->has_ended(); }));
  EXPECT_LT(Clock::now() - begin, 2s);
}

}  // namespace
}  // namespace torii::server
