#include "runtime/demo/kafka_process.hpp"

#include <signal.h>

#include <fstream>
#include <string_view>
#include <vector>

#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/child_process.hpp"
#include "runtime/demo/loopback_ports.hpp"

namespace hedgerow::demo {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t shown_log = 1200;

/// A cluster id as Kafka wants it: 16 random bytes in Base64.
std::string random_uuid() {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  adapters::splitmix_random random;
  std::string uuid;
  while (uuid.size() < 21) uuid += digits[random.next() % digits.size()];
  return uuid + 'A';  // only two bits of the last digit count
}

/// A value of a Java properties file.
std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string at_port(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

/// Listeners' names are ASCII.
std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool says(const fs::path& log, const std::string& text) { return text_of(log).find(text) != std::string::npos; }

fs::path settings_file(const kafka_options& o) { return o.data_dir / "server.properties"; }
fs::path storage(const kafka_options& o) { return o.data_dir / "data"; }
fs::path broker_log(const kafka_options& o) { return o.data_dir / "broker.log"; }
fs::path temporary(const kafka_options& o) { return o.data_dir / "tmp"; }

std::vector<std::string> java_words(const kafka_options& o, bool quick) {
  std::vector<std::string> words{o.java.string(), "-Xmx" + std::to_string(o.heap_megabytes) + "m",
                                 // Unpacked native libraries and the like go with the data, however the broker ends.
                                 "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary(o).string(),
                                 "-XX:+ExitOnOutOfMemoryError", "-Dlog4j2.disableJmx=true",
                                 "-Dlog4j2.configurationFile=" + (o.home / "log4j2.xml").string()};
  if (quick) {
    words.insert(words.end(), {"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"});
  } else {
    words.insert(words.end(), {"-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"});
  }
  words.insert(words.end(), {"-cp", (o.home / "libs").string() + "/*"});
  return words;
}

std::string java_is_missing(const kafka_options& o) {
  return "the Kafka broker needs Java 17 or newer, and " + o.java.string() +
         " cannot be run or is older; install it with: make setup";
}

bool java_failed(const child_process& child, const fs::path& log) {
  return child.exit_code() == child_process::not_run || says(log, "UnsupportedClassVersionError");
}

}  // namespace

fs::path default_kafka_home(const fs::path& source_dir) { return source_dir / "deploy" / "demo" / "kafka"; }

const std::map<std::string, std::string>& kafka_settings() {
  static const std::map<std::string, std::string> settings{
      {"process.roles", "broker,controller"},
      {"node.id", "1"},
      {"controller.listener.names", "CONTROLLER"},
      {"listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"},
      {"auto.create.topics.enable", "false"},
      // One node holds one copy.
      {"default.replication.factor", "1"},
      {"offsets.topic.replication.factor", "1"},
      {"transaction.state.log.replication.factor", "1"},
      {"transaction.state.log.min.isr", "1"},
      {"share.coordinator.state.topic.replication.factor", "1"},
      {"share.coordinator.state.topic.min.isr", "1"},
      // Few clients: the usual 50 partitions each would only cost time and memory.
      {"offsets.topic.num.partitions", "4"},
      {"transaction.state.log.num.partitions", "4"},
      {"share.coordinator.state.topic.num.partitions", "1"},
      {"log.cleaner.dedupe.buffer.size", "16777216"},
      // After kill_hard() the broker may not register again before its last session is over, 9 s by default.
      {"broker.session.timeout.ms", "3000"},
      {"broker.heartbeat.interval.ms", "500"},
      // A demo must not wait: for more members, for dead ones, for a dead producer's transaction, for compaction.
      {"group.initial.rebalance.delay.ms", "0"},
      {"group.min.session.timeout.ms", "1000"},
      {"transaction.abort.timed.out.transaction.cleanup.interval.ms", "500"},
      {"log.cleaner.backoff.ms", "200"},
  };
  return settings;
}

kafka_process::kafka_process(kafka_options options) : options_{std::move(options)} {}

kafka_process::~kafka_process() { stop(); }

expected<std::unique_ptr<kafka_process>, std::string> kafka_process::start(kafka_options options) {
  std::error_code ignored;
  options.data_dir = fs::absolute(options.data_dir, ignored);
  const auto wanted = options;
  std::unique_ptr<kafka_process> process{new kafka_process{std::move(options)}};
  if (auto ready = process->prepare(); !ready) return unexpected(std::move(ready.error()));
  for (int attempts_left = 3;; --attempts_left) {
    const bool any_port = process->choose_ports(wanted);
    auto launched = process->launch();
    if (launched) return process;
    // Another process took the port in between.
    const bool taken = says(broker_log(process->options_), "Address already in use");
    if (!any_port || !taken || attempts_left == 1) return unexpected(std::move(launched.error()));
  }
}

expected<void, std::string> kafka_process::prepare() const {
  std::error_code error;
  if (!fs::is_directory(options_.home / "libs", error)) {
    return unexpected("Kafka's jars are not in " + (options_.home / "libs").string() + "; fetch them with: make setup");
  }
  fs::create_directories(temporary(options_), error);
  if (error) return unexpected("cannot make the folder " + temporary(options_).string() + ": " + error.message());
  return {};
}

/// Where none is wanted; false when all are.
bool kafka_process::choose_ports(const kafka_options& wanted) {
  bool chosen = wanted.port == 0;
  if (chosen) options_.port = free_port(0);
  for (std::size_t i = 0; i < wanted.listeners.size(); ++i) {
    if (wanted.listeners[i].port != 0) continue;
    options_.listeners[i].port = free_port(0);
    chosen = true;
  }
  return chosen;
}

expected<void, std::string> kafka_process::write_settings(std::uint16_t controller_port) const {
  const std::string own = "PLAINTEXT://" + bootstrap();
  const std::string controller = "127.0.0.1:" + std::to_string(controller_port);
  std::map<std::string, std::string> all = kafka_settings();
  std::string serves = own;
  for (const auto& l : options_.listeners) {
    serves += ',' + l.name + "://" + bootstrap(l.name);
    all["listener.security.protocol.map"] += ',' + l.name + ':' + l.protocol;
    for (const auto& [key, value] : l.settings) all["listener.name." + lower_case(l.name) + '.' + key] = value;
  }
  all["listeners"] = serves + ",CONTROLLER://" + controller;
  all["advertised.listeners"] = serves;
  all["controller.quorum.voters"] = all["node.id"] + "@" + controller;
  all["log.dirs"] = storage(options_).string();
  for (const auto& [key, value] : options_.settings) all[key] = value;
  std::ofstream file{settings_file(options_)};
  for (const auto& [key, value] : all) file << key << '=' << escaped(value) << '\n';
  if (!file.flush()) return unexpected("cannot write " + settings_file(options_).string());
  return {};
}

expected<void, std::string> kafka_process::format() const {
  std::error_code ignored;
  if (fs::exists(storage(options_) / "meta.properties", ignored)) return {};
  const fs::path log = options_.data_dir / "format.log";
  auto words = java_words(options_, true);
  words.insert(words.end(), {"kafka.tools.StorageTool", "format", "--cluster-id", random_uuid(), "--config",
                             settings_file(options_).string()});
  for (const auto& u : options_.users)
    words.insert(words.end(), {"--add-scram", u.mechanism + "=[name=" + u.name + ",password=" + u.password + "]"});
  child_process tool{{std::move(words), log, SIGKILL}};
  if (!tool.wait_end(options_.start_limit)) {
    return unexpected("formatting Kafka's storage takes too long; its log says: " + tail_of(log, shown_log));
  }
  if (tool.exit_code() == 0) return {};
  if (java_failed(tool, log)) return unexpected(java_is_missing(options_));
  return unexpected("cannot format Kafka's storage " + storage(options_).string() + ": " + tail_of(log, shown_log));
}

expected<void, std::string> kafka_process::launch() {
  if (free_port(options_.port) == 0) {
    return unexpected("Kafka's port is " + std::to_string(options_.port) +
                      ", which is in use; stop what uses it or choose another port, or 0 for any");
  }
  if (auto written = write_settings(free_port(0)); !written) return written;
  if (auto formatted = format(); !formatted) return formatted;
  auto words = java_words(options_, options_.quick_start);
  words.insert(words.end(), {"kafka.Kafka", settings_file(options_).string()});
  // SIGKILL: what is acknowledged is kept either way, and a broker that hangs must not stay behind.
  const fs::path log = broker_log(options_);
  child_ = std::make_unique<child_process>(child_options{std::move(words), log, SIGKILL});
  for (auto waited = 0ms; waited < options_.start_limit; waited += 20ms) {
    if (child_->wait_end(20ms)) return unexpected(why_ended());
    if (says(log, "Kafka Server started")) return {};
  }
  kill_hard();
  return unexpected("Kafka did not serve within " + std::to_string(options_.start_limit.count()) +
                    " ms; its log says: " + tail_of(log, shown_log));
}

std::string kafka_process::why_ended() const {
  const fs::path log = broker_log(options_);
  if (java_failed(*child_, log)) return java_is_missing(options_);
  return "Kafka ended while it started; its log says: " + tail_of(log, shown_log);
}

void kafka_process::stop(std::chrono::milliseconds grace) {
  if (!child_) return;
  child_->signal(SIGTERM);
  if (!child_->wait_end(grace)) kill_hard();
}

void kafka_process::kill_hard() {
  if (!child_) return;
  child_->signal(SIGKILL);
  (void)child_->wait_end(10s);
}

expected<void, std::string> kafka_process::restart() {
  stop();
  return launch();
}

bool kafka_process::running() const { return child_ && child_->running(); }

std::string kafka_process::bootstrap() const { return at_port(options_.port); }

std::string kafka_process::bootstrap(const std::string& listener) const {
  for (const auto& l : options_.listeners)
    if (l.name == listener) return at_port(l.port);
  return {};
}

}  // namespace hedgerow::demo
