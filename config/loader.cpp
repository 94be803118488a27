#include "config/loader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "config/suggest.hpp"

namespace hedgerow::config {
namespace {

constexpr std::string_view file_suffix = "_file";
constexpr std::string_view variable_prefix = "HEDGEROW_";

/// Variables of the tests and of the set-up, which may stand in the environment of a person who works on it.
constexpr std::string_view other_variables[] = {"HEDGEROW_CHAOS_ROUNDS", "HEDGEROW_CHAOS_SEED",   "HEDGEROW_CONFIG",
                                                "HEDGEROW_KEEP",         "HEDGEROW_KILL_ROUNDS",  "HEDGEROW_MODEL_RUNS",
                                                "HEDGEROW_NEW_GOLDEN",   "HEDGEROW_WITHOUT_KAFKA"};

const section_spec* find_section(std::string_view name) {
  const auto& all = sections();
  const auto found = std::find_if(all.begin(), all.end(), [&](const section_spec& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const key_spec* find_key(const section_spec& section, std::string_view name) {
  const auto found =
      std::find_if(section.keys.begin(), section.keys.end(), [&](const key_spec& k) { return k.name == name; });
  return found == section.keys.end() ? nullptr : &*found;
}

/// The secret that `name` is the `_file` form of.
const key_spec* find_secret_of_file(const section_spec& section, std::string_view name) {
  if (!name.ends_with(file_suffix)) return nullptr;
  const key_spec* key = find_key(section, name.substr(0, name.size() - file_suffix.size()));
  return key != nullptr && key->secret ? key : nullptr;
}

std::vector<std::string> key_names(const section_spec& section) {
  std::vector<std::string> names;
  for (const key_spec& key : section.keys) {
    names.emplace_back(key.name);
    if (key.secret) names.push_back(std::string{key.name} + std::string{file_suffix});
  }
  return names;
}

std::string in_brackets(const section_spec& section) {
  const std::string name{section.name};
  return section.shape == section_shape::list ? "[[" + name + "]]" : "[" + name + "]";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::optional<std::string> whole_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  std::ostringstream content;
  content << in.rdbuf();
  if (in.bad()) return std::nullopt;
  std::string text = content.str();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

void loader::error(const origin& from, std::string value, std::string problem, std::string allowed,
                   std::string remedy) {
  errors_.push_back(
      {from.source, from.line, from.key, std::move(value), std::move(problem), std::move(allowed), std::move(remedy)});
}

void loader::read_file(std::string_view text) {
  const auto raw = read_toml(text, source_);
  if (!raw) {
    errors_.push_back(raw.error());
    return;
  }
  for (const raw_section& section : *raw) read_section(section);
}

void loader::read_section(const raw_section& raw) {
  if (raw.name.empty()) {
    for (const raw_entry& entry : raw.entries) {
      const origin from{source_, entry.line, entry.key};
      error(from, "", "a key outside of any section", "", "put it below the [section] that it belongs to");
    }
    return;
  }
  const section_spec* spec = find_section(raw.name);
  if (spec == nullptr) {
    // A table that only holds tables is no section of its own: [paper.start_prices] makes an empty `paper`.
    if (!raw.entries.empty() || raw.line != 0) unknown_section(raw);
    return;
  }
  if (raw.in_list != (spec->shape == section_shape::list)) {
    error({source_, raw.line, raw.name}, "", "wrong brackets", in_brackets(*spec), "write " + in_brackets(*spec));
    return;
  }
  if (spec->shape == section_shape::map) {
    read_map(*spec, raw);
  } else {
    read_keys(*spec, raw);
  }
}

void loader::unknown_section(const raw_section& raw) {
  std::vector<std::string> names;
  for (const section_spec& s : sections()) names.emplace_back(s.name);
  const auto meant = nearest(raw.name, names);
  error({source_, raw.line, raw.name}, "", "no such section", joined(names),
        meant ? "did you mean " + in_brackets(*find_section(*meant)) + "?" : "remove it");
}

void loader::read_map(const section_spec& spec, const raw_section& raw) {
  for (const raw_entry& entry : raw.entries) {
    origin from{source_, entry.line, std::string{spec.name} + "." + entry.key};
    raw_value value = entry.value;
    if (!fill_in(value, from, spec.secret)) continue;
    std::string text;
    if (const auto* given = std::get_if<std::string>(&value.data)) text = *given;
    if (const auto* number = std::get_if<std::int64_t>(&value.data)) text = std::to_string(*number);
    const refusal problem = text.empty() ? refusal{"not a text in quotes"} : spec.put(values_, entry.key, text);
    if (problem)
      error(from, spec.secret ? "***" : value.shown, *problem, std::string{spec.allowed}, "correct the entry");
    origins_[from.key] = from;
  }
}

void loader::read_keys(const section_spec& spec, const raw_section& raw) {
  void* target = spec.open(values_);
  std::string prefix{spec.name};
  if (spec.shape == section_shape::list) prefix += "[" + std::to_string(list_sizes_[prefix]++) + "]";
  origins_[prefix] = {source_, raw.line, prefix};
  for (const raw_entry& entry : raw.entries) {
    const origin from{source_, entry.line, prefix + "." + entry.key};
    if (const key_spec* key = find_key(spec, entry.key)) {
      assign(*key, target, entry.value, from);
    } else if (const key_spec* hidden = find_secret_of_file(spec, entry.key)) {
      const bool twice = std::any_of(raw.entries.begin(), raw.entries.end(),
                                     [&](const raw_entry& other) { return other.key == hidden->name; });
      if (twice) {
        error(from, "", "given twice", "", "keep either " + std::string{hidden->name} + " or " + entry.key);
      } else {
        assign_from_file(*hidden, target, entry.value, from);
      }
    } else {
      unknown_key(spec, from, entry.key);
    }
  }
}

void loader::unknown_key(const section_spec& spec, const origin& from, const std::string& name) {
  const std::vector<std::string> names = key_names(spec);
  std::string remedy = "remove it";
  if (const auto meant = nearest(name, names)) {
    remedy = "did you mean " + *meant + "?";
  } else {
    for (const section_spec& other : sections()) {
      if (find_key(other, name) != nullptr) {
        remedy = "it belongs to " + in_brackets(other);
        break;
      }
    }
  }
  // Not the value: it may be a secret under a misspelt name.
  error(from, "", "no such key in " + in_brackets(spec), joined(names), remedy);
}

bool loader::fill_in(raw_value& value, const origin& from, bool is_secret) {
  auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr || !text->starts_with("${") || !text->ends_with("}")) return true;
  const std::string name = text->substr(2, text->size() - 3);
  const auto found = env_.find(name);
  if (found == env_.end() || found->second.empty()) {
    error(from, *text, "the environment variable " + name + " is not set", "", "set " + name + " before the start");
    return false;
  }
  value.from_environment = true;
  value.shown = is_secret ? "***" : found->second;
  value.data = found->second;
  return true;
}

void loader::assign(const key_spec& key, void* target, const raw_value& value, const origin& from) {
  raw_value filled = value;
  if (!fill_in(filled, from, key.secret)) return;
  origins_[from.key] = from;
  if (const refusal problem = key.assign(target, filled)) {
    error(from, key.secret ? "***" : filled.shown, *problem, key.allowed,
          key.secret ? "correct it" : "correct it, or leave it out for the default");
  }
}

void loader::assign_from_file(const key_spec& key, void* target, const raw_value& value, const origin& from) {
  raw_value path = value;
  if (!fill_in(path, from, false)) return;
  const auto* name = std::get_if<std::string>(&path.data);
  const auto content = name == nullptr ? std::nullopt : whole_file(*name);
  if (!content) {
    error(from, path.shown, "not a file that can be read", "name of a file that holds the secret",
          "check the name and the permissions");
    return;
  }
  const raw_value hidden{*content, "***", true};
  const std::string key_path = from.key.substr(0, from.key.size() - file_suffix.size());
  origins_[key_path] = from;
  if (const refusal problem = key.assign(target, hidden)) {
    error(from, path.shown, "the file's content is " + *problem, key.allowed,
          "put the secret, and only it, in the file");
  }
}

void loader::read_environment() {
  std::set<std::string> known;
  for (const section_spec& spec : sections()) {
    if (spec.shape != section_shape::single) continue;
    for (const key_spec& key : spec.keys) {
      const std::string path = std::string{spec.name} + "." + std::string{key.name};
      for (const bool from_file : {false, true}) {
        if (from_file && !key.secret) continue;
        const std::string name = environment_name(spec.name, key.name) + (from_file ? "_FILE" : "");
        known.insert(name);
        const auto found = env_.find(name);
        if (found == env_.end() || found->second.empty()) continue;
        const raw_value value{found->second, found->second.substr(0, 80), true};
        const origin from{"environment variable " + name, 0, path + (from_file ? "_file" : "")};
        from_file ? assign_from_file(key, spec.open(values_), value, from)
                  : assign(key, spec.open(values_), value, from);
      }
    }
  }
  warn_of_unknown_variables(known);
}

void loader::warn_of_unknown_variables(const std::set<std::string>& known) {
  // What all have in common must not make them alike.
  std::vector<std::string> names;
  for (const std::string& name : known) names.push_back(name.substr(variable_prefix.size()));
  for (const auto& [name, value] : env_) {
    if (!name.starts_with(variable_prefix) || known.contains(name)) continue;
    if (std::ranges::find(other_variables, name) != std::end(other_variables)) continue;
    const auto meant = nearest(name.substr(variable_prefix.size()), names);
    warnings_.push_back("environment variable " + name + " is not known and has no effect" +
                        (meant ? "; did you mean " + std::string{variable_prefix} + *meant + "?" : ""));
  }
}

load_result loader::finish() {
  for (auto& book : values_.orderbooks) {
    if (!values_.chain.owner) values_.chain.owner = book.owner;
    if (!book.owner) book.owner = values_.chain.owner;
  }
  for (auto& book : values_.orderbooks) {
    if (!book.owner) book.owner = values_.chain.owner;
  }
  const auto* broker = find_broker(program_.brokers, values_.broker.kind);
  if (broker != nullptr && values_.broker.base_url.empty()) values_.broker.base_url = broker->origin;
  // A refused value has been reported already, and must not be reported as missing, too.
  std::set<std::string> refused;
  for (const config_error& e : errors_) {
    const bool of_file = e.key.ends_with(file_suffix);
    refused.insert(of_file ? e.key.substr(0, e.key.size() - file_suffix.size()) : e.key);
  }
  for (config_error& found : check(values_, program_)) {
    if (refused.contains(found.key)) continue;
    const auto exact = origins_.find(found.key);
    const auto section = origins_.find(found.key.substr(0, found.key.find('.')));
    const origin from = exact != origins_.end()     ? exact->second
                        : section != origins_.end() ? section->second
                                                    : origin{source_, 0, ""};
    found.source = from.source;
    found.line = from.line;
    errors_.push_back(std::move(found));
  }
  if (!errors_.empty()) {
    std::stable_sort(errors_.begin(), errors_.end(),
                     [](const config_error& a, const config_error& b) { return a.line < b.line; });
    return unexpected(std::move(errors_));
  }
  for (std::string& warning : warnings_about(values_, program_)) warnings_.push_back(std::move(warning));
  return loaded{std::move(values_), std::move(warnings_)};
}

}  // namespace hedgerow::config
