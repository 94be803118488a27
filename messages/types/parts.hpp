// Values by their type: what a service is configured with, and handles that services share. A service takes what it
// knows the type of, so nobody else needs a list of what there is.
#pragma once

#include <any>
#include <map>
#include <typeindex>
#include <utility>

namespace hedgerow {

class parts {
 public:
  /// Replaces an earlier value of the same type.
  template <class T>
  void put(T value) {
    all_[typeid(T)] = std::move(value);
  }

  /// The value of this type; a default one when none was put.
  template <class T>
  [[nodiscard]] T get() const {
    const auto it = all_.find(typeid(T));
    return it == all_.end() ? T{} : std::any_cast<const T&>(it->second);
  }

  /// For a change in place; makes a default one when none was put.
  template <class T>
  [[nodiscard]] T& at() {
    auto& slot = all_[typeid(T)];
    if (!slot.has_value()) slot = T{};
    return std::any_cast<T&>(slot);
  }

 private:
  std::map<std::type_index, std::any> all_;
};

}  // namespace hedgerow
