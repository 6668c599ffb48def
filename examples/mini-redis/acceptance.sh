#!/usr/bin/env bash
# Compares the server with Redis 7, and checks it with common clients. Steps whose programs are not installed
# are skipped with a message, or fail with NO_SKIP=1.
#
#   apt-get install redis-server redis-tools
#   python3 -m venv v && v/bin/pip install redis      then PYTHON=v/bin/python
#   npm install --prefix n redis                      then NODE_PATH=n/node_modules
set -euo pipefail
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

step() { printf '\n== %s\n' "$1"; }
skip() {
    printf 'skipped: %s\n' "$1"
    [ -z "${NO_SKIP:-}" ] || exit 1
}
has() { command -v "$1" >/dev/null; }

step "build"
cargo build -q --release
program=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/mini-redis-actors

output=$(mktemp)
"$program" --port 0 --debug >"$output" 2>/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$output"' EXIT
until grep -q listening "$output"; do
    kill -0 "$server" || { echo "the server did not start"; exit 1; }
done
address=$(sed -n 's/^listening on //p' "$output")
host=${address%:*} port=${address##*:}
echo "listening on $address"

step "the same replies as redis-server"
if has redis-server; then
    cargo test -q --release --test acceptance -- --nocapture
else
    skip "no redis-server"
fi

step "redis-cli"
if has redis-cli; then
    cli() { redis-cli -h "$host" -p "$port" "$@"; }
    expect() { # expect REPLY WORD...
        local expected=$1 got
        shift
        got=$(cli "$@")
        [ "$got" = "$expected" ] || { printf '%s: expected %s, got %s\n' "$*" "$expected" "$got"; exit 1; }
    }
    expect PONG PING
    expect OK SET greeting "hello world"
    expect "hello world" GET greeting
    expect "hello world" -3 GET greeting
    expect greeting --scan --pattern 'gr*'
    expect OK -n 3 SET other 1
    [ "$(printf 'MULTI\nINCR n\nEXEC\n' | cli | tail -n 1)" = 1 ]
    printf 'SET piped 1\r\nSET piped 2\r\n' | cli --pipe | grep -q 'errors: 0, replies: 2'
    cli INFO server | grep -q redis_version
    cli COMMAND DOCS get | grep -q summary
    expect OK FLUSHALL
    echo "redis-cli passed"
else
    skip "no redis-cli"
fi

step "redis-benchmark, its default tests"
if has redis-benchmark; then
    for options in "-n 2000" "-n 20000 -P 16" "-n 2000 -c 200 -3"; do
        # shellcheck disable=SC2086
        redis-benchmark -h "$host" -p "$port" --csv $options >"$output.csv"
        [ "$(wc -l <"$output.csv")" -ge 19 ] || { cat "$output.csv"; exit 1; }
    done
    rm "$output.csv"
    echo "redis-benchmark passed"
else
    skip "no redis-benchmark"
fi

step "a store that panics under load"
if has redis-benchmark && has redis-cli; then
    # Each panic is the reply to one command and to no other: redis-benchmark loops until it is
    # stopped, and would end at the first error reply or lost connection.
    redis-benchmark -h "$host" -p "$port" -c 50 -P 16 -t set,get -l -q >"$output.load" 2>&1 &
    load=$!
    panics=20 errors=0
    for _ in $(seq "$panics"); do
        reply=$(redis-cli -h "$host" -p "$port" DEBUG PANIC 2>&1)
        case $reply in *"DEBUG PANIC"*) errors=$((errors + 1)) ;; *) echo "DEBUG PANIC: $reply"; exit 1 ;; esac
    done
    kill "$load" || { cat "$output.load"; echo "redis-benchmark ended"; exit 1; }
    wait "$load" || true
    echo "$panics panics, $errors error replies, and none to redis-benchmark"
    [ "$errors" = "$panics" ]
    [ "$(redis-cli -h "$host" -p "$port" PING)" = PONG ]
    rm "$output.load"
else
    skip "no redis-benchmark or no redis-cli"
fi

step "clients that write before they read, that never read, and idle ones"
"$PYTHON" clients/buffers.py "$address" "$server"

step "100,000 elements, and clients that wait for them, give up and vanish"
ELEMENTS=100000 cargo test -q --release --test server no_element

step "redis-py"
if "$PYTHON" -c 'import redis' 2>/dev/null; then
    "$PYTHON" clients/check.py "$address"
else
    skip "no module redis in $PYTHON"
fi

step "node-redis"
if has node && node -e 'require("redis")' 2>/dev/null; then
    node clients/check.mjs "$address"
else
    skip "no node, or no package redis in NODE_PATH"
fi

step "Ctrl-C"
kill -INT "$server"
status=0
wait "$server" || status=$?
[ "$status" = 0 ] || { echo "exit status $status"; exit 1; }
echo "exit status 0"
