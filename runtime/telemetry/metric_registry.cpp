#include "runtime/telemetry/metric_registry.hpp"

#include "messages/types/check.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

namespace hedgerow::telemetry {

template <class T>
std::shared_ptr<T> metric_registry::find(const ports::metric_family& family, ports::metric_labels labels) {
  const std::lock_guard lock{mutex_};
  auto& known = families_.try_emplace(family.name, entry{family, {}}).first->second;
  HEDGEROW_CHECK(known.family.kind == family.kind && known.family.unit == family.unit, "two metrics of one name");
  auto& found = known.cells.try_emplace(std::move(labels), std::shared_ptr<T>{}).first->second;
  auto& typed = std::get<std::shared_ptr<T>>(found);
  if (!typed) typed = std::make_shared<T>();
  return typed;
}

ports::value_cell metric_registry::value(const ports::metric_family& family, ports::metric_labels labels) {
  HEDGEROW_CHECK(family.kind != ports::metric_kind::histogram, "a histogram is not one number");
  return find<ports::metric_value>(family, std::move(labels));
}

ports::histogram_cell metric_registry::histogram(const ports::metric_family& family, ports::metric_labels labels) {
  HEDGEROW_CHECK(family.kind == ports::metric_kind::histogram, "not a histogram");
  return find<ports::time_histogram>(family, std::move(labels));
}

std::string metric_registry::text() const {
  prometheus_text out;
  const std::lock_guard lock{mutex_};
  for (const auto& [name, known] : families_) {
    out.family(known.family);
    for (const auto& [labels, one] : known.cells) {
      if (const auto* number = std::get_if<ports::value_cell>(&one))
        out.sample_in_unit(labels, (*number)->get());
      else
        out.histogram(labels, *std::get<ports::histogram_cell>(one));
    }
  }
  return out.take();
}

}  // namespace hedgerow::telemetry
