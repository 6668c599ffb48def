#!/usr/bin/env bash
# Runs the program as a user does: its exit status, its output at 80 columns, outputs that cannot be written, and what
# Prometheus reads. Needs python3.
#
#     bash examples/telemetry/acceptance.sh
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."

cargo build -q -p actor-examples --features prometheus --example telemetry
target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
telemetry=$target/debug/examples/telemetry
work=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

is() { # is WHAT FOUND EXPECTED
    [ "$2" = "$3" ] || { printf 'NO   %s: found %s, expected %s\n' "$1" "$2" "$3"; exit 1; }
    printf 'yes  %s\n' "$1"
}
run() { # run OUTPUT ARGUMENTS..: prints the exit status
    local output=$1 status=0
    shift
    timeout 60 "$telemetry" "$@" >"$output" 2>"$work/errors" || status=$?
    echo "$status"
}
short=(--frames 200 --pause 1)

is "a run with faulty uplinks ends with status 0" "$(run "$work/output" "${short[@]}")" 0
is "the law is printed" "$(grep -c '^the conservation law holds' "$work/output")" 1
is "no line of the output is wider than 80 columns" "$(awk 'length > 80' "$work/output")" ""
is "the help has no line wider than 80 columns" "$("$telemetry" --help | awk 'length > 80')" ""
is "a mistake in the arguments has status 2" "$(run "$work/output" --nope)" 2
if [ -e /dev/full ]; then
    is "an output that cannot be written is an error" "$(run /dev/full "${short[@]}")" 1
    is "it is one line" "$(grep -vc '^ *WARN' "$work/errors")" 1
    is "it says why" "$(grep -c 'cannot print: No space left on device' "$work/errors")" 1
    is "the same for the help" "$(run /dev/full --help)" 1
    status=0
    timeout 60 "$telemetry" "${short[@]}" >"$work/output" 2>/dev/full || status=$?
    is "a log that cannot be written changes nothing" "$status" 0
fi
status=0
{ timeout 60 "$telemetry" "${short[@]}" || echo "$?" >"$work/status"; } 2>"$work/errors" | head -n 1 >/dev/null || true
is "a reader that leaves early is an error" "$(cat "$work/status")" 1
is "nothing panicked" "$(grep -c panicked "$work/errors" || true)" 0

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$telemetry" "${short[@]}" --soak 600 --prometheus "$port" >"$work/output" 2>"$work/errors" &
server=$!
# Asks until every satellite was heard of, like Prometheus, which asks again and again.
python3 - "$port" >"$work/metrics" <<'PYTHON'
import sys, time, urllib.request
deadline = time.monotonic() + 60
while True:
    try:
        text = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10).read().decode()
    except OSError:
        text = ""
    if text.count("telemetry_frames_received_total{satellite=") == 48 or time.monotonic() > deadline:
        break
print(text, end="")
PYTHON
metric() { grep -c "$1" "$work/metrics" || true; }
is "Prometheus finds frames of all satellites" "$(metric '^telemetry_frames_received_total{satellite=')" 48
is "they are counters" "$(metric '^# TYPE telemetry_frames_received_total counter$')" 1
is "the depth of the buffer is a gauge" "$(metric '^# TYPE telemetry_buffer_depth gauge$')" 1
is "drops have a reason and a satellite" \
    "$(grep '^telemetry_frames_dropped_total' "$work/metrics" | grep -vc '{reason="[a-z]*",satellite="[0-9]*"}' || true)" 0
# Four readers at once, while one connection is silent and another sends half a request.
python3 - "$port" >"$work/read" <<'PYTHON'
import re, socket, sys, threading, urllib.error, urllib.request
port = int(sys.argv[1])
silent = socket.create_connection(("127.0.0.1", port))
half = socket.create_connection(("127.0.0.1", port))
half.sendall(b"GET /metrics HT")
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{{(?:{LABEL}(?:,{LABEL})*)?\}})? (-?[0-9.e+-]+|NaN|[+-]Inf)")
wrong = []

def read():
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()

def parse(text):
    kinds, counters, seen = {}, {}, set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name in kinds:
                wrong.append(f"{name} comes twice")
            kinds[name] = kind
        elif line and not line.startswith("#"):
            sample = SAMPLE.fullmatch(line)
            if not sample:
                wrong.append(f"no sample: {line}")
                continue
            name, labels, value = sample.groups()
            family = re.sub("_(bucket|sum|count)$", "", name) if name not in kinds else name
            if family != list(kinds)[-1]:
                wrong.append(f"{name} is not in its family")
            if (name, labels) in seen:
                wrong.append(f"{name}{labels} comes twice")
            seen.add((name, labels))
            if kinds[family] == "counter":
                counters[name, labels] = float(value)
    return counters

def check():
    before = {}
    for _ in range(50):
        after = parse(read())
        wrong.extend(f"{name} fell" for name in before if after.get(name, -1) < before[name])
        before = after
    name = ("telemetry_frames_received_total", '{satellite="1"}')
    if before.get(name, 0) <= 0:
        wrong.append("no frames were counted")

first = parse(read())
readers = [threading.Thread(target=check) for _ in range(4)]
[reader.start() for reader in readers]
[reader.join() for reader in readers]
last = parse(read())
rose = sum(last[name] > first.get(name, 0) for name in last)
print(f"wrong: {wrong[:3]}")
print(f"rose: {rose > 0}")
PYTHON
is "four readers at once find what the format allows, and no counter falls" "$(sed -n 1p "$work/read")" "wrong: []"
is "the counters rise meanwhile" "$(sed -n 2p "$work/read")" "rose: True"
is "a port that is taken is an error" "$(run "$work/output" "${short[@]}" --prometheus "$port")" 1
is "it is one line that names the address" "$(grep -c "127.0.0.1:$port" "$work/errors")/$(wc -l <"$work/errors")" 1/1
kill "$server"
wait "$server" 2>/dev/null || true
echo "all checks passed"
