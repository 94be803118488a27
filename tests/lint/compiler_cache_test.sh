#!/usr/bin/env bash
# compiler_cache_test.sh SOURCE_DIR COMPILER OPTIONS...: what a compiler cache gives is made of the headers as they are, also
# when they are precompiled, changed, and another checkout has changed them in another way. OPTIONS: those that all that
# is precompiled is compiled with.
set -euo pipefail
source=$1 compiler=$2
shift 2
options=("$@")
command -v ccache >/dev/null || { echo "no ccache: nothing to try"; exit 0; }
work=$(mktemp -d "${TMPDIR:-/tmp}/hedgerow-ccache.XXXXXX")
trap 'rm -rf "$work"' EXIT
export CCACHE_DIR=$work/cache
unset CCACHE_DISABLE CCACHE_REMOTE_STORAGE

# build CHECKOUT: precompiles and compiles as CMake has it done.
build() {
  local launch=("$source/cmake/ccache.sh" "$work/$1" "$compiler" -std=c++20 "${options[@]}" -Winvalid-pch)
  cd "$work/$1/build"
  "${launch[@]}" -x c++-header -include "$work/$1/build/pch.hxx" -o pch.hxx.gch -c pch.hxx.cxx
  "${launch[@]}" -include "$work/$1/build/pch.hxx" -o main.o -c ../main.cpp
  "$compiler" -o main main.o
  ./main
}

# checkout NAME
checkout() {
  mkdir -p "$work/$1/build"
  printf '#pragma once\n#include <vector>\n#define FACTOR 1\ninline int value() { return 1; }\n' >"$work/$1/value.hpp"
  printf '#include "../value.hpp"\n' >"$work/$1/build/pch.hxx"
  : >"$work/$1/build/pch.hxx.cxx"
  printf '#include <cstdio>\n#include "value.hpp"\nint main() { std::printf("%%d\\n", value() * FACTOR); }\n' >"$work/$1/main.cpp"
}

failures=0
expect() {
  local what=$1 wanted=$2 got=$3
  if [ "$wanted" != "$got" ]; then
    echo "$what: $got in place of $wanted"
    failures=$((failures + 1))
  fi
}

checkout one
checkout two
expect "the first" 1 "$(build one)"
expect "the same in another checkout" 1 "$(build two)"
sed -i 's/return 1/return 2/' "$work/one/value.hpp"
expect "after a change" 2 "$(build one)"
sed -i 's/return 1/return 3/' "$work/two/value.hpp"
expect "after another change in another checkout" 3 "$(build two)"
sed -i 's/FACTOR 1/FACTOR 5/' "$work/one/value.hpp"
expect "after a macro has changed" 10 "$(build one)"
checkout three
expect "a third checkout" 1 "$(build three)"
hits=$(ccache --print-stats | awk '/^(direct|preprocessed)_cache_hit/ { sum += $2 } END { print sum }')
expect "objects that were found" 4 "$hits"
exit "$((failures > 0))"
