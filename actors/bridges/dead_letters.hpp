// Records that could not be processed, made ready for the dead-letters topic.
#pragma once

#include <string>
#include <string_view>

#include "messages/events/record.hpp"

namespace hedgerow::bridges {

/// `reason` is stable snake_case, `detail` is for people.
[[nodiscard]] outgoing make_dead_letter(const std::string& service, const record& failed, std::string_view reason,
                                        const std::string& detail, std::uint32_t attempts, timestamp now);

/// For input that did not come from the log, such as a frame from the node. `key` must be unique within the service.
[[nodiscard]] outgoing make_dead_letter(const std::string& service, const std::string& key, const std::string& value,
                                        std::string_view reason, const std::string& detail, timestamp now);

}  // namespace hedgerow::bridges
