// A parent's status with that of its children, who are asked at the same time.
#pragma once

#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "messages/protocol/actor_status.hpp"
#include "messages/protocol/atoms.hpp"

namespace hedgerow::protocol {

/// Collects the statuses of `children`, which keep their order; the last one delivers. A child that has not answered
/// within `patience` is shown as silent: whoever looks at the tree must not wait for one of many.
class roll_call {
 public:
  template <class Self>
  roll_call(Self self, actor_status parent, std::size_t children, std::chrono::milliseconds wait_for_each)
      : patience{wait_for_each},
        answer_{std::move(parent)},
        missing_{children},
        promise_{self->template make_response_promise<actor_status>()} {
    answer_.children.resize(children);
    if (children == 0) promise_.deliver(answer_);
  }

  /// Each place once.
  void put(std::size_t at, actor_status child) {
    answer_.children[at] = std::move(child);
    if (--missing_ == 0) promise_.deliver(std::move(answer_));
  }
  [[nodiscard]] const caf::typed_response_promise<actor_status>& promise() const { return promise_; }

  const std::chrono::milliseconds patience;

 private:
  actor_status answer_;
  std::size_t missing_;
  caf::typed_response_promise<actor_status> promise_;
};

/// Asks the child for its status, or shows `silent` in its place. `known` adds what the parent knows of it.
template <class Self, class Child, class Known>
void call_child(Self self, const std::shared_ptr<roll_call>& call, std::size_t at, const Child& child,
                actor_status silent, Known known) {
  silent.state = run_state::not_answering;
  self->request(child, call->patience, status_atom::value)
      .then([call, at, known](actor_status s) { call->put(at, known(std::move(s))); },
            [call, at, known, silent = std::move(silent)](const caf::error&) { call->put(at, known(silent)); });
}

}  // namespace hedgerow::protocol
