#!/bin/sh
# Runs all benchmarks of a build and prints a table and, last, one JSON object. bench.sh BUILD_DIR
set -eu

build=${1:?bench.sh BUILD_DIR}
work=$(mktemp -d "${TMPDIR:-/tmp}/hedgerow-bench.XXXXXX")
node=
trap 'if [ -n "$node" ]; then kill "$node" 2>/dev/null || true; fi; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
figures=$work/figures

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# Milliseconds from the start of the process to its line "ready", on an empty log, with no node and no broker there.
cold_start() {
  dir=$work/cold-$1
  mkdir "$dir"
  cat >"$dir/node.toml" <<TOML
[node]
data_dir = "$dir/data"
[chain]
ws_url = "ws://127.0.0.1:1"
start_block = 0
owner = "0x1234567890abcdef1234567890abcdef12345678"
[tokens]
usdc = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"
[broker]
base_url = "http://127.0.0.1:1"
app_key = "bench"
app_secret = "bench"
redirect_uri = "http://127.0.0.1:18480/auth/callback"
[oauth]
encryption_key = "5555555555555555555555555555555555555555555555555555555555555555"
[api]
port = 18480
[admin]
port = 18481
[[orderbook]]
address = "0x881cf4c0764e733d9c387f3858ee87cca04affe0"
TOML
  mkfifo "$dir/out"
  begun=$(now_ms)
  "$build/hedgerow" node --config "$dir/node.toml" >"$dir/out" 2>"$dir/err" &
  node=$!
  ready=
  # Kept open until the node has stopped: it prints at its end.
  exec 3<"$dir/out"
  while read -r line <&3; do
    case $line in *" ready"*) ready=$(now_ms); break ;; esac
  done
  if [ -z "$ready" ]; then
    echo "bench: the node did not become ready:" >&2
    cat "$dir/err" >&2
    exit 1
  fi
  kill -TERM "$node"
  wait "$node" || true
  node=
  exec 3<&-
  echo $((ready - begun)) >>"$work/cold"
}

"$build/tests/bench/pipeline_bench" throughput ${EVENTS:-200000} >>"$figures"
"$build/tests/bench/pipeline_bench" memory >>"$figures"
"$build/tests/bench/latency_bench" ${SAMPLES:-500} >>"$figures"
for i in 1 2 3 4 5; do cold_start "$i"; done
echo "cold_start_ms $(sort -n "$work/cold" | sed -n 3p)" >>"$figures"

# Aims are those of docs/performance.md.
awk '
BEGIN {
  split("pipeline_events_per_s >= 50000 frame_to_order_p50_ms <= 2 frame_to_order_p99_ms <= 10 " \
        "replay_events_per_s >= 500000 rss_mb_10k_symbols <= 100 cold_start_ms <= 300", words, " ")
  for (i = 1; i + 2 <= 18; i += 3) { aim[words[i]] = words[i + 1] " " words[i + 2] }
  printf "%-24s %12s   %s\n", "figure", "measured", "aim"
}
{
  met = ""
  if ($1 in aim) {
    split(aim[$1], a, " ")
    met = (a[1] == ">=" ? $2 >= a[2] + 0 : $2 <= a[2] + 0) ? "met" : "missed"
  }
  printf "%-24s %12s   %-12s %s\n", $1, $2, ($1 in aim) ? aim[$1] : "", met
  json = json (json == "" ? "" : ", ") "\"" $1 "\": " $2
}
END { print "{" json "}" }' "$figures"
