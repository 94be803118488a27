// The kinds of keys: how text, numbers, durations, ... are checked, taken and shown. Private to config/.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "config/duration.hpp"
#include "config/key_table.hpp"
#include "messages/types/keccak.hpp"

namespace hedgerow::config::kinds {

template <class T>
struct member_traits;
template <class Owner, class T>
struct member_traits<T Owner::*> {
  using owner = Owner;
  using type = T;
};
template <auto Member>
using owner_of = typename member_traits<decltype(Member)>::owner;
template <auto Member>
using type_of = typename member_traits<decltype(Member)>::type;
template <class T>
struct plain {
  using type = T;
};
template <class T>
struct plain<std::optional<T>> {
  using type = T;
};

template <auto Member>
auto& field(void* target) {
  return static_cast<owner_of<Member>*>(target)->*Member;
}
template <auto Member>
const auto& field(const void* target) {
  return static_cast<const owner_of<Member>*>(target)->*Member;
}

/// A check of a text: nothing when it is good, else what it is not.
using text_check = refusal (*)(const std::string& text);

[[nodiscard]] std::string quote(std::string_view text);
[[nodiscard]] std::string quote_list(const std::vector<std::string>& texts);
[[nodiscard]] std::optional<std::int64_t> to_integer(const raw_value& value);
[[nodiscard]] std::optional<bool> to_flag(const raw_value& value);
/// A secret without what files, shells and copying put around it: blanks, line breaks, a byte order mark.
[[nodiscard]] std::string unwrapped(std::string_view secret);
/// A TOML array of texts; from the environment, texts with commas between them.
[[nodiscard]] std::optional<std::vector<std::string>> to_list(const raw_value& value);

// Checks of texts.
[[nodiscard]] refusal any_text(const std::string& text);
[[nodiscard]] refusal not_empty(const std::string& text);
/// One line without control characters; blanks and other alphabets are allowed inside.
[[nodiscard]] refusal one_line(const std::string& text);
/// Visible ASCII without blanks, and not in quotes.
[[nodiscard]] refusal app_credential(const std::string& text);
[[nodiscard]] refusal node_name(const std::string& text);
[[nodiscard]] refusal websocket_url(const std::string& text);
[[nodiscard]] refusal http_origin(const std::string& text);
[[nodiscard]] refusal origin_or_nothing(const std::string& text);
[[nodiscard]] refusal http_url(const std::string& text);
[[nodiscard]] refusal readable_file(const std::string& text);
[[nodiscard]] refusal ip_address(const std::string& text);
[[nodiscard]] refusal host_or_nothing(const std::string& text);
[[nodiscard]] refusal host_name(const std::string& text);
[[nodiscard]] refusal host_and_port(const std::string& text);
[[nodiscard]] refusal hex_key(const std::string& text);
[[nodiscard]] refusal symbol_text(const std::string& text);
[[nodiscard]] refusal marker_text(const std::string& text);
[[nodiscard]] refusal dollars(const std::string& text);
[[nodiscard]] refusal quoted_price(const std::string& text);
[[nodiscard]] refusal whole_shares(const std::string& text);
[[nodiscard]] refusal account_digits(const std::string& text);
[[nodiscard]] refusal account_or_nothing(const std::string& text);
[[nodiscard]] refusal alphanumeric(const std::string& text);

/// An integer in [min, max]; also into optional members.
template <auto Member>
key_spec integer(std::string_view name, std::int64_t min, std::int64_t max, std::string_view meaning) {
  using type = typename plain<type_of<Member>>::type;
  static_assert(std::is_integral_v<type>);
  key_spec key{name, "integer", std::to_string(min) + " to " + std::to_string(max), meaning, false, {}, {}};
  key.assign = [min, max](void* target, const raw_value& value) -> refusal {
    const auto number = to_integer(value);
    if (!number) return "not an integer";
    if (*number < min || *number > max) return "out of range";
    field<Member>(target) = static_cast<type>(*number);
    return std::nullopt;
  };
  key.show = [](const void* target) -> std::string {
    const auto& value = field<Member>(target);
    if constexpr (std::is_integral_v<type_of<Member>>) {
      return std::to_string(value);
    } else {
      return value ? std::to_string(*value) : "";
    }
  };
  return key;
}

template <auto Member>
key_spec duration(std::string_view name, milliseconds min, milliseconds max, std::string_view meaning) {
  key_spec key{name, "duration", format_duration(min) + " to " + format_duration(max), meaning, false, {}, {}};
  key.assign = [min, max](void* target, const raw_value& value) -> refusal {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return "not a duration in quotes, such as \"250ms\", \"30s\", \"5m\", \"2h\", \"1d\"";
    const auto parsed = parse_duration(*text);
    if (!parsed) return "not a duration; write a whole number and ms, s, m, h or d";
    if (*parsed < min || *parsed > max) return "out of range";
    field<Member>(target) = *parsed;
    return std::nullopt;
  };
  key.show = [](const void* target) { return quote(format_duration(field<Member>(target))); };
  return key;
}

template <auto Member>
key_spec flag(std::string_view name, std::string_view meaning) {
  key_spec key{name, "boolean", "true, false", meaning, false, {}, {}};
  key.assign = [](void* target, const raw_value& value) -> refusal {
    const auto parsed = to_flag(value);
    if (!parsed) return "not true or false";
    field<Member>(target) = *parsed;
    return std::nullopt;
  };
  key.show = [](const void* target) { return std::string{field<Member>(target) ? "true" : "false"}; };
  return key;
}

/// Text; `allowed` says in words what `check` accepts.
template <auto Member>
key_spec text(std::string_view name, text_check check, std::string_view allowed, std::string_view meaning) {
  constexpr bool is_secret = std::is_same_v<type_of<Member>, secret>;
  key_spec key{name, is_secret ? "secret" : "text", std::string{allowed}, meaning, is_secret, {}, {}};
  key.assign = [check](void* target, const raw_value& value) -> refusal {
    const auto* given = std::get_if<std::string>(&value.data);
    if (given == nullptr) return "not a text in quotes";
    const std::string text = is_secret ? unwrapped(*given) : *given;
    if (auto problem = is_secret ? one_line(text) : refusal{}) return problem;
    if (auto problem = check(text)) return problem;
    field<Member>(target) = type_of<Member>{text};
    return std::nullopt;
  };
  key.show = [](const void* target) -> std::string {
    if constexpr (is_secret) {
      return field<Member>(target).empty() ? "" : quote("***");
    } else {
      return quote(field<Member>(target));
    }
  };
  return key;
}

/// One of some words. A value may have more than one word; the first is the one that is shown.
template <auto Member>
key_spec choice(std::string_view name, std::vector<std::pair<std::string_view, type_of<Member>>> words,
                std::string_view meaning) {
  std::string allowed;
  for (const auto& word : words) allowed += (allowed.empty() ? "" : ", ") + std::string{word.first};
  key_spec key{name, "word", allowed, meaning, false, {}, {}};
  key.assign = [words](void* target, const raw_value& value) -> refusal {
    const auto* given = std::get_if<std::string>(&value.data);
    if (given == nullptr) return "not a word in quotes";
    for (const auto& word : words) {
      if (word.first == *given) {
        field<Member>(target) = word.second;
        return std::nullopt;
      }
    }
    return "not one of the known words";
  };
  key.show = [words](const void* target) -> std::string {
    const auto found =
        std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.second == field<Member>(target); });
    return found == words.end() ? "" : quote(found->first);
  };
  return key;
}

