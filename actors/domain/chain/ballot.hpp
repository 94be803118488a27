// One question to several endpoints: which answer counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hedgerow::domain {

/// Counts equal answers. An endpoint answers once; what it says is compared as text.
class ballot {
 public:
  /// So many endpoints must say the same; at least one.
  explicit ballot(std::uint32_t quorum) : quorum_{quorum} {}

  void asked(std::size_t endpoint) { open_.insert(endpoint); }
  void said(std::size_t endpoint, std::string text);
  /// It failed, or was lost, before it answered.
  void failed(std::size_t endpoint) { open_.erase(endpoint); }

  /// The endpoint whose answer counts: the first that said what a quorum said.
  [[nodiscard]] std::optional<std::size_t> decided() const;
  /// How many endpoints more have to be asked so that a quorum may still come about; none once it is decided.
  [[nodiscard]] std::size_t wanted() const;
  [[nodiscard]] bool waits() const { return !open_.empty(); }
  /// Endpoints that said different things: the first of each opinion, in ascending order.
  [[nodiscard]] std::vector<std::size_t> opinions() const;
  /// Those who said something else than what was decided.
  [[nodiscard]] std::vector<std::size_t> dissenters() const;

 private:
  struct opinion {
    std::string text;
    std::vector<std::size_t> of;
  };
  [[nodiscard]] const opinion* strongest() const;

  std::uint32_t quorum_;
  std::set<std::size_t> open_;
  std::vector<opinion> opinions_;
};

}  // namespace hedgerow::domain
