#include "server/ops/admin_http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace torii::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t kHeaderOctetsMax = 8 * 1024;
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

/// One client; its outstanding operation keeps it alive.
class AdminHttp::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const AdminPages& pages, std::shared_ptr<std::size_t> clients)
      : stream_{std::move(socket)}, pages_{pages}, clients_{std::move(clients)} {
    ++*clients_;
  }
  ~Session() { --*clients_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(kHeaderOctetsMax);
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) return self->write(self->reply());
      if (error == http::error::end_of_stream || error == beast::error::timeout) return self->close();
      self->write(self->page(http::status::bad_request, "text/plain", "bad request\n", false));
    });
  }

 private:
  using Response = http::response<http::string_body>;

  Response page(http::status status, std::string_view type, std::string body, bool keep_alive) {
    Response response{status, 11};
    response.set(http::field::content_type, beast::string_view{type.data(), type.size()});
    response.set(http::field::cache_control, "no-store");
    response.keep_alive(keep_alive);
    response.content_length(body.size());
    if (parser_->get().method() != http::verb::head) response.body() = std::move(body);
    return response;
  }

  Response reply() {
    const auto& request = parser_->get();
    const bool keep_alive = request.keep_alive();
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      auto response = page(http::status::method_not_allowed, "text/plain", "GET or HEAD\n", false);
      response.set(http::field::allow, "GET, HEAD");
      return response;
    }
    const auto target = request.target();
    const std::string_view path{target.data(), std::min(target.find('?'), target.size())};
    if (path == "/metrics")
      return page(http::status::ok, "text/plain; version=0.0.4; charset=utf-8", pages_.metrics(), keep_alive);
    if (path == "/healthz") return page(http::status::ok, "text/plain", "alive\n", keep_alive);
    if (path == "/readyz")
      return page(pages_.is_ready() ? http::status::ok : http::status::service_unavailable, "application/json",
                  pages_.readiness(), keep_alive);
    if (path == "/top") return page(http::status::ok, "application/json", pages_.top(), keep_alive);
    return page(http::status::not_found, "text/plain", "/metrics, /healthz, /readyz or /top\n", keep_alive);
  }

  void write(Response response) {
    response_ = std::move(response);
    stream_.expires_after(kPatience);
    serializer_.emplace(*response_);
    // A HEAD response says how long the body would be, and ends after the header.
    const bool is_head = parser_->get().method() == http::verb::head;
    auto done = [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error || !self->response_->keep_alive()) return self->close();
      self->read();
    };
    if (is_head)
      http::async_write_header(stream_, *serializer_, std::move(done));
    else
      http::async_write(stream_, *serializer_, std::move(done));
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);  // NOLINT(bugprone-unused-return-value)
    stream_.close();
  }

  beast::tcp_stream stream_;
  const AdminPages& pages_;
  std::shared_ptr<std::size_t> clients_;
  beast::flat_buffer buffer_{kHeaderOctetsMax + 1024};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<Response> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

AdminHttp::AdminHttp(asio::io_context& context, AdminPages pages)
    : acceptor_{context}, pause_{context}, pages_{std::move(pages)} {}

AdminHttp::~AdminHttp() = default;

Outcome<Endpoint> AdminHttp::listen(const Endpoint& endpoint) {
  tcp::endpoint address;
  address.resize(endpoint.size());
  std::memcpy(address.data(), endpoint.address(), endpoint.size());
  boost::system::error_code error;
  const auto failed = [&](std::string_view call) {
    return fmt::format("admin {}: {}: {}", endpoint.text(), call, error.message());
  };
  if (acceptor_.open(address.protocol(), error); error) return failed("socket");
  acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (endpoint.is_v6()) acceptor_.set_option(asio::ip::v6_only(true), error);
  if (acceptor_.bind(address, error); error) return failed("bind");
  if (acceptor_.listen(asio::socket_base::max_listen_connections, error); error) return failed("listen");
  accept();
  return Endpoint::of_socket(acceptor_.native_handle());
}

void AdminHttp::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && *clients_ < kClientsMax) std::make_shared<Session>(std::move(socket), pages_, clients_)->read();
    if (!error) return accept();
    pause_.expires_after(kAcceptPause);  // such as no descriptor left: never spin
    pause_.async_wait([this](const boost::system::error_code& aborted) {
      if (!aborted) accept();
    });
  });
}

void AdminHttp::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);  // NOLINT(bugprone-unused-return-value)
  pause_.cancel();
}

}  // namespace torii::server
