#!/bin/sh
# Prints the instruction counts of calls, casts and `select!` loops, and fails if one exceeds its limit:
#
# - a queued call: 0.91 times that of the hand-written twin
# - a cast: 0.71 times that of the twin
# - an inlined call, which runs on its caller's thread: a fixed number
# - a loop with the checked `select!`: 35 more than with tokio's
#
# Unlike times, instruction counts do not depend on the load of the machine. Two runs of different length are
# compared, so that startup and shutdown cancel out. Needs valgrind.
#
# usage: benches/instructions.sh
set -eu
cd "$(dirname "$0")/.."

few=2000
many=12000

command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }
cargo build --quiet --release -p actor-benchmarks --no-default-features --bin actor-benchmarks
program="${CARGO_TARGET_DIR:-target}/release/actor-benchmarks"

# The instructions of one whole run: whole_run ENTRANT COUNT ROW
whole_run() {
    instructions=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" one "$1" "$2" "$3" 2>&1 |
        sed -n 's/.*Collected : *\([0-9]*\).*/\1/p')
    [ -n "$instructions" ] || { echo "valgrind counted nothing" >&2; exit 1; }
    echo "$instructions"
}

# The instructions of one message: per_message ENTRANT ROW
per_message() {
    long=$(whole_run "$1" "$many" "$2")
    short=$(whole_run "$1" "$few" "$2")
    [ "$long" -gt "$short" ] || { echo "the program did not run to its end" >&2; exit 1; }
    echo $(((long - short) / (many - few)))
}

# A call of an idle actor, which runs on its caller's thread. The limit includes the benchmark's loop and its
# checks of the result.
compare_inlined() {
    inlined=$(per_message actor-1024 call)
    echo "call, on its caller: $inlined instructions"
    [ "$inlined" -le 125 ] || status=1
}

# A queued call. Unlike the twin's, it handles panics, shutdown, deadlock detection and statistics.
compare_queued() {
    queued=$(per_message queued-1024 call)
    twin=$(per_message twin-1024 call)
    echo "call, queued: $queued instructions, twin $twin"
    [ $((queued * 100)) -le $((twin * 91)) ] || status=1
}

# Compares all loops with a `select!`. A few more instructions are not measurable in time.
compare_selects() {
    for case in two-ready two-ready-biased one-pending one-pending-biased preconditions else; do
        checked=$(per_message checked "$case")
        tokio=$(per_message tokio "$case")
        echo "select!, $case: $checked instructions per loop, tokio's $tokio"
        [ "$checked" -le $((tokio + 35)) ] || status=1
    done
}

status=0
for capacity in 64 1024; do
    actor=$(per_message "actor-$capacity" cast)
    twin=$(per_message "twin-$capacity" cast)
    echo "cast, mailbox for $capacity: $actor instructions, twin $twin"
    [ $((actor * 100)) -le $((twin * 71)) ] || status=1
done
compare_inlined
compare_queued
compare_selects
[ "$status" -eq 0 ] || echo "an actor or a select! needs too many instructions" >&2
exit "$status"
