#include "actors/bridges/outbound.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hedgerow::bridges {

void outbound::append_all(std::vector<outgoing> all) {
  // Often a step is all there is: that of validation holds thousands of records.
  if (records_.empty())
    records_ = std::move(all);
  else
    records_.insert(records_.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
}

void outbound::depend_on(topic_partition source) {
  if (std::find(owned_.begin(), owned_.end(), source) == owned_.end()) owned_.push_back(source);
}

outbound::verdict outbound::next() const {
  if (!records_.empty() || demanded_ || handled_ > 0) return verdict::commit;
  if (skipped_ == 0) return verdict::nothing;
  // A transaction for the offsets of ignored records alone would double the number of commits.
  return skipped_ >= skipped_max_ || offsets_due_ ? verdict::commit : verdict::wait_for_more;
}

log_transaction outbound::take() {
  log_transaction out;
  out.records = std::exchange(records_, {});
  out.owned = std::exchange(owned_, {});
  for (const auto& [source, next] : offsets_) out.offsets.push_back({source, next});
  offsets_.clear();
  handled_ = skipped_ = 0;
  demanded_ = offsets_due_ = false;
  return out;
}

}  // namespace hedgerow::bridges
