#!/usr/bin/env bash
# Tests the job board: programs/jobs.sh PROGRAM, with DATABASE_URL set and, if there is a browser, CHROMIUM.
set -euo pipefail
program=$1
directory=$(mktemp -d)
server= readers=() takers=()
finish() {
    for reader in "${readers[@]}"; do kill "$reader" 2>/dev/null || true; done
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$directory"
}
trap finish EXIT
# wait_for COMMAND..: until it succeeds, for at most 30 s
wait_for() {
    local end=$((SECONDS + 30))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || { echo "not within 30 s: $*"; tail "$directory"/*; exit 1; }
        sleep 0.05
    done
}

"$program" >"$directory/server" 2>&1 &
server=$!
wait_for grep -q listening "$directory/server"
url=$(sed -n 's/^listening on //p' "$directory/server")
post() { curl -sf -X POST --data-binary "$1" "$url/jobs"; }
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

# Two browsers.
for reader in 1 2; do
    : >"$directory/events$reader"
    curl -sN "$url/events" >>"$directory/events$reader" &
    readers+=($!)
    wait_for grep -q '^event: reload' "$directory/events$reader"
done
curl -sf "$url/" | grep -q '<h1>Jobs</h1>'
[ "$(curl -sf "$url/jobs")" = "[]" ]

id=$(post "Paint the fence")
for reader in 1 2; do
    wait_for grep -qF "data: {\"id\":$id,\"title\":\"Paint the fence\",\"taken_by\":null}" "$directory/events$reader"
done
[ "$(status -X POST --data ' ' "$url/jobs")" = 422 ]

# Of many takers, one gets it.
for taker in $(seq 20); do status -X POST --data "taker $taker" "$url/jobs/$id/take" >"$directory/taker$taker" & takers+=($!); done
wait "${takers[@]}"
[ "$(cat "$directory"/taker* | grep -o 200 | wc -l)" = 1 ]
[ "$(cat "$directory"/taker* | grep -o 409 | wc -l)" = 19 ]
wait_for grep -q '"taken_by":"taker' "$directory/events1"

# The listening connection is lost: the browsers hear that they may have missed something, and then of new jobs.
reloads() { [ "$(grep -c '^event: reload' "$directory/events1")" -ge "$1" ]; }
psql -q "$DATABASE_URL" -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN \"jobs\"'" >/dev/null
wait_for reloads 2
id=$(post "Repair the roof")
wait_for grep -qF "\"id\":$id," "$directory/events1"
curl -sf "$url/jobs" | grep -qF '"Repair the roof"'
echo "the job board passed"

if [ -n "${CHROMIUM:-}" ]; then
    mkdir "$directory/chromium"
    timeout 120 python3 "$(dirname "$0")/page.py" "$CHROMIUM" "$url" "$directory/chromium"
fi

kill -INT "$server"
wait "$server"
server=
