#include "actors/entity/entity.hpp"

#include "messages/types/ids.hpp"

namespace hedgerow::entity {

std::optional<std::string> symbol_of(const record& r) {
  if (r.from.topic == topic::control_events) return symbol::parse(r.key) ? std::optional{r.key} : std::nullopt;
  const auto colon = r.key.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return r.key.substr(0, colon);
}

}  // namespace hedgerow::entity
