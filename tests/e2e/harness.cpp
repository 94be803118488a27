#include "tests/e2e/harness.hpp"
#include "runtime/demo/loopback_ports.hpp"

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include "messages/types/check.hpp"
#include "runtime/cli/http_call.hpp"
#include "runtime/demo/call_data.hpp"
#include "runtime/demo/child_process.hpp"
#include "runtime/demo/contract_build.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

std::string program() { return test::build_folder() + "/hedgerow"; }

std::string origin(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

shares amount_of(const rapidjson::Value& value) {
  const auto parsed = shares::parse(value.GetString());
  HEDGEROW_CHECK(parsed.has_value(), value.GetString());
  return *parsed;
}

}  // namespace

process::process(std::vector<std::string> arguments, std::filesystem::path output) : output_{std::move(output)} {
  std::vector<char*> argv;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_ = fork();
  HEDGEROW_CHECK(pid_ >= 0, "fork failed");
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int file = open(output_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

process::~process() {
  signal(SIGKILL);
  wait();
}

void process::signal(int number) {
  if (pid_ <= 0) return;
  kill(pid_, number);
  // A process of many threads does not stand still at once.
  siginfo_t stopped{};
  if (number == SIGSTOP) waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WEXITED | WNOWAIT);
}

int process::wait() {
  if (pid_ > 0) {
    waitpid(pid_, &status_, 0);
    pid_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string process::output() const { return demo::text_of(output_); }

bool process::printed(const std::string& text, std::chrono::milliseconds limit) {
  return eventually([&] { return output().find(text) != std::string::npos; }, limit);
}

bool process::alive() {
  if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

stage::stage(stage_options options)
    : folder{std::filesystem::temp_directory_path() / ("hedgerow-" + options.name + "-" + std::to_string(getpid()))},
      options_{std::move(options)},
      paper_port_{demo::free_port(0)},
      nodes_(options_.nodes) {
  std::filesystem::create_directories(folder);
  demo::demo_world_options world;
  world.data_dir = folder / "chain";
  world.anvil_path = demo::default_anvil_path(test::source_folder());
  world.block_time = std::chrono::milliseconds{0};
  world.fills_per_second = options_.fills_per_second;
  world_ = std::make_unique<demo::demo_world>(world, clock_, random_, nullptr);
  const auto started = world_->start();
  HEDGEROW_CHECK(started.has_value(), started ? "" : started.error().c_str());
  if (options_.kafka) {
    auto kafka = demo::kafka_process::start(kafka_test_options(folder / "kafka"));
    HEDGEROW_CHECK(kafka.has_value(), kafka ? "" : kafka.error().c_str());
    kafka_ = std::move(*kafka);
  }
  http::client_options client;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    nodes_[n].api_port = demo::free_port(0);
    nodes_[n].admin_port = demo::free_port(0);
    nodes_[n].cluster_port = demo::free_port(0);
    client.origin = origin(nodes_[n].api_port);
    nodes_[n].api = *http::make_client(client, clock_);
    client.origin = origin(nodes_[n].admin_port);
    nodes_[n].admin = *http::make_client(client, clock_);
  }
  for (std::size_t n = 0; n < nodes_.size(); ++n) write_config(n);
  paper_ = std::make_unique<process>(
      std::vector<std::string>{program(), "node", "--config", config_of(0).string(), "--actors", "paper"},
      folder / "paper.log");
  HEDGEROW_CHECK(paper_->printed("paper broker ready"), paper_->output().c_str());
  client.origin = origin(paper_port_);
  broker_ = *http::make_client(client, clock_);
}

stage::~stage() {
  nodes_.clear();
  paper_.reset();
  kafka_.reset();
  world_.reset();
  if (::testing::Test::HasFailure() && std::getenv("HEDGEROW_KEEP") != nullptr) {  // allow: a person looks for a fault
    std::printf("kept: %s\n", folder.c_str());
    return;
  }
  std::filesystem::remove_all(folder);
}

std::string stage::diagnosis() {
  const auto text = [](const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    value.Accept(writer);
    return std::string{buffer.GetString()} + "\n";
  };
  const auto positions = api("/positions");
  const auto executions = api("/executions?limit=10000");
  std::string all = text(positions);
  if (!executions.HasMember("executions")) return all;
  for (const auto& e : executions["executions"].GetArray())
    if (const std::string_view status = e["status"].GetString(); status != "FILLED" && status != "FAILED")
      all += text(e);
  return all;
}

outcome run_program(const std::filesystem::path& folder, const std::string& arguments) {
  const auto out = folder / "out";
  const auto err = folder / "err";
  const std::string line = "'" + program() + "' " + arguments + " >'" + out.string() + "' 2>'" + err.string() + "'";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, demo::text_of(out.string()), demo::text_of(err.string())};
}

std::filesystem::path stage::config_of(std::size_t node) const {
  return folder / ("node-" + std::to_string(node) + ".toml");
}

void stage::write_config(std::size_t node) {
  const auto& where = world_->addresses();
  std::ofstream out{config_of(node)};
  out << "[node]\nname = \"test-" << node << "\"\ndata_dir = \"" << (folder / "data").string() << "\"\n"
      << "[chain]\nowner = \"" << where.owner.to_string() << "\"\n"
      << (options_.endpoints.empty() ? "ws_url = \"" + world_->rpc_url() + "\"\n" : "")
      << "start_block = " << where.first_block << "\nrescan_interval = \"2s\"\nreconnect_min = \"50ms\"\n"
      << options_.chain << "[tokens]\nusdc = \"" << where.usdc.to_string() << "\"\n"
      << "[hedging]\nfailure_backoff = \"100ms\"\nfailure_backoff_max = \"1s\"\nfreeze_after_failures = 1000\n"
      << "[execution]\nlease = \"1s\"\nhttp_grace = \"2s\"\nevidence_lists = 2\nevidence_spread = \"1s\"\n"
      << "clock_skew = \"2s\"\ncalls_per_minute = 6000\nlate_fill_window = \"20s\"\n"
      << "[poller]\nfirst = \"50ms\"\nbase = \"1s\"\njitter = \"200ms\"\nerror_base = \"100ms\"\nerror_max = \"1s\"\n"
      << "[market_hours]\nsource = \"always_open\"\n"
      << "[broker]\nbase_url = \"" << origin(paper_port_) << "\"\napp_key = \"key\"\napp_secret = \"secret\"\n"
      << "redirect_uri = \"" << origin(nodes_[0].api_port) << "/auth/callback\"\nrequest_timeout = \"2s\"\n"
      << "[oauth]\nencryption_key = \"" << std::string(64, '7') << "\"\n"
      << "[api]\nport = " << nodes_[node].api_port << "\n[admin]\nport = " << nodes_[node].admin_port << "\n"
      << "[supervision]\nbackoff_min = \"10ms\"\n"
      << "[paper]\nport = " << paper_port_ << "\nledger = \"" << (folder / "paper.db").string() << "\"\nfaults = '''"
      << options_.faults << "'''\n"
      << options_.sections;
  if (kafka_)
    out << "[log]\nkind = \"kafka\"\n[kafka]\nbootstrap = \"" << kafka_->bootstrap()
        << "\"\nsession_timeout = \"1500ms\"\ntransaction_timeout = \"3s\"\nrebalance_timeout = \"10s\"\n";
  if (kafka_) {
    out << "[cluster]\nport = " << nodes_[node].cluster_port << "\nseeds = [";
    for (std::size_t n = 0; n < nodes_.size(); ++n)
      out << (n == 0 ? "" : ", ") << "\"127.0.0.1:" << nodes_[n].cluster_port << '"';
    out << "]\n";
  }
  for (const auto& [name, url] : options_.endpoints)
    out << "[[chain.endpoint]]\nname = \"" << name << "\"\nurl = \""
        << (url.starts_with('?') ? world_->rpc_url() + "/" + url : url) << "\"\n";
  for (const auto& book : where.books)
    out << "[[orderbook]]\naddress = \"" << book.where.to_string() << "\"\nversion = \""
        << (book.version == orderbook_version::v4 ? "v4" : "v6") << "\"\n";
}

void stage::start_node(bool log_in, std::size_t node) {
  auto& slot = nodes_[node];
  slot.running.reset();
  const auto log = folder / ("node-" + std::to_string(node) + "-" + std::to_string(++slot.starts) + ".log");
  std::vector<std::string> words{program(), "node", "--config", config_of(node).string()};
  if (node > 0 && !options_.others_run.empty()) words.insert(words.end(), {"--actors", options_.others_run});
  slot.running = std::make_unique<process>(std::move(words), log);
  HEDGEROW_CHECK(slot.running->printed(" ready: API"), slot.running->output().c_str());
  if (logged_in_ || !log_in) return;
  std::string why;
  // The paper broker may be told to answer wrongly: a person would try again, too.
  logged_in_ = eventually(
      [&] {
        why = this->log_in(node);
        return why.empty();
      },
      std::chrono::seconds{30});
  HEDGEROW_CHECK(logged_in_, why.c_str());
  // A fill before the desks have seen the token waits seconds for its order.
  const bool seen = eventually(
      [&] {
        const auto tree = answer_of(node, "/actors", true);
        return tree && tree->body.find("token valid") != std::string::npos;
      },
      std::chrono::seconds{30});
  HEDGEROW_CHECK(seen, "the token does not reach the desks");
}

std::string stage::log_in(std::size_t node) {
  return cli::log_in_at_paper(origin(nodes_[node].api_port), origin(paper_port_), clock_);
}

stage::page stage::ask(std::size_t node, const std::string& path) {
  const auto got = cli::call(*nodes_[node].api, {"GET", path, {}, ""});
  if (!got) return {};
  return {got->status, got->body, http::find_header(got->headers, "Location").value_or("")};
}

void stage::kill_node(std::size_t node) {
  auto& slot = nodes_[node];
  slot.running->signal(SIGKILL);
  slot.running->wait();
  last_output_ = slot.running->output();
}

int stage::stop_node(std::size_t node) {
  auto& slot = nodes_[node];
  slot.running->signal(SIGTERM);
  const int code = slot.running->wait();
  last_output_ = slot.running->output();
  return code;
}

rapidjson::Document stage::get(http::client& from, const std::string& path) {
  rapidjson::Document document;
  const auto answer = cli::call(from, {"GET", path, {}, ""});
  if (answer && answer->status == 200)
    document.Parse<rapidjson::kParseNumbersAsStringsFlag>(answer->body.data(), answer->body.size());
  if (!answer || document.HasParseError() || !document.IsObject()) document.SetObject();
  return document;
}

rapidjson::Document stage::api(const std::string& path) {
  for (std::size_t n = 0; n + 1 < nodes_.size(); ++n)
    if (is_up(n)) return api_of(n, path);
  return api_of(nodes_.size() - 1, path);
}

rapidjson::Document stage::api_of(std::size_t node, const std::string& path) { return get(*nodes_[node].api, path); }

rapidjson::Document stage::admin_of(std::size_t node, const std::string& path) {
  return get(*nodes_[node].admin, path);
}

std::optional<http::response> stage::answer_of(std::size_t node, const std::string& path, bool admin) {
  auto answer = cli::call(admin ? *nodes_[node].admin : *nodes_[node].api, {"GET", path, {}, ""});
  if (!answer) return std::nullopt;
  return std::move(*answer);
}

int stage::admin_post(const std::string& path) {
  const auto answer = cli::call(*nodes_[0].admin, {"POST", path, {{"X-Hedgerow", "1"}}, ""});
  return answer ? answer->status : 0;
}

rapidjson::Document stage::ledger() { return get(*broker_, "/paper/ledger"); }

void stage::trade(const std::string& token, bool sells, const std::string& amount) {
  const auto& where = world_->addresses();
  std::size_t index = 0;
  while (where.equities.at(index).symbol.token != token) ++index;
  const auto& book = where.books.at(0);
  const uint256 equity{shares::parse(amount)->units()};
  const uint256 dollars = equity / 1'000'000'000'000U * 200;
  // The owner's order of this equity knows two tokens: 0 is USDC, 1 the equity. The taker gets what the order gives.
  demo::call_data data{"0x" + demo::find_contract("DemoOrderBookV4").selector("take")};
  data.word(book.owner_orders.at(index))
      .word(uint256{sells ? 0U : 1U})
      .word(uint256{sells ? 1U : 0U})
      .word(sells ? equity : dollars)
      .word(sells ? dollars : equity)
      .word(uint256{0});
  const auto sent = world_->rpc()->send(where.takers.at(0), book.where, data.hex());
  HEDGEROW_CHECK(sent.has_value(), sent ? "" : sent.error().c_str());
  const auto mined = world_->rpc()->mine({*sent});
  HEDGEROW_CHECK(mined.has_value(), mined ? "" : mined.error().c_str());
}

std::string stage::disagreement() {
  const auto chain = world_->net_positions();
  if (!chain) return chain.error();
  const auto positions = api("/positions");
  const auto executions = api("/executions?limit=10000");
  const auto book = ledger();
  if (!positions.HasMember("positions") || !executions.HasMember("executions") || !book.HasMember("orders"))
    return "somebody does not answer";
  std::map<std::string, shares> left = *chain;
  for (const auto& p : positions["positions"].GetArray()) {
    const std::string symbol = p["symbol"].GetString();
    if (amount_of(p["onchain"]) != left[symbol])
      return symbol + ": chain " + left[symbol].to_string() + ", books " + p["onchain"].GetString();
    left.erase(symbol);
    const auto& held = book["positions"];
    const auto broker = held.HasMember(symbol.c_str()) ? amount_of(held[symbol.c_str()]["quantity"]) : shares{};
    if (amount_of(p["schwab"]) != broker)
      return symbol + ": broker " + broker.to_string() + ", books " + p["schwab"].GetString();
    if (amount_of(p["net"]).abs() >= shares::from_whole(1)) return symbol + " is unhedged: " + p["net"].GetString();
    if (p["live_executions"].Size() > 0) return symbol + " has an execution under way";
  }
  for (const auto& [symbol, net] : left)
    if (!net.is_zero()) return symbol + " is missing in the books";
  std::set<std::string> known;
  for (const auto& e : executions["executions"].GetArray()) {
    if (std::string_view{e["state"].GetString()} == "HELD") return std::string{e["id"].GetString()} + " is held";
    if (!e["order_id"].IsNull() && !known.insert(e["order_id"].GetString()).second) return "one order, two executions";
  }
  for (const auto& o : book["orders"].GetArray())
    if (known.erase(o["orderId"].GetString()) == 0)
      return std::string{"an order of nobody: "} + o["orderId"].GetString();
  return known.empty() ? "" : "an execution has an order that the broker does not know: " + *known.begin();
}

}  // namespace hedgerow::test
