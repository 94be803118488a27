#include "actors/domain/chain/reading_proof.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::domain {

std::uint64_t reading_proof::reconnected(std::uint64_t planned, std::uint64_t before) {
  proven_to_ = 0;
  const auto unproven = std::exchange(unproven_from_, std::nullopt);
  // A start knows only the checkpoint.
  return branch_is_read_ ? std::min({planned, before, unproven.value_or(before)}) : planned;
}

void reading_proof::extended(std::uint64_t old_tip, std::uint64_t new_tip) {
  if (proven_to_ != 0 && proven_to_ == old_tip) proven_to_ = new_tip;
}

std::optional<std::uint64_t> reading_proof::proven(std::uint64_t tip) {
  branch_is_read_ = true;
  proven_to_ = tip;
  return std::exchange(unproven_from_, std::nullopt);
}

reading_proof::as_asked reading_proof::asked(std::uint64_t head) const {
  return {proven_to_, head - std::min(head, window_)};
}

reading_proof::verdict reading_proof::read(const block_range& range, const as_asked& then, std::uint64_t next) {
  verdict out;
  auto to = std::min({range.to, then.proven_to, proven_to_});
  if (to < range.to) out.in_doubt = doubt(std::max({range.from, to + 1, then.changeable_from}), next);
  if (unproven_from_) to = std::min(to, std::max<std::uint64_t>(*unproven_from_, 1) - 1);
  if (to >= range.from) out.checkpoint = to;
  return out;
}

bool reading_proof::doubt(std::uint64_t from, std::uint64_t next) {
  if (from >= next) return false;
  unproven_from_ = std::min(unproven_from_.value_or(from), from);
  return true;
}

}  // namespace hedgerow::domain
