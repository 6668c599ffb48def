#!/usr/bin/env bash
# Counts the instructions of a query, here and through tokio-postgres: instructions.sh PROGRAM, which is to be compiled with
# optimizations. Two runs of different length are compared, so that connecting cancels out. Fails if one caller needs more
# than 110 % of those of tokio-postgres, or 64 callers more than 90 %. Needs valgrind.
set -euo pipefail
program=$1 few=640 many=3840

# The instructions of one whole run: whole_run WHICH CALLERS TOTAL
whole_run() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | sed -n 's/.*Collected : *\([0-9]*\).*/\1/p'
}

# per_query WHICH CALLERS
per_query() {
    local long short
    long=$(whole_run "$1" "$2" "$many") short=$(whole_run "$1" "$2" "$few")
    [ "$long" -gt "$short" ] || { echo "the program did not run to its end" >&2; exit 1; }
    echo $(((long - short) / (many - few)))
}

failed=
echo "| callers | instructions per query | tokio-postgres |"
echo "|---|---|---|"
for limit in 1:110 64:90; do
    callers=${limit%:*}
    ours=$(per_query ours "$callers") theirs=$(per_query theirs "$callers")
    echo "| $callers | $ours | $theirs |"
    [ $((ours * 100)) -le $((theirs * ${limit#*:})) ] || failed+=" $callers callers: more than ${limit#*:} %;"
done
[ -z "$failed" ] || { echo "too many instructions, of those of tokio-postgres:$failed" >&2; exit 1; }
