#!/usr/bin/env bash
# Makes a Debian 12 machine able to build and run Hedgerow: installs what setup/packages.txt names and is missing, then
# builds librdkafka where Debian's is too old, installs other people's clients of the broker for the tests
# (setup/broker-clients.txt) and clang-format (setup/formatter.txt), and fetches anvil (the demo's EVM node,
# setup/anvil.sh) and, with Maven, a Kafka broker (for the demo and the tests).
# Does nothing, quickly, when everything is there.
#
#   setup/install.sh [--to-build] [--without-kafka] [--without-clients] [--yardsticks]
#
# --to-build installs only what compiling needs; the rest can then be installed while the compiler runs.
# --without-kafka, or HEDGEROW_WITHOUT_KAFKA=1 in the environment, leaves out the broker, Java and Maven.
# --without-clients leaves out the clients of the broker and clang-format, which only tests run.
# --yardsticks adds what the benchmarks on Kafka need to build what they measure beside (setup/yardsticks.txt).
set -euo pipefail
cd "$(dirname "$0")/.."

lists=(setup/packages.txt)
kafka=deploy/demo/kafka
log=build/setup.log
clients=build/broker-clients
kafka_wanted=1
clients_wanted=1
to_build=0
# What runs or fetches something, and compiles nothing.
not_to_build='openjdk-17-jre-headless|maven|python3|python3-venv|openssl'

. setup/librdkafka.sh
. setup/anvil.sh

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

have_javac() { command -v javac >/dev/null; }

have_venv() { command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null; }

have_java() {
  local version
  command -v java >/dev/null && version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || return 1
  [ "$version" -ge 17 ] 2>/dev/null
}

# Names of the packages that are needed and not installed, one per line.
missing_packages() {
  local wanted installed
  wanted=$(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "${lists[@]}")
  if have_javac; then wanted=$(grep -vx 'openjdk-17-jdk-headless' <<<"$wanted"); fi
  if command -v python3 >/dev/null; then wanted=$(grep -vx 'python3' <<<"$wanted"); fi
  if [ "$clients_wanted" = 0 ] || have_venv; then wanted=$(grep -vx 'python3-venv' <<<"$wanted"); fi
  if [ "$kafka_wanted" = 0 ] || have_java; then wanted=$(grep -vx 'openjdk-17-jre-headless' <<<"$wanted"); fi
  if [ "$kafka_wanted" = 0 ] || have_jars || command -v mvn >/dev/null; then
    wanted=$(grep -vx 'maven' <<<"$wanted")
  fi
  # Built where Debian's is too old; before the package lists are there, it is not known whether it is.
  if ! have_built_rdkafka && packaged_rdkafka; then
    wanted=$(grep -vxE 'libsasl2-dev|libzstd-dev|liblz4-dev|patch|xz-utils' <<<"$wanted")
  else
    wanted=$(grep -vx 'librdkafka-dev' <<<"$wanted")
  fi
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
    sed -n 's/ installed$//p' || true)
  grep -vxF -f <(printf '%s\n' "$installed" | sed '/^$/d') <<<"$wanted" || true
}

# The package lists are fetched only when they do not know a package, or are older than a day.
lists_are_fresh() {
  local newest
  newest=$(find /var/lib/apt/lists -name '*_Packages*' -mtime -1 -print -quit 2>/dev/null)
  [ -n "$newest" ] && apt-cache show "$@" >/dev/null 2>&1
}

# Copies what apt says to the log and shows how far it is: one changing line on a terminal, else a line now and then.
show_progress() {
  local total=0 count=0 line tty=0
  if [ -t 1 ]; then tty=1; fi
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    case $line in
      *' newly installed, '*)
        total=$(sed -E 's/.* ([0-9]+) newly installed.*/\1/' <<<"$line")
        say "with what they depend on: $total packages" ;;
      'Setting up '*)
        count=$((count + 1))
        if [ "$tty" = 1 ]; then
          printf '\r\033[Ksetup: %d of %s: %.60s' "$count" "$total" "${line#Setting up }"
        elif [ $((count % 50)) = 0 ]; then
          say "$count of $total set up"
        fi ;;
    esac
  done
  if [ "$tty" = 1 ] && [ "$count" -gt 0 ]; then printf '\r\033[K'; fi
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" </dev/null 2>&1
}

