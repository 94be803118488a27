#include "runtime/node/node.hpp"
#include "actors/domain/cluster/member_record.hpp"

#include <caf/all.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "runtime/cluster/name_check.hpp"
#include "runtime/cluster/network.hpp"
#include "runtime/node/registry.hpp"
#include "runtime/node/services.hpp"
#include "runtime/version/version.hpp"

namespace hedgerow::node {

using namespace protocol;

namespace {

constexpr std::chrono::seconds answer_timeout{3};

struct node_config : caf::actor_system_config {
  explicit node_config(const node_settings& settings) {
    // An idle worker of the stealing scheduler sleeps up to 10 ms; a fill crosses twenty mailboxes (ADR 0001).
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::max<std::size_t>(3, std::thread::hardware_concurrency()));
    // Without it an actor that always has mail never gives its thread away.
    set("scheduler.max-throughput", std::size_t{300});
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
    add_message_types<caf::id_block::hedgerow_cluster>();
    if (settings.cluster) network_problem = cluster::load_network(*this, settings.cluster_tls);
  }

  std::string network_problem;
};

/// Applies retention and compaction from time to time, on a thread of its own: it may take long.
class maintenance {
 public:
  maintenance(std::shared_ptr<ports::event_log> log, const ports::clock* clock, std::chrono::milliseconds interval)
      : thread_{[this, log = std::move(log), clock, interval] {
          std::unique_lock lock{mutex_};
          while (!stopping_) {
            if (wake_.wait_for(lock, interval, [this] { return stopping_; })) return;
            lock.unlock();
            std::ignore = log->maintain(clock->now());
            lock.lock();
          }
        }} {}

  ~maintenance() {
    {
      const std::scoped_lock lock{mutex_};
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

class running_node final : public node {
 public:
  running_node(node_settings settings, node_ports outside, std::function<void()> on_death)
      : settings_{std::move(settings)},
        outside_{std::move(outside)},
        config_{settings_},
        system_{config_},
        maintenance_{outside_.log, outside_.clock, settings_.log_maintenance} {
    settings_.bridge.notices = settings_.supervision.notices = outside_.notices;
    settings_.bridge.metrics = settings_.gateway.metrics = outside_.metrics;
    auto died = [this, on_death = std::move(on_death)](std::string why) {
      {
        const std::scoped_lock lock{mutex_};
        death_ = std::move(why);
      }
      on_death();
    };
    death_ = find_taken_port();
    if (death_.empty()) death_ = prepare_cluster();
    if (!death_.empty()) return;
    slots_.name_taken = died;
    root_ = spawn_class<supervision::supervisor>(system_, settings_.name, make_services(settings_, outside_, slots_),
                                                 settings_.supervision, outside_.clock, died);
    slots_.root->put(root_.address());
  }

  ~running_node() override {
    if (root_) stop();
    if (system_.has_middleman()) cluster::quiesce_network(system_, settings_.cluster->self.port);
  }

  std::optional<projection_overview> overview() override { return ask<projection_overview>(overview_atom::value); }
  std::optional<trade_page> trades(const trades_query& query) override {
    return ask<trade_page>(trades_atom::value, query);
  }
  std::optional<execution_page> executions(const executions_query& query) override {
    return ask<execution_page>(executions_atom::value, query);
  }

  std::string death() const override {
    const std::scoped_lock lock{mutex_};
    return death_;
  }

  std::optional<actor_status> status() override {
    if (!root_) return std::nullopt;
    caf::scoped_actor self{system_};
    std::optional<actor_status> tree;
    self->request(root_, answer_timeout, status_atom::value)
        .receive([&](actor_status& answer) { tree = std::move(answer); }, [](const caf::error&) {});
    return tree;
  }

  std::vector<std::string> stop() override {
    std::vector<std::string> left;
    if (!root_) return left;
    {
      caf::scoped_actor self{system_};
      // Each child has its own grace; all of them together cannot take longer than their sum.
      self->request(root_, settings_.supervision.grace * 20, drain_atom::value)
          .receive([&](std::vector<std::string>& names) { left = std::move(names); },
                   [&](const caf::error& why) { left.push_back(system_.render(why)); });
      self->send_exit(root_, caf::exit_reason::user_shutdown);
    }
    root_ = nullptr;
    system_.await_all_actors_done();
    return left;
  }

 private:
  template <class Answer, class... Question>
  std::optional<Answer> ask(Question... question) {
    auto model = slots_.model->get();
    if (!model) return std::nullopt;
    caf::scoped_actor self{system_};
    std::optional<Answer> known;
    self->request(model, answer_timeout, question...)
        .receive([&](Answer& answer) { known = std::move(answer); }, [](const caf::error&) {});
    return known;
  }

  /// Why the API or the admin endpoint could not listen; empty when they can. Known before partitions are taken from
  /// others for a node that cannot live.
  std::string find_taken_port() const {
    const auto find = [](const http::server_options& options, const char* key) -> std::string {
      const auto tried = http::make_server(options, [](http::exchange) {});
      return tried ? "" : std::string{key} + " = " + std::to_string(options.port) + ": " + tried.error();
    };
    auto why = serves_api() ? find(settings_.api, "api.port") : std::string{};
    return why.empty() ? find(settings_.admin, "admin.port") : why;
  }

  [[nodiscard]] bool serves_api() const {
    return needs_of(all_services(), [this](auto name) { return settings_.actors.contains(std::string{name}); }).api;
  }

  /// Why this node must not start; empty when it may.
  std::string prepare_cluster() {
    if (!settings_.cluster) return {};
    if (!config_.network_problem.empty()) return config_.network_problem;
    auto& me = settings_.cluster->self;
    me.name = settings_.name;
    me.incarnation = static_cast<std::uint64_t>(outside_.clock->now().us);
    me.version = version;
    me.protocol = domain::cluster_protocol;
    me.sets.assign(settings_.actors.begin(), settings_.actors.end());
    const auto checked = cluster::check_name(system_, *settings_.cluster, *outside_.clock);
    return checked ? "" : checked.error();
  }

  node_settings settings_;
  node_ports outside_;
  slots slots_;
  mutable std::mutex mutex_;
  std::string death_;
  node_config config_;
  caf::actor_system system_;
  maintenance maintenance_;
  protocol::supervisor_actor root_;
};

}  // namespace

std::unique_ptr<node> start_node(node_settings settings, node_ports outside, std::function<void()> on_death) {
  return std::make_unique<running_node>(std::move(settings), std::move(outside), std::move(on_death));
}

}  // namespace hedgerow::node
