#!/usr/bin/env bash
# Benchmarks on a real Kafka broker, beside yardsticks on the same machine in the same run; prints a table and, last, one
# JSON object. bench_kafka.sh BUILD_DIR
#
# PEERS names a folder with a `run` that measures the same job in Kafka Streams and prints its figures as JSON; where there
# is none, those figures are null. When it is there and fails, so does this. EVENTS, SAMPLES, ROUNDS change how much is measured; BATCH_MAX is bridge.batch_max of the
# pipeline with a backlog, and with it the size of its transactions; without it what nodes have by default.
set -euo pipefail

build=${1:?bench_kafka.sh BUILD_DIR}
here=$(cd "$(dirname "$0")/../.." && pwd)
peers=${PEERS:-$here/../shared/peers}
work=$(mktemp -d "${TMPDIR:-/tmp}/hedgerow-bench.XXXXXX")
figures=$work/figures
broker=
bootstrap=

stop_broker() {
  if [ -n "$broker" ]; then exec 9>&-; wait "$broker" 2>/dev/null || true; broker=; fi
}
trap 'stop_broker; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf 'bench: %s\n' "$*" >&2; }

# One broker for all parts, as the yardsticks have: its code is compiled as it runs, so a fresh one is slow.
start_broker() {
  mkfifo "$work/hold"
  "$build/tests/bench/kafka_bench" serve "$work/kafka" <"$work/hold" >"$work/serving" &
  broker=$!
  exec 9>"$work/hold"
  for _ in $(seq 600); do
    bootstrap=$(head -n 1 "$work/serving")
    [ -n "$bootstrap" ] && return
    kill -0 "$broker" 2>/dev/null || { say "the broker did not start"; exit 1; }
    sleep 0.1
  done
  say "the broker did not start within a minute"
  exit 1
}

# What is linked with -lrdkafka gets the librdkafka that the node has, where that is one of our own build.
lend_rdkafka() {
  local built=$here/build/librdkafka
  [ -f "$built/stamp" ] || return 0
  mkdir -p "$work/lib"
  printf 'INPUT(%s -lssl -lcrypto -lsasl2 -lzstd -llz4 -lz -lm -ldl -lpthread)\n' "$built/lib/librdkafka.a" \
    >"$work/lib/librdkafka.so"
  export CPATH=$built/include${CPATH:+:$CPATH} LIBRARY_PATH=$work/lib${LIBRARY_PATH:+:$LIBRARY_PATH}
}

streams_figures() {
  if [ ! -x "$peers/run" ]; then
    say "no yardstick at $peers: the figures of Kafka Streams are left out"
    return
  fi
  say "Kafka Streams and a bare loop, by $peers/run (about four minutes)"
  if ! (lend_rdkafka; exec "$peers/run" --repeat 1 >"$work/peers.out" 2>"$work/peers.err"); then
    tail -n 20 "$work/peers.err" >&2
    say "the yardstick failed. To measure without it: PEERS=none"
    exit 1
  fi
  tail -n 1 "$work/peers.out" | python3 -c '
import json, sys
run = json.load(sys.stdin)["runs"][-1]
twin, bare = run["twin"], run["bare_loop"]
quickest = min(twin["latency"].values(), key=lambda part: part["p50_ms"])
print("kafka_streams_events_per_s", twin["events_per_s"])
print("kafka_streams_p50_ms", quickest["p50_ms"])
print("kafka_streams_p99_ms", quickest["p99_ms"])
print("peer_bare_loop_events_per_s", bare["events_per_s"])
print("peer_transaction_p50_ms", bare["single_record_transaction"]["transaction_ms_p50"])
print("peer_bare_hop_p50_ms", bare["latency"]["p50_ms"])'
}

streams_figures >>"$figures"
start_broker
say "the pipeline with a backlog, and the same hops without it, several times"
"$build/tests/bench/kafka_bench" throughput "$bootstrap" "${EVENTS:-200000}" 11 ${BATCH_MAX:-} >>"$figures"
say "single transactions"
"$build/tests/bench/kafka_bench" transactions "$bootstrap" "${SAMPLES:-600}" >>"$figures"
say "latency from record to request"
"$build/tests/bench/kafka_bench" latency "$bootstrap" >>"$figures"
say "latency from frame to order"
"$build/tests/bench/latency_bench" "${SAMPLES:-200}" "$bootstrap" >>"$figures"
stop_broker
say "take-over"
"$build/tests/bench/takeover_bench" "${ROUNDS:-20}" >>"$figures"

awk '
function ratio(name, a, b) {
  if (!(a in value) || !(b in value) || value[b] == 0) return
  value[name] = sprintf("%.2f", value[a] / value[b])
  order[++count] = name
}
{ value[$1] = $2; order[++count] = $1 }
END {
  ratio("pipeline_to_kafka_streams", "pipeline_events_per_s", "kafka_streams_events_per_s")
  ratio("pipeline_to_bare_loop", "pipeline_events_per_s", "bare_loop_events_per_s")
  ratio("pipeline_to_two_bare_loops", "pipeline_events_per_s", "two_bare_loops_events_per_s")
  ratio("record_to_request_to_kafka_streams", "record_to_request_p50_ms", "kafka_streams_p50_ms")
  if ("peer_bare_hop_p50_ms" in value) {
    value["record_to_request_to_a_bare_hop"] = sprintf("%.2f", value["record_to_request_p50_ms"] / value["peer_bare_hop_p50_ms"])
    order[++count] = "record_to_request_to_a_bare_hop"
  }
  ratio("frame_to_order_to_its_transactions", "frame_to_order_p50_ms", "frame_transactions_p50_ms")
  if (("transaction_p50_ms" in value) && value["transaction_p50_ms"] > 0) {
    value["frame_to_order_to_three_smallest"] = sprintf("%.2f", value["frame_to_order_p50_ms"] / (3 * value["transaction_p50_ms"]))
    order[++count] = "frame_to_order_to_three_smallest"
  }
  for (i = 1; i <= count; ++i) printf "%-36s %12s\n", order[i], value[order[i]]
  names = "kafka_streams_events_per_s kafka_streams_p50_ms"
  split(names, wanted, " ")
  for (i in wanted) if (!(wanted[i] in value)) { value[wanted[i]] = "null"; order[++count] = wanted[i] }
  for (i = 1; i <= count; ++i) json = json (i == 1 ? "" : ", ") "\"" order[i] "\": " value[order[i]]
  print "{" json "}"
}' "$figures"
