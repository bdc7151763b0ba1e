// Nanoseconds of respond() a query over a published image and a stream of queries, as the UDP side takes them:
//
//     respond_image IMAGE QUERIES [BATCH] [SECONDS]
//
// IMAGE is a folder that zonec published, QUERIES what `zonegen --queries` wrote for the zone. Five runs of SECONDS (2),
// in batches of BATCH (64); prints each run and the median. Ends with 1 when an RCODE is not the promised one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <vector>

#include "bench/load/query_file.hpp"
#include "server/answer/respond.hpp"
#include "server/answer/staged_query.hpp"
#include "torii/image/snapshot.hpp"

namespace torii {
namespace {

constexpr std::size_t kRoom = 1232 + 240;  // octets between answers: no power of two, as in the server

class Runner {
 public:
  Runner(const image::View& view, bench::QueryFile& queries, std::size_t batch)
      : view_{view}, queries_{queries}, staged_(batch), response_(batch * kRoom) {}

  /// Answers whole batches for `seconds`. Returns nanoseconds a query.
  double run(double seconds) {
    const auto start = std::chrono::steady_clock::now();
    std::size_t done = 0;
    for (;;) {
      for (int i = 0; i < 64; ++i, done += staged_.size()) answer_batch();
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      if (took.count() >= seconds) return took.count() * 1e9 / static_cast<double>(done);
    }
  }
  [[nodiscard]] std::size_t wrong() const { return wrong_; }

 private:
  dns::Octets query(std::size_t i) { return queries_.message(queries_[(next_ + i) % queries_.size()]); }
  void answer_batch() {
    const std::size_t batch = staged_.size();
    for (std::size_t i = 0; i < batch; ++i) server::stage_query(view_, query(i), *std::construct_at(&staged_[i]));
    for (auto& one : staged_) server::stage_node(view_, one);
    for (auto& one : staged_) server::stage_answer(view_, one);
    for (std::size_t i = 0; i < batch; ++i) {
      server::AnswerReport report;
      const auto room = std::span{response_}.subspan(i * kRoom, kRoom);
      const auto octets =
          server::respond(view_, {}, server::Transport::Udp, query(i), room, report, {}, staged_[i]).value;
      const auto promised = queries_[(next_ + i) % queries_.size()].promised_rcode;
      wrong_ += octets == 0 || static_cast<std::size_t>(report.rcode) != promised;
    }
    next_ = (next_ + batch) % queries_.size();
  }

  const image::View& view_;
  bench::QueryFile& queries_;
  std::vector<server::StagedQuery> staged_;
  std::vector<std::uint8_t> response_;
  std::size_t next_ = 0;
  std::size_t wrong_ = 0;
};

int measure(int argc, char** argv) {
  auto opened = image::Snapshot::open(argv[1]);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) {
    fmt::print(stderr, "{}\n", error->text);
    return 1;
  }
  const auto& snapshot = *std::get<std::shared_ptr<const image::Snapshot>>(opened);
  bench::QueryFile queries{argv[2]};
  const auto batch = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 64;
  const double seconds = argc > 4 ? std::strtod(argv[4], nullptr) : 2;
  if (batch == 0 || batch > 4096 || seconds <= 0) {
    fmt::print(stderr, "BATCH is 1 to 4096, SECONDS more than 0\n");
    return 2;
  }
  Runner runner{snapshot.view(), queries, batch};
  runner.run(seconds);  // maps the image's pages
  std::array<double, 5> runs{};
  for (auto& run : runs) {
    run = runner.run(seconds);
    fmt::print("{:.1f} ns a query\n", run);
  }
  std::ranges::sort(runs);
  fmt::print("median {:.1f} ns a query, {:.1f} to {:.1f}, batches of {}, {} answers with a wrong RCODE\n", runs[2],
             runs.front(), runs.back(), batch, runner.wrong());
  return runner.wrong() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace torii

int main(int argc, char** argv) {
  if (argc < 3 || argc > 5) {
    fmt::print(stderr, "usage: respond_image IMAGE QUERIES [BATCH] [SECONDS]\n");
    return 2;
  }
  try {
    return torii::measure(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