/// An optional address on the chain.
template <auto Member>
key_spec chain_address(std::string_view name, std::string_view meaning) {
  key_spec key{name,    "address", "0x and 40 hex digits, not zero; in mixed case the EIP-55 checksum must be right",
               meaning, false,     {},
               {}};
  key.assign = [](void* target, const raw_value& value) -> refusal {
    const auto* given = std::get_if<std::string>(&value.data);
    const auto parsed = given == nullptr ? std::nullopt : hedgerow::address::parse(*given);
    if (!parsed || parsed->is_zero()) return "not an address";
    if (!checksum_agrees(*given)) return "the capitals are not its checksum, so a digit may be wrong";
    field<Member>(target) = *parsed;
    return std::nullopt;
  };
  key.show = [](const void* target) {
    const auto& value = field<Member>(target);
    return value ? quote(value->to_string()) : std::string{};
  };
  return key;
}

/// A list of texts without repetition, each accepted by `check`.
template <auto Member>
key_spec list(std::string_view name, text_check check, std::string_view allowed, std::string_view meaning,
              bool may_be_empty = false) {
  key_spec key{name, "list", std::string{allowed}, meaning, false, {}, {}};
  key.assign = [check, may_be_empty](void* target, const raw_value& value) -> refusal {
    auto given = to_list(value);
    if (!given) return "not a list of texts";
    if (given->empty() && !may_be_empty) return "empty";
    for (auto it = given->begin(); it != given->end(); ++it) {
      if (auto problem = check(*it)) return quote(*it) + ": " + *problem;
      if (std::find(given->begin(), it, *it) != it) return quote(*it) + " is there twice";
    }
    field<Member>(target) = std::move(*given);
    return std::nullopt;
  };
  key.show = [](const void* target) { return quote_list(field<Member>(target)); };
  return key;
}

/// A key of the struct that is the member of the section's struct: `within<&execution_settings::rules>(...)`.
template <auto Member>
key_spec within(key_spec key) {
  key.assign = [assign = std::move(key.assign)](void* target, const raw_value& value) {
    return assign(&field<Member>(target), value);
  };
  key.show = [show = std::move(key.show)](const void* target) { return show(&field<Member>(target)); };
  return key;
}

/// [name] with the keys of one member of settings.
template <auto Member>
section_spec section(std::string_view name, std::string_view meaning, std::vector<key_spec> keys) {
  section_spec out;
  out.name = name;
  out.meaning = meaning;
  out.keys = std::move(keys);
  out.open = [](settings& s) -> void* { return &(s.*Member); };
  out.elements = [](const settings& s) { return std::vector<const void*>{&(s.*Member)}; };
  return out;
}

/// [name] with the keys of a rule's policy: the service that has the rule takes it as it is.
template <auto Member>
section_spec policy_section(std::string_view name, std::string_view meaning, std::vector<key_spec> keys) {
  auto out = section<Member>(name, meaning, std::move(keys));
  out.put_policy = [](const settings& s, parts& services) { services.put(s.*Member); };
  out.take_policy = [](settings& s, const parts& services) { s.*Member = services.get<type_of<Member>>(); };
  return out;
}

/// [[name]]
template <auto Member>
section_spec list_section(std::string_view name, std::string_view meaning, std::vector<key_spec> keys) {
  section_spec out;
  out.name = name;
  out.meaning = meaning;
  out.shape = section_shape::list;
  out.keys = std::move(keys);
  out.open = [](settings& s) -> void* { return &(s.*Member).emplace_back(); };
  out.elements = [](const settings& s) {
    std::vector<const void*> all;
    for (const auto& element : s.*Member) all.push_back(&element);
    return all;
  };
  return out;
}

/// [name] with the user's own keys; `find` gives the map that holds them.
[[nodiscard]] section_spec map_section(std::string_view name, std::string_view meaning, std::string_view allowed,
                                       text_check check_key, text_check check_value,
                                       std::map<std::string, std::string>& (*find)(settings&));

}  // namespace hedgerow::config::kinds
