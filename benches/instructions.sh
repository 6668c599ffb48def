#!/bin/sh
# Prints the instruction counts of calls, casts and `select!` loops, and fails if one exceeds its limit:
#
# - a queued call: 0.88 times that of the hand-written twin
# - a cast: 0.74 times that of the twin
# - an inlined call, which runs on its caller's thread: a fixed number
# - a loop with the checked `select!`: 35 more than with tokio's
# - starting and stopping an actor: 1.50 times that of the twin
# - a restart, besides the panic: as many as spawn and call
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
cargo build --quiet --release -p actor-benchmarks --no-default-features --bin actor-benchmarks --bin restarts
programs="${CARGO_TARGET_DIR:-target}/release"

# The instructions of one whole run: whole_run PROGRAM WHAT COUNT [ROW]
whole_run() {
    program="$programs/$1"
    shift
    instructions=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" one "$@" 2>&1 |
        sed -n 's/.*Collected : *\([0-9]*\).*/\1/p')
    [ -n "$instructions" ] || { echo "valgrind counted nothing" >&2; exit 1; }
    echo "$instructions"
}

# The instructions of one operation: per_operation PROGRAM WHAT [ROW]
per_operation() {
    program=$1 what=$2
    shift 2
    long=$(whole_run "$program" "$what" "$many" "$@")
    short=$(whole_run "$program" "$what" "$few" "$@")
    [ "$long" -gt "$short" ] || { echo "the program did not run to its end" >&2; exit 1; }
    echo $(((long - short) / (many - few)))
}

# The instructions of one message: per_message ENTRANT ROW
per_message() {
    per_operation actor-benchmarks "$1" "$2"
}

# A call of an idle actor, which runs on its caller's thread. The limit includes the benchmark's loop, its
# checks of the result, and the task's budget, which is looked up twice.
compare_inlined() {
    inlined=$(per_message actor-1024 call)
    echo "call, on its caller: $inlined instructions"
    [ "$inlined" -le 135 ] || status=1
}

# A queued call. Unlike the twin's, it handles panics, shutdown, deadlock detection and statistics.
compare_queued() {
    queued=$(per_message queued-1024 call)
    twin=$(per_message twin-1024 call)
    echo "call, queued: $queued instructions, twin $twin"
    [ $((queued * 100)) -le $((twin * 88)) ] || status=1
}

# Starting an actor and ending it with its last handle. Unlike the twin's, its end can be awaited, has a reason, runs
# hooks, and answers what is left in the mailbox.
compare_starts() {
    actor=$(per_message actor-1024 spawn-stop)
    twin=$(per_message twin-1024 spawn-stop)
    echo "start and stop: $actor instructions, twin $twin"
    [ $((actor * 100)) -le $((twin * 150)) ] || status=1
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

# A restart, compared with an actor that continues after the same panic. Unwinding the stack takes most of both.
compare_restarts() {
    restart=$(per_operation restarts restart)
    continue=$(per_operation restarts continue)
    spawn=$(per_operation restarts spawn)
    echo "restart: $((restart - continue)) instructions after a panic of $continue, spawn and call $spawn"
    [ $((restart - continue)) -le "$spawn" ] || status=1
}

status=0
for capacity in 64 1024; do
    actor=$(per_message "actor-$capacity" cast)
    twin=$(per_message "twin-$capacity" cast)
    echo "cast, mailbox for $capacity: $actor instructions, twin $twin"
    [ $((actor * 100)) -le $((twin * 74)) ] || status=1
done
compare_inlined
compare_queued
compare_starts
compare_selects
compare_restarts
[ "$status" -eq 0 ] || echo "an actor, a select! or a restart needs too many instructions" >&2
exit "$status"
