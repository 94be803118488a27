#include "runtime/adapters/http/client_connection.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "messages/types/check.hpp"
#include "runtime/adapters/http/answer_reader.hpp"
#include "runtime/adapters/http/transport.hpp"

namespace hedgerow::http {
namespace {

using boost::system::error_code;

/// An unused connection is closed after this long: servers close theirs at some time, commonly after 60 s, and a
/// request that crosses such a close has an unknown outcome.
constexpr std::chrono::seconds idle_limit{15};

class connection final : public client_connection, public std::enable_shared_from_this<connection> {
 public:
  explicit connection(connection_owner& owner)
      : owner_{owner}, timer_{owner.io()}, transport_{make_transport(owner.io(), owner.target(), owner.tls())} {}

  void run(job work) override {
    HEDGEROW_CHECK(!work_, "one exchange at a time");
    work_ = std::move(work);
    if (phase_ == phase::idle) {
      reused_ = true;
      return transmit();
    }
    phase_ = phase::connecting;
    arm(owner_.options().connect_timeout, "connecting to " + owner_.target().host_header() + " timed out");
    transport_->connect([self = shared_from_this()](const failure_text& failure) {
      if (self->phase_ != phase::connecting) return;
      if (!failure.empty()) return self->break_off({client_failure::not_sent, failure});
      self->transmit();
    });
  }

  bool fit_for_reuse() override { return phase_ == phase::idle && transport_->fit_for_reuse(); }

  void abandon(const std::string& why) override {
    const bool written = phase_ == phase::exchanging;
    cut_off();
    if (work_) finish({written ? client_failure::no_answer : client_failure::not_sent, why});
  }

 private:
  enum class phase { fresh, connecting, exchanging, idle, closed };

  void transmit() {
    if (work_->write_before && work_->write_before->passed(owner_.clock().monotonic(), owner_.clock().now())) {
      become_idle();
      return finish({client_failure::not_sent, "the time in which the request may be sent is over"});
    }
    phase_ = phase::exchanging;
    reader_.emplace(owner_.options().max_body_bytes, work_->to_head);
    arm(owner_.options().request_timeout, "no answer from " + owner_.target().host_header() + " in time");
    transport_->write(work_->wire, [self = shared_from_this()](const failure_text& failure, bool untouched) {
      if (self->phase_ != phase::exchanging) return;
      if (!failure.empty()) return self->lost(failure, untouched);
      self->read();
    });
  }

  void read() {
    transport_->read(buffer_.data(), buffer_.size(),
                     [self = shared_from_this()](const failure_text& failure, bool ended, std::size_t n) {
                       if (self->phase_ != phase::exchanging) return;
                       if (ended) return self->on_end_of_stream();
                       if (!failure.empty()) return self->lost(failure, false);
                       self->on_bytes({self->buffer_.data(), n});
                     });
  }

  void on_bytes(std::string_view bytes) {
    switch (reader_->feed(bytes)) {
      case answer_reader::state::more: return read();
      case answer_reader::state::bad: return break_off({client_failure::no_answer, reader_->problem()});
      case answer_reader::state::complete: return complete(reader_->reusable());
    }
  }

  void on_end_of_stream() {
    if (reader_->end_of_stream() == answer_reader::state::complete) return complete(false);
    lost(reader_->problem(), false);
  }

  void complete(bool reusable) {
    auto answer = reader_->take();
    if (reusable)
      become_idle();
    else
      close();
    if (!answer) return finish({client_failure::no_answer, std::move(answer.error())});
    deliver(std::move(*answer));
  }

  /// The stream broke while exchanging. A kept-alive connection may have been closed by the peer before the request
  /// reached it; what cannot have been processed, or may be processed twice, is tried again.
  void lost(const failure_text& failure, bool untouched) {
    const bool may_retry = reused_ && !reader_->started() && !work_->retried && (untouched || work_->repeatable);
    if (!may_retry) return break_off({untouched ? client_failure::not_sent : client_failure::no_answer, failure});
    job again = std::move(*work_);
    work_.reset();
    again.retried = true;
    cut_off();
    owner_.on_closed(shared_from_this());
    owner_.retry(std::move(again));
  }

  void break_off(client_error error) {
    cut_off();
    owner_.on_closed(shared_from_this());
    finish(std::move(error));
  }

  void become_idle() {
    phase_ = phase::idle;
    arm(idle_limit, {});
    idle_pending_ = true;
  }

  /// Aborts, so that a request reported as unanswered cannot arrive at the server later.
  void cut_off() {
    phase_ = phase::closed;
    timer_.cancel();
    transport_->abort();
  }

  void close() {
    phase_ = phase::closed;
    timer_.cancel();
    transport_->close();
    owner_.on_closed(shared_from_this());
  }

  void finish(client_error error) { deliver(unexpected(std::move(error))); }

  /// The callback comes before the connection is offered again, so that answers come in the order of their arrival.
  void deliver(expected<response, client_error> result) {
    auto done = std::move(work_->done);
    work_.reset();
    done(std::move(result));
    if (std::exchange(idle_pending_, false) && phase_ == phase::idle) owner_.on_idle(shared_from_this());
  }

  /// After `limit` the exchange fails with `why`; without an exchange the connection is closed.
  void arm(std::chrono::milliseconds limit, std::string why) {
    timer_.expires_after(limit);
    timer_.async_wait([weak = weak_from_this(), why = std::move(why), now = phase_, round = ++armed_](error_code ec) {
      const auto self = weak.lock();
      // A timer that fires while it is being set again reports no error: only its round shows that it is old.
      if (!self || ec || self->phase_ != now || self->armed_ != round) return;
      if (now == phase::idle) return self->close();
      const bool written = now == phase::exchanging;
      self->break_off({written ? client_failure::no_answer : client_failure::not_sent, why});
    });
  }

  connection_owner& owner_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<transport> transport_;
  phase phase_ = phase::fresh;
  bool reused_ = false;
  bool idle_pending_ = false;
  std::uint64_t armed_ = 0;
  std::optional<job> work_;
  std::optional<answer_reader> reader_;
  std::array<char, 16 * 1024> buffer_{};
};

}  // namespace

connection_ptr make_client_connection(connection_owner& owner) { return std::make_shared<connection>(owner); }

}  // namespace hedgerow::http
