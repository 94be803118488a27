#include "actors/entity/outbox.hpp"

#include "actors/bridges/dead_letters.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::entity {

using bridges::make_dead_letter;

void outbox::dead_letter(const record& failed, std::string_view reason, const std::string& detail) {
  append(make_dead_letter(service_, failed, reason, detail, 1, now_));
}

void outbox::dead_letter(const record& failed, std::string_view reason, const std::string& detail,
                         const dead_letter_alarm& alarm) {
  dead_letter(failed, reason, detail);
  alarm.lately.raise(alarm.notices, service_, alarm.code, reason, alarm.about,
                     std::string{to_string(failed.from.topic)} + " " + failed.key + ": " + std::string{reason} + ": " +
                         detail + "; " + std::string{alarm.advice},
                     now_);
}

void outbox::dead_letter(const std::string& key, const std::string& value, std::string_view reason,
                         const std::string& detail) {
  append(make_dead_letter(service_, key, value, reason, detail, now_));
}

protocol::step_ptr outbox::finish(bool idle) {
  HEDGEROW_CHECK(effects_.empty(), "effects need a place to wait for their commit");
  open().idle = idle;
  return std::exchange(step_, nullptr);
}

protocol::step_ptr outbox::finish(effects& waiting, bool idle, bool unfinished) {
  auto& step = open();
  if (!effects_.empty()) step.ticket = waiting.keep(std::exchange(effects_, {}));
  step.idle = idle && waiting.empty();
  step.unfinished = unfinished || !waiting.empty();
  return std::exchange(step_, nullptr);
}

}  // namespace hedgerow::entity
