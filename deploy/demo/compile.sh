#!/usr/bin/env bash
# Compiles the demo's contracts with the solc of package.json into contracts/build/. Run after every change of a .sol
# file and commit the result: running the demo needs no compiler. Needs Node and npm.
set -euo pipefail
cd "$(dirname "$0")"
command -v npm >/dev/null || { echo "compile.sh needs Node and npm: apt-get install nodejs npm" >&2; exit 1; }
[ -d node_modules/solc ] || npm install --no-package-lock --no-audit --no-fund
exec node compile.mjs
