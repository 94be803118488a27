// How values of a node's JSON are read. Internal to this folder.
#pragma once

#include <rapidjson/document.h>

#include <string_view>

namespace hedgerow::evm {

[[nodiscard]] inline std::string_view text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

/// Null when the object has no such member, or it is null.
[[nodiscard]] inline const rapidjson::Value* member(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

}  // namespace hedgerow::evm
