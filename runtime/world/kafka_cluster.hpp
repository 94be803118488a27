// From the keys of [kafka] to the adapter's options.
#pragma once

#include "config/settings.hpp"
#include "runtime/adapters/kafka/kafka_options.hpp"

namespace hedgerow::world {

/// `values` must have passed config::check.
[[nodiscard]] adapters::kafka_options to_kafka_options(const config::settings& values);

}  // namespace hedgerow::world
