// A sequence whose copies share what neither of them has changed, so that the state before a batch can be kept while
// the batch makes a new one of it. Made for queues: items are added at or near the end and taken from the front.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace hedgerow::domain {

/// Items in chunks, which are copied when they are written to while another copy of the sequence has them, too. A copy
/// costs one pointer for each chunk. Copies may be used by different threads, one copy by one thread at a time.
template <class T, std::size_t ChunkSize = 64>
class cow_sequence {
  using chunk = std::vector<T>;

 public:
  /// Goes forward over the items; ends with any change of the sequence.
  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    const_iterator() = default;
    reference operator*() const { return (*(*chunks_)[chunk_])[item_]; }
    pointer operator->() const { return &**this; }
    const_iterator& operator++() {
      if (++item_ == (*chunks_)[chunk_]->size()) {
        ++chunk_;
        item_ = 0;
      }
      return *this;
    }
    const_iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator&, const const_iterator&) = default;

   private:
    friend cow_sequence;
    const_iterator(const std::vector<std::shared_ptr<chunk>>& chunks, std::size_t chunk, std::size_t item)
        : chunks_{&chunks}, chunk_{chunk}, item_{item} {}

    const std::vector<std::shared_ptr<chunk>>* chunks_ = nullptr;
    std::size_t chunk_ = 0;
    std::size_t item_ = 0;
  };

  cow_sequence() = default;
  cow_sequence(const cow_sequence&) = default;
  cow_sequence& operator=(const cow_sequence&) = default;
  /// What is moved from is empty.
  cow_sequence(cow_sequence&& other) noexcept
      : chunks_{std::exchange(other.chunks_, {})},
        dropped_{std::exchange(other.dropped_, 0)},
        size_{std::exchange(other.size_, 0)} {}
  cow_sequence& operator=(cow_sequence&& other) noexcept {
    chunks_ = std::exchange(other.chunks_, {});
    dropped_ = std::exchange(other.dropped_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~cow_sequence() = default;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const_iterator begin() const { return {chunks_, 0, dropped_}; }
  [[nodiscard]] const_iterator end() const { return {chunks_, chunks_.size(), 0}; }
  /// Not of an empty sequence, nor is back().
  [[nodiscard]] const T& front() const { return *begin(); }
  [[nodiscard]] const T& back() const { return chunks_.back()->back(); }

  void push_back(T item) {
    if (chunks_.empty() || chunks_.back()->size() >= ChunkSize) chunks_.push_back(std::make_shared<chunk>());
    writable(chunks_.size() - 1).push_back(std::move(item));
    ++size_;
  }

  /// `count` is at most size().
  void drop_front(std::size_t count) {
    size_ -= count;
    dropped_ += count;
    let_go_of_dropped();
  }

  /// `at` is not the end.
  void replace(const_iterator at, T item) { writable(at.chunk_)[at.item_] = std::move(item); }

  void insert(const_iterator before, T item) {
    if (before == end()) return push_back(std::move(item));
    auto& items = writable(before.chunk_);
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(before.item_), std::move(item));
    ++size_;
    if (items.size() > 2 * ChunkSize) split(before.chunk_);
  }

  /// Of a sequence that is sorted by `key`: the first item whose key is not less than this one.
  template <class Key, class Projection = std::identity>
  [[nodiscard]] const_iterator lower_bound(const Key& wanted, Projection key = {}) const {
    return first_after([&](const T& item) { return std::invoke(key, item) < wanted; });
  }
  /// The same, but greater than this one.
  template <class Key, class Projection = std::identity>
  [[nodiscard]] const_iterator upper_bound(const Key& wanted, Projection key = {}) const {
    return first_after([&](const T& item) { return !(wanted < std::invoke(key, item)); });
  }

 private:
  /// The first item that does not come before; those that do are all in front.
  template <class ComesBefore>
  const_iterator first_after(ComesBefore comes_before) const {  // allow: called by the bounds
    const auto found = std::partition_point(chunks_.begin(), chunks_.end(),
                                            [&](const auto& items) { return comes_before(items->back()); });
    if (found == chunks_.end()) return end();
    const auto index = static_cast<std::size_t>(found - chunks_.begin());
    const auto& items = **found;
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(index == 0 ? dropped_ : 0);
    return {chunks_, index,
            static_cast<std::size_t>(std::partition_point(first, items.end(), comes_before) - items.begin())};
  }

  /// The chunk, after it was copied if another copy of the sequence has it, too. Chunks grow as they are filled: most
  /// sequences have few items.
  chunk& writable(std::size_t index) {  // allow: called by what changes the sequence
    auto& known = chunks_[index];
    if (is_shared(known)) known = std::make_shared<chunk>(*known);
    return *known;
  }

  static bool is_shared(const std::shared_ptr<chunk>& known) {  // allow: called by writable()
#ifdef __SANITIZE_THREAD__
    // It knows no fences, so it would report the writing of a chunk that another thread has just let go of.
    return known != nullptr;
#else
    if (known.use_count() > 1) return true;
    // Another thread may have let go of its copy just now: what it read comes before what is written here.
    std::atomic_thread_fence(std::memory_order_acquire);
    return false;
#endif
  }

  /// Of a chunk that writable() gave.
  void split(std::size_t index) {  // allow: called by insert()
    auto& items = *chunks_[index];
    const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
    auto upper = std::make_shared<chunk>(std::move_iterator{middle}, std::move_iterator{items.end()});
    items.erase(middle, items.end());
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(upper));
    let_go_of_dropped();
  }

  void let_go_of_dropped() {  // allow: called where items are dropped or moved
    while (!chunks_.empty() && dropped_ >= chunks_.front()->size()) {
      dropped_ -= chunks_.front()->size();
      chunks_.erase(chunks_.begin());
    }
  }

  /// None is empty.
  std::vector<std::shared_ptr<chunk>> chunks_;
  /// Items of the first chunk that are no longer part of the sequence.
  std::size_t dropped_ = 0;
  std::size_t size_ = 0;
};

}  // namespace hedgerow::domain
