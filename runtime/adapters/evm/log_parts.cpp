#include "runtime/adapters/evm/log_parts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/adapters/evm/rpc_request.hpp"

namespace hedgerow::evm {
namespace {

using ports::chain_error;
using ports::chain_failure;
using ports::evm_log_query;
using ports::evm_logs;

/// Blocks are read in order, and a refused one is read again soon: these are of a few blocks.
constexpr std::size_t most_remembered = 1024;

/// Smaller questions about the same block; none when there is no smaller one.
std::vector<evm_log_query> parts_of(const evm_log_query& whole) {
  std::vector<evm_log_query> parts;
  if (whole.from != whole.to) return parts;
  if (whole.books.size() > 1) {
    const auto middle = whole.books.begin() + static_cast<std::ptrdiff_t>(whole.books.size() / 2);
    parts.push_back({whole.from, whole.to, {whole.books.begin(), middle}, whole.topic0});
    parts.push_back({whole.from, whole.to, {middle, whole.books.end()}, whole.topic0});
  } else if (whole.topic0.size() > 1) {
    for (const auto& topic : whole.topic0) parts.push_back({whole.from, whole.to, whole.books, {topic}});
  }
  return parts;
}

/// Some nodes send more than was asked for; each log must come once.
void keep_asked(evm_logs& answer, const evm_log_query& part) {
  if (part.topic0.empty()) return;
  const auto other = [&](const hash32& topic) { return std::ranges::find(part.topic0, topic) == part.topic0.end(); };
  std::erase_if(answer.logs, [&](const auto& l) { return l.log.topics.empty() || other(l.log.topics[0]); });
}

/// One block, part after part.
class parts_reader : public std::enable_shared_from_this<parts_reader> {
 public:
  parts_reader(log_questions node, std::shared_ptr<refused_questions> refused, evm_log_query whole,
               ports::chain_callback<evm_logs> done)
      : node_{std::move(node)}, refused_{std::move(refused)}, whole_{std::move(whole)}, done_{std::move(done)} {}

  void start() {
    if (parts_of(whole_).empty()) return node_.logs(whole_, nullptr, std::move(done_));
    if (refused_->has(whole_)) return begin_parts();
    node_.logs(whole_, nullptr, [self = shared_from_this()](auto answer) {
      if (answer || answer.error().kind != chain_failure::range_too_wide) return self->done_(std::move(answer));
      self->refused_->add(self->whole_);
      self->begin_parts();
    });
  }

 private:
  void begin_parts() {
    node_.header(whole_.from, [self = shared_from_this()](auto header) {
      if (!header) return self->done_(unexpected(std::move(header.error())));
      if (!*header) return self->fail(chain_failure::rpc_error, "the node does not have the block");
      self->block_ = (*header)->hash;
      self->split(parts_of(self->whole_));
      self->next();
    });
  }

  void next() {
    while (!left_.empty()) {
      const auto part = std::move(left_.back());
      left_.pop_back();
      auto smaller = parts_of(part);
      if (!smaller.empty() && refused_->has(part)) {
        split(std::move(smaller));
        continue;
      }
      return node_.logs(part, &block_,
                        [self = shared_from_this(), part](auto answer) { self->take(part, std::move(answer)); });
    }
    done_(std::move(got_));
  }

  void take(const evm_log_query& part, expected<evm_logs, chain_error> answer) {
    if (answer) return collect(part, std::move(*answer));
    auto& why = answer.error();
    if (why.kind == chain_failure::range_too_wide) {
      auto smaller = parts_of(part);
      if (smaller.empty()) return fail(why.kind, of(part) + ": " + why.detail);
      refused_->add(part);
      split(std::move(smaller));
      return next();
    }
    done_(unexpected(std::move(why)));
  }

  void split(std::vector<evm_log_query> smaller) {
    // The first is asked first.
    left_.insert(left_.end(), std::make_move_iterator(smaller.rbegin()), std::make_move_iterator(smaller.rend()));
  }

  void collect(const evm_log_query& part, evm_logs answer) {
    keep_asked(answer, part);
    for (auto& seen : answer.logs) {
      if (seen.log.ref.block_hash != block_) return fail(chain_failure::malformed, "a log of another block came");
      got_.logs.push_back(std::move(seen));
    }
    for (auto& bad : answer.malformed)
      if (!std::ranges::count(got_.malformed, bad.text, &ports::malformed_evm_log::text))
        got_.malformed.push_back(std::move(bad));
    next();
  }

  static std::string of(const evm_log_query& part) {
    std::string text = "logs";
    if (!part.books.empty()) text += " of contract " + part.books.front().to_string();
    if (!part.topic0.empty()) text += " with topic " + part.topic0.front().to_string();
    return text;
  }

  void fail(chain_failure kind, const std::string& why) {
    done_(unexpected(chain_error{kind, "block " + std::to_string(whole_.from) + " in parts: " + why}));
  }

  log_questions node_;
  std::shared_ptr<refused_questions> refused_;
  evm_log_query whole_;
  ports::chain_callback<evm_logs> done_;
  hash32 block_;
  std::vector<evm_log_query> left_;
  evm_logs got_;
};

}  // namespace

bool refused_questions::has(const evm_log_query& query) const {
  const std::lock_guard lock{mutex_};
  return !texts_.empty() && std::ranges::find(texts_, log_params(query)) != texts_.end();
}

void refused_questions::add(const evm_log_query& query) {
  const std::lock_guard lock{mutex_};
  if (texts_.size() >= most_remembered) texts_.pop_front();
  texts_.push_back(log_params(query));
}

void ask_in_parts(log_questions node, std::shared_ptr<refused_questions> refused, ports::evm_log_query query,
                  ports::chain_callback<ports::evm_logs> done) {
  std::make_shared<parts_reader>(std::move(node), std::move(refused), std::move(query), std::move(done))->start();
}

}  // namespace hedgerow::evm
