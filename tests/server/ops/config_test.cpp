#include "server/ops/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace torii::server {
namespace {

using Lines = std::vector<std::string>;

Lines errors_of(std::string_view text) {
  Settings settings;
  return apply_config(text, "t.toml", settings);
}

TEST(Config, TakesEveryKey) {
  Settings settings;
  const auto errors = apply_config(R"(
[server]
image = "/srv/image"
listen = ["127.0.0.1:53", "[::1]:5300"]
workers = 3
wait_for_image = true
share_port = true
verify = "before"
image_poll_ms = 500
drain_timeout_ms = 1000
[udp]
payload_octets_max = 1400
batch = 32
receive_buffer_octets = 65536
send_buffer_octets = 131072
[tcp]
connections_max = 500
idle_timeout_ms = 10000
write_timeout_ms = 5000
[answer]
nsid = "gate-1"
chaos_version = "Torii"
chaos_identity = "gate-1.example"
[log]
format = "json"
level = "debug"
[admin]
listen = "127.0.0.1:9153"
)",
                                   "t.toml", settings);
  EXPECT_EQ(errors, Lines{});
  EXPECT_EQ(settings.image, "/srv/image");
  ASSERT_EQ(settings.listen.size(), 2U);
  EXPECT_EQ(settings.listen[1].text(), "[::1]:5300");
  EXPECT_EQ(settings.workers, 3U);
  EXPECT_TRUE(settings.wait_for_image);
  EXPECT_TRUE(settings.share_port);
  EXPECT_EQ(settings.verify, VerifyMode::Before);
  EXPECT_EQ(settings.image_poll.count(), 500);
  EXPECT_EQ(settings.drain_timeout.count(), 1000);
  EXPECT_EQ(settings.udp.payload_octets_max, 1400);
  EXPECT_EQ(settings.udp.batch, 32U);
  EXPECT_EQ(settings.udp.receive_buffer_octets, 65536U);
  EXPECT_EQ(settings.udp.send_buffer_octets, 131072U);
  EXPECT_EQ(settings.tcp.connections_max, 500U);
  EXPECT_EQ(settings.tcp.idle_timeout.count(), 10000);
  EXPECT_EQ(settings.tcp.write_timeout.count(), 5000);
  EXPECT_EQ(settings.answer.nsid, "gate-1");
  EXPECT_EQ(settings.answer.chaos_version, "Torii");
  EXPECT_EQ(settings.answer.chaos_identity, "gate-1.example");
  EXPECT_EQ(settings.log_format, LogFormat::Json);
  EXPECT_EQ(settings.log_level, LogLevel::Debug);
  ASSERT_TRUE(settings.admin);
  EXPECT_EQ(settings.admin->text(), "127.0.0.1:9153");
}

TEST(Config, RefusesWithPlaceAndExpectation) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[tcp]\nidle_timout_ms = 1\n",
       "t.toml:2:1: error: unknown key 'idle_timout_ms' in [tcp], did you mean 'idle_timeout_ms'?"},
      {"[tcp]\n  batch = 1\n", "t.toml:2:3: error: unknown key 'batch' in [tcp]; it belongs in [udp]"},
      {"[tcp]\nzzz = 1\n", "t.toml:2:1: error: unknown key 'zzz' in [tcp]"},
      {"[sever]\nworkers = 1\n", "t.toml:1:2: error: unknown table 'sever', did you mean 'server'?"},
      {"workers = 1\n", "t.toml:1:1: error: unknown table 'workers'; 'workers' is a key of [server]"},
      {"server = 1\n", "t.toml:1:10: error: 'server' must be a table: [server]"},
      {"[server]\nworkers = \"two\"\n", "t.toml:2:11: error: server.workers must be an integer"},
      {"[server]\nworkers = 1025\n", "t.toml:2:11: error: server.workers must be an integer from 0 to 1024, not 1025"},
      {"[server]\nworkers = -1\n", "t.toml:2:11: error: server.workers must be an integer from 0 to 1024, not -1"},
      {"[udp]\npayload_octets_max = 511\n",
       "t.toml:2:22: error: udp.payload_octets_max must be an integer from 512 to 4096, not 511"},
      {"[udp]\npayload_octets_max = 4097\n",
       "t.toml:2:22: error: udp.payload_octets_max must be an integer from 512 to 4096, not 4097"},
      {"[server]\nwait_for_image = 1\n", "t.toml:2:18: error: server.wait_for_image must be true or false"},
      {"[log]\nformat = \"xml\"\n", "t.toml:2:10: error: log.format must be \"text\" or \"json\""},
      {"[server]\nlisten = []\n", "t.toml:2:10: error: server.listen must be a list of \"ADDRESS:PORT\" strings"},
      {"[server]\nlisten = [\"127.0.0.1:53\", \"127.0.0.1:53\"]\n",
       "t.toml:2:10: error: server.listen must be each address once; 127.0.0.1:53 stands twice"},
  };
  for (const auto& [text, expected] : table) EXPECT_EQ(errors_of(text), Lines{expected}) << text;
}

