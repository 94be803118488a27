// One answer, from bytes as they come. Internal to this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "messages/types/expected.hpp"
#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::http {

class answer_reader {
 public:
  enum class state { more, complete, bad };

  /// `to_head`: the answer to a HEAD request has no body, even if its header announces one.
  answer_reader(std::size_t max_body_bytes, bool to_head);
  ~answer_reader();
  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

  [[nodiscard]] state feed(std::string_view bytes);
  /// The peer closed: completes an answer that is delimited by it.
  [[nodiscard]] state end_of_stream();

  /// A byte of an answer was seen.
  [[nodiscard]] bool started() const;
  /// After `bad`.
  [[nodiscard]] const std::string& problem() const;
  /// After `complete`: nothing follows and the peer keeps the connection.
  [[nodiscard]] bool reusable() const;
  /// After `complete`: the answer, inflated. Fails when the body cannot be inflated within the limit.
  [[nodiscard]] expected<response, std::string> take();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hedgerow::http
