#include "runtime/adapters/http/answer_reader.hpp"

#include <algorithm>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "runtime/adapters/http/inflate.hpp"

namespace hedgerow::http {
namespace {

namespace bh = boost::beast::http;
using boost::system::error_code;
using parser = bh::response_parser<bh::string_body>;

constexpr std::uint32_t header_limit = 64 * 1024;
/// Interim answers (1xx) before the real one.
constexpr int max_interim = 8;

}  // namespace

struct answer_reader::parts {
  std::size_t max_body;
  bool to_head;
  boost::beast::flat_buffer buffer;
  std::optional<parser> parsed;
  std::string problem;
  bool started = false;
  int interim = 0;

  void restart() {
    parsed.emplace();
    parsed->eager(true);
    parsed->header_limit(header_limit);
    parsed->body_limit(max_body);
    parsed->skip(to_head);
  }

  state fail(const error_code& ec) {
    problem = ec == bh::error::body_limit ? "the answer is larger than " + std::to_string(max_body) + " bytes"
                                          : "not an HTTP answer: " + ec.message();
    return state::bad;
  }
};

answer_reader::answer_reader(std::size_t max_body_bytes, bool to_head) : parts_{std::make_unique<parts>()} {
  parts_->max_body = max_body_bytes;
  parts_->to_head = to_head;
  parts_->restart();
}

answer_reader::~answer_reader() = default;

answer_reader::state answer_reader::feed(std::string_view bytes) {
  auto& p = *parts_;
  p.started = p.started || !bytes.empty();
  p.buffer.commit(boost::asio::buffer_copy(p.buffer.prepare(bytes.size()), boost::asio::buffer(bytes)));
  for (;;) {
    error_code ec;
    const auto used = p.parsed->put(p.buffer.data(), ec);
    p.buffer.consume(used);
    if (ec == bh::error::need_more) return state::more;
    if (ec) return p.fail(ec);
    if (!p.parsed->is_done()) {
      if (used == 0 || p.buffer.size() == 0) return state::more;
      continue;
    }
    const unsigned status = p.parsed->get().result_int();
    if (status >= 200 || status == 101) return state::complete;
    if (++p.interim > max_interim) {
      p.problem = "too many interim answers";
      return state::bad;
    }
    p.restart();
    if (p.buffer.size() == 0) return state::more;
  }
}

answer_reader::state answer_reader::end_of_stream() {
  auto& p = *parts_;
  error_code ec;
  if (p.started) p.parsed->put_eof(ec);
  if (!p.started || ec || !p.parsed->is_done()) {
    p.problem = p.started ? "closed in the middle of an answer" : "closed without an answer";
    return state::bad;
  }
  return state::complete;
}

bool answer_reader::started() const { return parts_->started; }
const std::string& answer_reader::problem() const { return parts_->problem; }

bool answer_reader::reusable() const {
  return parts_->buffer.size() == 0 && parts_->parsed->keep_alive() && parts_->parsed->get().result_int() != 101;
}

expected<response, std::string> answer_reader::take() {
  auto message = parts_->parsed->release();
  response result;
  result.status = static_cast<int>(message.result_int());
  const std::string coding{message[bh::field::content_encoding]};
  result.body = std::move(message.body());
  const bool compressed = is_gzip(coding) && !result.body.empty();
  if (compressed) {
    auto plain = inflate_gzip(result.body, parts_->max_body);
    if (!plain) return unexpected(std::move(plain.error()));
    result.body = std::move(*plain);
  }
  for (const auto& field : message) {
    // They describe the bytes on the wire, not those given on.
    if (compressed && (field.name() == bh::field::content_encoding || field.name() == bh::field::content_length))
      continue;
    result.headers.emplace_back(field.name_string(), field.value());
  }
  return result;
}

}  // namespace hedgerow::http