install_packages() {
  local begun=$SECONDS
  [ "$(id -u)" = 0 ] || fail "missing: $*. Run as root: sudo setup/install.sh"
  say "$# packages are missing:"
  for name in "$@"; do awk -v name="$name" '$1 == name { print "  " $0 }' "${lists[@]}"; done
  mkdir -p build
  if ! lists_are_fresh "$@"; then
    say "fetching the package lists"
    apt update -q >>"$log" || fail "apt-get update failed; see $log: $(tail -n 1 "$log")"
  fi
  say "downloading and installing (details in $log)"
  apt install -y -q --no-install-recommends "$@" | show_progress ||
    { tail -n 20 "$log" >&2; fail "apt-get install failed; see $log"; }
  say "packages installed in $((SECONDS - begun)) s"
}

pip_lists=(setup/broker-clients.txt setup/formatter.txt)

# Complete when the copy of the lists is there, which is made last.
have_clients() { cat "${pip_lists[@]}" | cmp -s - "$clients/installed.txt"; }

install_clients() {
  local begun=$SECONDS attempt
  if [ "$clients_wanted" = 0 ] || have_clients; then return 0; fi
  say "installing other people's clients of the broker, and clang-format, for the tests, with pip (about 85 MB)"
  mkdir -p build
  for attempt in first second; do
    rm -rf "$clients"
    if python3 -m venv "$clients" >>"$log" 2>&1 &&
      "$clients/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "${pip_lists[@]/#/--requirement=}" \
        </dev/null >>"$log" 2>&1; then
      cat "${pip_lists[@]}" >"$clients/installed.txt"
      say "clients installed in $((SECONDS - begun)) s"
      return 0
    fi
    if [ "$attempt" = first ]; then say "pip failed, perhaps because of the network: trying once more"; fi
  done
  tail -n 20 "$log" >&2
  fail "pip did not install ${pip_lists[*]}; see $log"
}

# Copies the broker's jars to the folder $1.
copy_jars() {
  mvn --batch-mode --quiet --update-snapshots -Dstyle.color=never -f "$kafka/pom.xml" \
    dependency:copy-dependencies -DoutputDirectory="$1" </dev/null >>"$log" 2>&1
}

# The folder gets its name, and a copy of the pom.xml it was made from, when all jars are in it.
have_jars() { cmp -s "$kafka/pom.xml" "$kafka/libs/pom.xml"; }

install_kafka() {
  local begun=$SECONDS partial attempt
  if [ "$kafka_wanted" = 0 ] || have_jars; then return 0; fi
  say "fetching Kafka's jars (about 95, 55 MB), the broker of the demo and the tests, with Maven"
  mkdir -p build
  find "$kafka" -maxdepth 1 -name 'libs.*' -mmin +60 -exec rm -rf {} +
  partial=$(mktemp -d "$PWD/$kafka/libs.XXXXXX")
  for attempt in first second; do
    if copy_jars "$partial"; then break; fi
    if [ "$attempt" = second ]; then
      rm -rf "$partial"
      tail -n 20 "$log" >&2
      fail "mvn did not fetch Kafka's jars; see $log. To do without the broker: --without-kafka"
    fi
    say "mvn failed, perhaps because of the network: trying once more"
  done
  cp "$kafka/pom.xml" "$partial/"
  chmod 755 "$partial"
  rm -rf "$kafka/libs"
  mv -T "$partial" "$kafka/libs" 2>/dev/null || rm -rf "$partial"  # somebody else was quicker
  have_jars || fail "cannot make the folder $kafka/libs"
  say "Kafka fetched in $((SECONDS - begun)) s"
}

case ${HEDGEROW_WITHOUT_KAFKA:-0} in 0) ;; *) kafka_wanted=0 ;; esac
for argument in "$@"; do
  case $argument in
    --to-build) to_build=1 ;;
    --without-kafka) kafka_wanted=0 ;;
    --without-clients) clients_wanted=0 ;;
    --yardsticks) lists+=(setup/yardsticks.txt) ;;
    *) fail "unknown: $argument. Usage: setup/install.sh [--to-build] [--without-kafka] [--without-clients] [--yardsticks]" ;;
  esac
done
mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ] && [ "$(id -u)" != 0 ]; then
  fail "missing: ${missing[*]}. Run as root: sudo setup/install.sh"
fi
if [ "$to_build" = 1 ]; then
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vxE "$not_to_build|" || true)
fi
if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; fi
if [ "$to_build" = 1 ]; then
  install_rdkafka
  exit
fi
# Fetching waits for the network and building for the processors.
install_kafka &
fetching=$!
trap 'kill "$fetching" 2>/dev/null || true' EXIT
install_rdkafka
install_clients
install_anvil
wait "$fetching"
