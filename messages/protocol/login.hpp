// What a person's login at the broker is made of. Crosses nodes: the tokens actor lives on one of them.
#pragma once

#include <caf/detail/stringification_inspector.hpp>
#include <caf/meta/type_name.hpp>
#include <string>
#include <type_traits>

namespace hedgerow::protocol {

/// A person came back from the broker with this code. The code is a secret: as text it is ***.
struct login_code {
  std::string code;
  std::string state;
};

/// An empty text means success; otherwise what went wrong, for people.
struct login_result {
  std::string error;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, login_code& x) {
  if constexpr (std::is_base_of_v<caf::detail::stringification_inspector, Inspector>) {
    std::string hidden = "***";
    return f(caf::meta::type_name("login_code"), hidden);
  } else {
    return f(caf::meta::type_name("login_code"), x.code, x.state);
  }
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, login_result& x) {
  return f(caf::meta::type_name("login_result"), x.error);
}

}  // namespace hedgerow::protocol
