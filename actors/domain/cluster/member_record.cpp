#include "actors/domain/cluster/member_record.hpp"

#include <algorithm>
#include <tuple>

namespace hedgerow::domain {
namespace {

std::string_view major(std::string_view version) { return version.substr(0, version.find('.')); }

auto run_of(const member_record& r) { return std::tie(r.name, r.incarnation); }

}  // namespace

member_record merge_info(const member_record& a, const member_record& b) {
  member_record both = a;
  // Within one run these differ only by being unknown at first; taking the largest gives every node the same result.
  std::tie(both.host, both.port) = std::max(std::tie(a.host, a.port), std::tie(b.host, b.port));
  both.version = std::max(a.version, b.version);
  both.protocol = std::max(a.protocol, b.protocol);
  both.api_port = std::max(a.api_port, b.api_port);
  both.admin_port = std::max(a.admin_port, b.admin_port);
  both.left = a.left || b.left;
  both.sets.insert(both.sets.end(), b.sets.begin(), b.sets.end());
  std::sort(both.sets.begin(), both.sets.end());
  both.sets.erase(std::unique(both.sets.begin(), both.sets.end()), both.sets.end());
  return both;
}

std::vector<member_record> merge_records(std::vector<member_record> a, const std::vector<member_record>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end(), [](const auto& x, const auto& y) { return run_of(x) < run_of(y); });
  std::vector<member_record> all;
  for (const auto& record : a) {
    if (!all.empty() && run_of(all.back()) == run_of(record))
      all.back() = merge_info(all.back(), record);
    else
      all.push_back(merge_info(record, record));
  }
  return all;
}

std::string version_refusal(const member_record& own, std::uint32_t protocol, std::string_view version) {
  if (protocol == own.protocol && major(version) == major(own.version)) return {};
  return "version " + std::string{version} + " (cluster protocol " + std::to_string(protocol) +
         ") does not go together with version " + own.version + " (cluster protocol " + std::to_string(own.protocol) +
         ") of node " + own.name + "; run the same major version on all nodes";
}

bool calls_broker(const member_record& member, const std::vector<std::string>& callers) {
  if (member.sets.empty()) return true;
  return std::any_of(member.sets.begin(), member.sets.end(),
                     [&](const auto& set) { return std::find(callers.begin(), callers.end(), set) != callers.end(); });
}

}  // namespace hedgerow::domain
