// One batch on its way through the entities of a bridge: who works on which records, and what is tried again after a
// failure. Pure: it decides, and the bridge sends, waits and writes.
//
// Each entity first gets all of its records at once. When that fails, nobody knows which record was to blame, so they
// are tried one by one, and a record that fails alone too often is given up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "messages/events/record.hpp"
#include "messages/protocol/step.hpp"

namespace hedgerow::bridges {

/// The part of a batch that one entity works on.
struct job {
  std::string key;
  std::uint32_t partition = 0;
  /// Shared with the entity that works on it: a slice of raw events is megabytes.
  std::shared_ptr<protocol::slice> part = std::make_shared<protocol::slice>();
  /// Of the tries one by one: the record whose turn it is, and how often it has failed.
  std::size_t next = 0;
  bool one_by_one = false;
  std::uint32_t attempts = 0;
  /// What is left of it was given back undone.
  bool abandoned = false;

  [[nodiscard]] const std::vector<record>& records() const { return part->records; }
};

class cycle {
 public:
  enum class next_step : std::uint8_t {
    send,        // send what part_to_send() says
    send_later,  // the same after a pause; resumed() when that is over
    end_job,     // nothing is left to send: call end_job()
  };

  struct failure {
    next_step next = next_step::end_job;
    /// The record that is given up, or null; valid until the next begin().
    const record* given_up = nullptr;
    /// How often the record has failed alone.
    std::uint32_t attempts = 0;
  };

  /// Forgets the batch before, which must have ended.
  void begin(bool handed_over);
  /// Records of one entity keep their order.
  void add(std::string key, record&& r);
  /// All records are added. False when there is nobody to send anything to.
  [[nodiscard]] bool start();
  void clear() { jobs_.clear(); }

  [[nodiscard]] std::size_t size() const { return jobs_.size(); }
  [[nodiscard]] const job& at(std::size_t index) const { return jobs_[index]; }
  [[nodiscard]] protocol::slice_ptr part_to_send(std::size_t index) const;
  /// The records were handed over by another bridge and have no place in the log yet.
  [[nodiscard]] bool handed_over() const { return handed_over_; }
  /// Some jobs have not ended.
  [[nodiscard]] bool running() const { return unanswered_ > 0; }
  /// Somebody has an answer to give: not all that is left waits for a pause to pass.
  [[nodiscard]] bool works() const { return unanswered_ > waiting_; }

  /// What was sent is done.
  [[nodiscard]] next_step answered(std::size_t index);
  /// The entity wants the same again after a pause; that is no failure.
  void postponed() { ++waiting_; }
  /// A pause is over.
  void resumed() { --waiting_; }
  /// What was sent has failed. A record that was handed over is never given up: it is abandoned, with those after it.
  [[nodiscard]] failure failed(std::size_t index, std::uint32_t tries);
  /// Leaves the rest of the job undone.
  void abandon(std::size_t index);
  [[nodiscard]] bool abandoned(std::size_t index) const { return jobs_[index].abandoned; }
  /// True when that was the last one of the batch.
  [[nodiscard]] bool end_job();

 private:
  [[nodiscard]] next_step next_of(const job& work) const;

  std::vector<job> jobs_;
  std::unordered_map<std::string, std::size_t> job_of_;
  bool handed_over_ = false;
  std::size_t unanswered_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace hedgerow::bridges
