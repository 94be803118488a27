#!/usr/bin/env bash
# Are all C++ files formatted as .clang-format says? `--in-place` formats them (`make format`).
set -euo pipefail
cd "$(dirname "$0")/../.."

# Another version formats other lines: the one that setup/install.sh installs, or the machine's own of the same version.
formatter=
for name in build/broker-clients/bin/clang-format clang-format-14 clang-format; do
  case $("$name" --version 2>/dev/null || true) in *' version 14.'*) formatter=$name && break ;; esac
done
if [ -z "$formatter" ]; then
  echo 'clang-format 14 is not installed; run: make setup' >&2
  exit 1
fi

# Nothing made, nothing fetched.
formatted() {
  find . \( -path './.?*' -o -path ./build -o -name node_modules \) -prune -o -name '*.[ch]pp' -printf '%P\0' |
    xargs -0 -n 50 -P 2 "$formatter" --style=file "$@"
}

if [ "${1:-}" = --in-place ]; then
  formatted -i
elif ! formatted --dry-run --Werror; then
  echo 'not formatted as .clang-format says; run: make format' >&2
  exit 1
fi
