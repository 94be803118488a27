// Probes whether a process listens, on a thread of its own, as that may block. Not a detached actor: CAF 0.17.6 can
// hang while it waits for the thread of an ended one, if its clock stops first.
#pragma once

#include <functional>
#include <memory>

#include "runtime/cluster/endpoint.hpp"
#include "runtime/cluster/tcp_probe.hpp"

namespace hedgerow::cluster {

class prober {
 public:
  using answer = std::function<void(const tcp_probe& result)>;

  prober();
  /// No answer comes afterwards. Waits a little for a probe that is under way; a resolver that is stuck is left alone.
  ~prober();
  prober(const prober&) = delete;
  prober& operator=(const prober&) = delete;

  /// Answers from the prober's thread, one probe after the other, within a second each, plus what the resolver needs.
  void probe(endpoint where, answer done);

 private:
  struct shared;
  std::shared_ptr<shared> state_;
};

}  // namespace hedgerow::cluster
