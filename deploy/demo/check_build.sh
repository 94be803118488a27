#!/usr/bin/env bash
# Fails when contracts/build/ was not made from the .sol files as they are now.
set -euo pipefail
cd "$(dirname "$0")/contracts"
LC_ALL=C
now=$(cat *.sol | sha256sum | cut -d' ' -f1)
for file in DemoToken DemoOrderBookV4 DemoOrderBookV6; do
  made_from=$(sed -n 's/.*"sources_sha256": "\([0-9a-f]*\)".*/\1/p' "build/$file.json")
  if [ "$made_from" != "$now" ]; then
    echo "deploy/demo/contracts/build/$file.json is older than the sources; run deploy/demo/compile.sh" >&2
    exit 1
  fi
done
