#include "actors/domain/chain/ballot.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::domain {

void ballot::said(std::size_t endpoint, std::string text) {
  if (open_.erase(endpoint) == 0) return;
  const auto same = std::ranges::find(opinions_, text, &opinion::text);
  if (same != opinions_.end())
    same->of.push_back(endpoint);
  else
    opinions_.push_back({std::move(text), {endpoint}});
}

const ballot::opinion* ballot::strongest() const {
  const auto most = std::ranges::max_element(opinions_, {}, [](const auto& o) { return o.of.size(); });
  return most == opinions_.end() ? nullptr : &*most;
}

std::optional<std::size_t> ballot::decided() const {
  const auto* most = strongest();
  if (most == nullptr || most->of.size() < quorum_) return std::nullopt;
  return most->of.front();
}

std::size_t ballot::wanted() const {
  const auto* most = strongest();
  const auto sure = (most == nullptr ? 0 : most->of.size()) + open_.size();
  return sure >= quorum_ ? 0 : quorum_ - sure;
}

std::vector<std::size_t> ballot::opinions() const {
  std::vector<std::size_t> first;
  for (const auto& o : opinions_) first.push_back(*std::ranges::min_element(o.of));
  std::ranges::sort(first);
  return first;
}

std::vector<std::size_t> ballot::dissenters() const {
  std::vector<std::size_t> all;
  const auto* most = strongest();
  for (const auto& o : opinions_)
    if (&o != most) all.insert(all.end(), o.of.begin(), o.of.end());
  return all;
}

}  // namespace hedgerow::domain
