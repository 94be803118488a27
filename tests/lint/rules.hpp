// The rules of the house that a compiler does not check. Each takes the tree and gives all breaches of one rule.
#pragma once

#include <filesystem>

#include "source_tree.hpp"

namespace hedgerow::lint {

using tree = std::vector<source_file>;

/// Third-party and system headers stay in the folders that may know them.
[[nodiscard]] violations headers_in_wrong_folders(const tree& files);
/// Clocks, randomness, sleeping, the environment, terminal output, binary floating point, endless waiting, notes to
/// self. A line with `// allow: reason` is let through.
[[nodiscard]] violations banned_words(const tree& files);
/// utils, helpers, misc, common: names that say nothing.
[[nodiscard]] violations catch_all_names(const tree& files);
/// C++ files over 400 lines, functions over 70.
[[nodiscard]] violations too_long(const tree& files);
/// Lines of C++ wider than 120 columns.
[[nodiscard]] violations wide_lines(const tree& files);
/// Tests and suites whose names are not words with capitals.
[[nodiscard]] violations odd_test_names(const tree& files);
/// Every actors/domain/**.cpp is named by a test, itself or by the header that it implements.
[[nodiscard]] violations untested_rules(const tree& files);
/// A function that a header below actors/domain/ declares is used by the program, not only by tests. A line with
/// `// allow: reason` is let through.
[[nodiscard]] violations uncalled_rules(const tree& files);
/// Headers that a file includes and uses nothing of. Judged by the names that a header declares; standard headers by
/// the names that only they give. A line with `// allow: reason` is let through.
[[nodiscard]] violations unused_includes(const tree& files);
/// Names of the standard library that a header uses although neither it nor a header of ours that it includes has the
/// standard header for them: a precompiled header would hide it from the compiler.
[[nodiscard]] violations missing_includes(const tree& files);
/// A source includes its own header before any other, which shows that the header compiles alone.
[[nodiscard]] violations own_header_not_first(const tree& files);
/// Every *_actor.hpp is included by a test.
[[nodiscard]] violations untested_actors(const tree& files);
/// `typed_actor<` outside of messages/protocol/interfaces.hpp: the map of the actors is one file. A class adds its
/// private messages with `::extend<`.
[[nodiscard]] violations interfaces_elsewhere(const tree& files);
/// ask_atom, tell_atom and their like: atoms that do not say what is asked.
[[nodiscard]] violations catch_all_verbs(const tree& files);
/// Types allowed as messages that are, or hold, a std::function.
[[nodiscard]] violations closures_as_messages(const tree& files);
/// Relative links of Markdown files lead somewhere.
[[nodiscard]] violations dead_links(const tree& files, const std::filesystem::path& root);
/// `(facts, 5.6)` and `(order-protocol, 4)` name a heading or a rule of docs/domain/; a numbered citation of any other
/// document, such as `(architecture, section 3)`, is a breach.
[[nodiscard]] violations unresolved_citations(const tree& files);

/// Names of services, as literals of the program, outside of the service's own folder. The services are those that
/// define `service_name` in a `*_service.hpp`.
[[nodiscard]] violations service_names_elsewhere(const tree& files);

/// Lines of code, of tests, build files, scripts and TOML with three names of services: a list that somebody has to
/// keep. Also a descriptor that another file than the registry takes.
[[nodiscard]] violations lists_of_services(const tree& files);

/// Services that runtime/node/registry.cpp does not include.
[[nodiscard]] violations services_not_listed(const tree& files);

}  // namespace hedgerow::lint