TEST(Config, SaysWhereTheSyntaxEnds) {
  const auto errors = errors_of("[server]\nworkers = \n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_TRUE(errors[0].starts_with("t.toml:2:")) << errors[0];
  const auto twice = errors_of("[server]\nworkers = 1\nworkers = 2\n");
  ASSERT_EQ(twice.size(), 1U);
  EXPECT_TRUE(twice[0].starts_with("t.toml:3:")) << twice[0];
}

TEST(Config, RangesAreClosedAtBothEnds) {
  for (const auto* text : {"[udp]\npayload_octets_max = 512", "[udp]\npayload_octets_max = 4096", "[udp]\nbatch = 1",
                           "[udp]\nbatch = 64", "[tcp]\nidle_timeout_ms = 100", "[server]\nworkers = 0"})
    EXPECT_EQ(errors_of(text), Lines{}) << text;
  for (const auto* text : {"[udp]\nbatch = 0", "[udp]\nbatch = 65", "[tcp]\nidle_timeout_ms = 99",
                           "[server]\nimage_poll_ms = 9", "[tcp]\nconnections_max = 1000001"})
    EXPECT_EQ(errors_of(text).size(), 1U) << text;
}

TEST(Config, CollectsAllErrorsAndAppliesNothing) {
  Settings settings;
  const auto errors = apply_config("[udp]\nbatch = 8\nbatc = 9\n[tcp]\nidle_timeout_ms = 1\n", "t.toml", settings);
  EXPECT_EQ(errors.size(), 2U);
  EXPECT_EQ(settings.udp.batch, 64U);
  std::string many = "[udp]\n";
  for (int i = 0; i < 50; ++i) many += "x" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(errors_of(many).size(), 20U);
}

TEST(Config, AssignmentsTakeTomlValues) {
  Settings settings;
  EXPECT_EQ(apply_assignment("udp.payload_octets_max=1400", settings), Lines{});
  EXPECT_EQ(apply_assignment("server.listen=[\"[::]:53\"]", settings), Lines{});
  EXPECT_EQ(settings.udp.payload_octets_max, 1400);
  EXPECT_EQ(settings.listen.at(0).text(), "[::]:53");
  EXPECT_EQ(apply_assignment("udp.bath=1", settings),
            Lines{"--set:1:5: error: unknown key 'bath' in [udp], did you mean 'batch'?"});
}

TEST(Config, AnUnreadableFileIsOneError) {
  Settings settings;
  EXPECT_EQ(apply_config_file("/nonexistent/torii.toml", settings),
            Lines{"/nonexistent/torii.toml: error: cannot be read"});
  EXPECT_EQ(apply_config_file("/", settings), Lines{"/: error: cannot be read"});
}

TEST(Config, EveryKeyIsDocumented) {
  std::ifstream file{TORII_SOURCE_DIR "/docs/configuration.md"};
  std::ostringstream text;
  text << file.rdbuf();
  const auto page = text.str();
  ASSERT_FALSE(page.empty());
  for (const auto& key : config_keys()) {
    const auto section = page.find("## [" + std::string{key.section} + "]");
    ASSERT_NE(section, std::string::npos) << key.section;
    const auto end = page.find("\n## ", section + 1);
    const auto entry = page.find("`" + std::string{key.name} + "`", section);
    EXPECT_TRUE(entry != std::string::npos && entry < end) << key.section << "." << key.name;
  }
}

}  // namespace
}  // namespace torii::server
