#include "actors/bridges/cycle.hpp"

#include "messages/types/check.hpp"

namespace hedgerow::bridges {

void cycle::begin(bool handed_over) {
  HEDGEROW_CHECK(!running(), "the batch before has not ended");
  jobs_.clear();
  job_of_.clear();
  handed_over_ = handed_over;
}

void cycle::add(std::string key, record&& r) {
  const auto [it, fresh] = job_of_.try_emplace(std::move(key), jobs_.size());
  if (fresh) {
    auto& made = jobs_.emplace_back();
    made.key = it->first;
    made.partition = r.from.partition;
  }
  jobs_[it->second].part->records.push_back(std::move(r));
}

bool cycle::start() {
  unanswered_ = jobs_.size();
  waiting_ = 0;
  return unanswered_ > 0;
}

protocol::slice_ptr cycle::part_to_send(std::size_t index) const {
  const auto& work = jobs_[index];
  if (!work.one_by_one) return work.part;
  return std::make_shared<protocol::slice>(protocol::slice{{work.records()[work.next]}});
}

cycle::next_step cycle::next_of(const job& work) const {
  return work.next < work.records().size() ? next_step::send : next_step::end_job;
}

cycle::next_step cycle::answered(std::size_t index) {
  auto& work = jobs_[index];
  work.attempts = 0;
  if (!work.one_by_one) return next_step::end_job;
  ++work.next;
  return next_of(work);
}

cycle::failure cycle::failed(std::size_t index, std::uint32_t tries) {
  auto& work = jobs_[index];
  if (!work.one_by_one) {
    // The answer to the whole slice is lost, so none of its records counts as tried.
    work.one_by_one = true;
    work.next = 0;
    return {next_step::send, nullptr, 0};
  }
  failure out;
  out.attempts = ++work.attempts;
  if (work.attempts < tries) {
    ++waiting_;
    out.next = next_step::send_later;
    return out;
  }
  work.attempts = 0;
  if (handed_over_) {
    abandon(index);
    return out;
  }
  out.given_up = &work.records()[work.next];
  ++work.next;
  out.next = next_of(work);
  return out;
}

void cycle::abandon(std::size_t index) {
  jobs_[index].next = jobs_[index].records().size();
  jobs_[index].abandoned = true;
}

bool cycle::end_job() { return --unanswered_ == 0; }

}  // namespace hedgerow::bridges
