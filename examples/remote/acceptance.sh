#!/usr/bin/env bash
# Kills members of a group that serves an SQLite database while 64 callers work, and calls another actor from Python.
# `PYTHON` is one that has `nats-py`; `ROUNDS` and `SEED` are those of the first part.
#
#     bash examples/remote/acceptance.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { [ -z "${NO_SKIP:-}" ] || { echo "$1"; exit 1; }; echo "skipped: $1"; exit 0; }
command -v nats-server >/dev/null || skip "\`nats-server\` is not installed (Debian: apt-get install nats-server)"
cargo build -q -p remote-example
bin=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug
work=$(mktemp -d)
trap 'kill ${serving:-} ${server:-} 2>/dev/null || true; rm -rf "$work"' EXIT

nats-server -a 127.0.0.1 -p -1 --ports_file_dir "$work" >"$work/log" 2>&1 &
server=$!
timeout 20 bash -c "until compgen -G '$work/*.ports' >/dev/null; do sleep 0.05; done"
address=$(sed -n 's/.*\(nats:\/\/127.0.0.1:[0-9]*\).*/\1/p' "$work"/*.ports | head -n 1)

timeout 300 "$bin/store" check "$address"

python=${PYTHON:-python3}
"$python" -c "import nats" 2>/dev/null || skip "\`nats-py\` is not installed (pip install nats-py)"
mkfifo "$work/input"
"$bin/remote-example" "$address" counters.eu <"$work/input" >"$work/output" &
serving=$!
exec 3>"$work/input"
timeout 20 bash -c "until grep -q ready '$work/output'; do sleep 0.05; done"
timeout 60 "$python" examples/remote/client.py "$address" counters.eu
