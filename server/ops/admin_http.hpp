#pragma once
/// GET /metrics, /healthz, /readyz and /top for machines. Runs on the admin thread; small on purpose: GET and HEAD, no
/// body, 8 KiB of header, 5 seconds, 16 clients at once.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "server/ops/endpoint.hpp"

namespace torii::server {

struct AdminPages {
  std::function<std::string()> metrics;
  std::function<bool()> is_ready;
  std::function<std::string()> readiness;  ///< body of /readyz, JSON
  std::function<std::string()> top;        ///< body of /top, JSON
};

class AdminHttp {
 public:
  static constexpr std::size_t kClientsMax = 16;

  AdminHttp(boost::asio::io_context& context, AdminPages pages);
  ~AdminHttp();
  AdminHttp(const AdminHttp&) = delete;
  AdminHttp& operator=(const AdminHttp&) = delete;

  /// Binds and serves. Returns the address with the port that holds; errors in words.
  Outcome<Endpoint> listen(const Endpoint& endpoint);
  void stop();

 private:
  class Session;
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  AdminPages pages_;
  std::shared_ptr<std::size_t> clients_ = std::make_shared<std::size_t>(0);
};

}  // namespace torii::server
