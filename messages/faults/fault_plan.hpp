// Which fault points strike, and when. Text form of a rule: POINT:ACTION, with @N for the Nth pass only or %P for P of
// 100 passes; neither: every pass. "broker.place.after_send:kill@2", "log.commit.before:fail%5".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/faults/fault_point.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::faults {

enum class fault_action : std::uint8_t {
  fail,   // the code takes the failure that the point's row names
  crash,  // injected_crash is thrown
  kill,   // the process ends by SIGKILL
};

struct fault_rule {
  fault_id point{};
  fault_action action = fault_action::fail;
  /// Only this pass, counted from 1; 0: any.
  std::uint64_t nth = 0;
  /// Of 100 passes; 100: each.
  std::uint32_t percent = 100;
};

/// Fails with what is wrong and what is allowed.
[[nodiscard]] expected<fault_rule, std::string> parse_fault_rule(std::string_view text);
[[nodiscard]] std::string to_string(const fault_rule& rule);

/// The rules of the plan that strikes in this process; none without one.
[[nodiscard]] std::vector<std::string> armed_rules();

/// Decides pass by pass. The same rules, seed and passes give the same decisions. Not thread-safe.
class fault_plan {
 public:
  explicit fault_plan(std::vector<fault_rule> rules, std::uint64_t seed = 1);

  /// The action of the first rule that applies to this pass, if one does.
  [[nodiscard]] const fault_rule* pass(fault_id point);
  [[nodiscard]] const std::vector<fault_rule>& rules() const { return rules_; }
  /// How often this point was passed.
  [[nodiscard]] std::uint64_t passes(fault_id point) const { return passes_[point.index]; }

 private:
  std::vector<fault_rule> rules_;
  std::uint64_t seed_;
  std::array<std::uint64_t, fault_points.size()> passes_{};
};

/// Fails with the first rule that is wrong.
[[nodiscard]] expected<fault_plan, std::string> parse_fault_plan(const std::vector<std::string>& rules,
                                                                 std::uint64_t seed = 1);

/// Makes a plan strike in this process until it is destroyed. One at a time: a second one replaces the first. The plan
/// is shared by all nodes of the process.
class armed_plan {
 public:
  explicit armed_plan(fault_plan plan);
  ~armed_plan();
  armed_plan(const armed_plan&) = delete;
  armed_plan& operator=(const armed_plan&) = delete;

  /// How often this point was passed since the plan was armed.
  [[nodiscard]] std::uint64_t passes(fault_id point) const;
};

}  // namespace hedgerow::faults
