#include "server/ops/admin_http.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

namespace torii::server {
namespace {

class AdminHttpTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto endpoint = http_.listen(*Endpoint::parse("127.0.0.1:0"));
    ASSERT_TRUE(endpoint) << endpoint.error();
    endpoint_ = *endpoint;
    thread_ = std::thread{[this] { context_.run(); }};
  }
  void TearDown() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  int connect() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{5, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(descriptor, endpoint_.address(), endpoint_.size()), 0);
    return descriptor;
  }
  /// Everything that comes back until the server closes.
  std::string exchange(const std::string& request) {
    const int descriptor = connect();
    EXPECT_EQ(::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    std::string answer;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(count));
    ::close(descriptor);
    return answer;
  }
  static std::string get(const std::string& path, const std::string& method = "GET") {
    return method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  }

  bool ready_ = true;
  boost::asio::io_context context_;
  AdminHttp http_{context_,
                  {[] { return std::string{"metrics_here 1\n"}; }, [this] { return ready_; },
                   [] { return std::string{"{\"ready\":0}\n"}; }, [] { return std::string{"{\"limited\":[]}\n"}; }}};
  Endpoint endpoint_;
  std::thread thread_;
};

TEST_F(AdminHttpTest, ServesItsPages) {
  const auto metrics = exchange(get("/metrics"));
  EXPECT_TRUE(metrics.starts_with("HTTP/1.1 200 OK\r\n")) << metrics;
  EXPECT_NE(metrics.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << metrics;
  EXPECT_TRUE(metrics.ends_with("\r\n\r\nmetrics_here 1\n")) << metrics;
  EXPECT_TRUE(exchange(get("/metrics?x=1")).ends_with("metrics_here 1\n"));
  EXPECT_TRUE(exchange(get("/healthz")).ends_with("\r\n\r\nalive\n"));
  EXPECT_TRUE(exchange(get("/readyz")).starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(exchange(get("/top")).ends_with("\r\n\r\n{\"limited\":[]}\n"));
  EXPECT_TRUE(exchange(get("/other")).starts_with("HTTP/1.1 404 "));
}

TEST_F(AdminHttpTest, SaysNotReadyByStatus) {
  ready_ = false;
  const auto answer = exchange(get("/readyz"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(answer.ends_with("{\"ready\":0}\n")) << answer;
}

TEST_F(AdminHttpTest, HeadHasNoBody) {
  const auto answer = exchange(get("/metrics", "HEAD"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("Content-Length: 15\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(AdminHttpTest, RefusesOtherMethodsBodiesAndGarbage) {
  EXPECT_NE(exchange(get("/metrics", "DELETE")).find("Allow: GET, HEAD\r\n"), std::string::npos);
  const auto with_body = exchange("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_TRUE(with_body.starts_with("HTTP/1.1 4")) << with_body;
  EXPECT_TRUE(exchange("garbage\r\n\r\n").starts_with("HTTP/1.1 400 "));
  const auto too_long = exchange("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(too_long.empty() || too_long.starts_with("HTTP/1.1 400 ")) << too_long;
}

TEST_F(AdminHttpTest, KeepsAConnectionForTheNextRequest) {
  const auto answer = exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + get("/healthz"));
  EXPECT_NE(answer.find("alive\nHTTP/1.1 200 OK"), std::string::npos) << answer;
}

TEST_F(AdminHttpTest, SilentClientsDoNotKeepOthersOutForLong) {
  std::vector<int> silent;
  for (std::size_t i = 0; i < AdminHttp::kClientsMax; ++i) silent.push_back(connect());
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  EXPECT_EQ(exchange(get("/healthz")), "");  // one too many: closed at once, not queued
  for (const int descriptor : silent) ::close(descriptor);
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  EXPECT_TRUE(exchange(get("/healthz")).ends_with("alive\n"));
}

}  // namespace
}  // namespace torii::server
