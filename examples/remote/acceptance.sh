#!/usr/bin/env bash
# Serves an actor over NATS and calls it from Python. `PYTHON` is one that has `nats-py`.
#
#     bash examples/remote/acceptance.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { [ -z "${NO_SKIP:-}" ] || { echo "$1"; exit 1; }; echo "skipped: $1"; exit 0; }
python=${PYTHON:-python3}
command -v nats-server >/dev/null || skip "\`nats-server\` is not installed (Debian: apt-get install nats-server)"
"$python" -c "import nats" 2>/dev/null || skip "\`nats-py\` is not installed (pip install nats-py)"
cargo build -q -p remote-example
bin=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug
work=$(mktemp -d)
trap 'kill ${serving:-} ${server:-} 2>/dev/null || true; rm -rf "$work"' EXIT

nats-server -a 127.0.0.1 -p -1 --ports_file_dir "$work" >"$work/log" 2>&1 &
server=$!
timeout 20 bash -c "until compgen -G '$work/*.ports' >/dev/null; do sleep 0.05; done"
address=$(sed -n 's/.*\(nats:\/\/127.0.0.1:[0-9]*\).*/\1/p' "$work"/*.ports | head -n 1)
mkfifo "$work/input"
"$bin/remote-example" "$address" counters.eu <"$work/input" >"$work/output" &
serving=$!
exec 3>"$work/input"
timeout 20 bash -c "until grep -q ready '$work/output'; do sleep 0.05; done"
timeout 60 "$python" examples/remote/client.py "$address" counters.eu
