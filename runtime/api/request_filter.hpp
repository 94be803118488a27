// Who may use the API and the admin endpoint. There is no login, so a request is believed when it can only come from
// a program in this network, and not from a web page that a person here happens to have open. Such a page can send a
// GET and a POST without a body to any address that the browser reaches, loopback too, and with a name of its own that
// it points at this address (DNS rebinding) even read the answer. The browser says all that in headers; other programs
// send none of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::api {

enum class caller : std::uint8_t {
  reader,      // reads only, and changes nothing
  person,      // changes something: sends `X-Hedgerow: 1`, which a page of another site cannot
  redirected,  // also a browser that another site, such as the broker, has sent here
};

/// The header that a person's tool sends with what changes something; its value is 1.
inline constexpr const char* person_header = "X-Hedgerow";

/// Why the request is refused (403), for people, with what to do; nothing when it may go on. `allowed_hosts` are the
/// names that this listener has besides localhost and IP addresses.
[[nodiscard]] std::optional<std::string> find_refusal(const http::request& asked, caller may,
                                                      const std::vector<std::string>& allowed_hosts);

}  // namespace hedgerow::api
