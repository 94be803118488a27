#!/bin/sh
# Launches a compiler with ccache: cmake/ccache.sh FOLDER COMPILER ARGUMENTS. Paths below FOLDER count as relative.
export CCACHE_BASEDIR="$1" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
shift

# While ccache preprocesses a header that is to be precompiled again, g++ would read the old result and not the header, and
# ccache would take what was made of the one for what is made of the other (tests/lint/compiler_cache_test.sh).
previous= output= precompiles=
for argument; do
  case $previous in
    -o) output=$argument ;;
    -x) if [ "$argument" = c++-header ]; then precompiles=1; fi ;;
  esac
  previous=$argument
done
if [ -n "$precompiles" ] && [ -n "$output" ]; then rm -f -- "$output"; fi

exec ccache "$@"
