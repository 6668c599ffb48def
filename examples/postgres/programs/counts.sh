#!/usr/bin/env bash
# Counts the system calls of 20,000 queries, here and through tokio-postgres: counts.sh PROGRAM. Unlike times, they hardly
# depend on what else the machine does. Fails if there are more than tokio-postgres makes for one caller, or more than one
# write and one read for ten queries of 64 callers.
set -euo pipefail
program=$1 total=20000
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT

# calls WHICH CALLERS: the number of writes, reads and waits.
calls() {
    strace -f -qq -e signal=none -e trace=sendto,sendmsg,write,writev,recvfrom,recvmsg,read,readv,epoll_wait,epoll_pwait \
        -o "$trace" "$program" "$1" "$2" "$total"
    awk '
        / (sendto|sendmsg|write|writev)\(/ { writes++ }
        / (recvfrom|recvmsg|read|readv)\(/ { reads++ }
        / epoll_p?wait\(/ { waits++ }
        END { print writes + 0, reads + 0, waits + 0 }' "$trace"
}

failed=
# check WHAT COUNT LIMIT
check() {
    [ "$2" -le "$3" ] || failed+=" $1: $2, and $3 are allowed;"
}

echo "| callers | writes | reads | waits | tokio-postgres: writes | reads | waits |"
echo "|---|---|---|---|---|---|---|"
for callers in 1 64; do
    # Callers that the scheduler happens to wake one by one share less, in either. That is rare.
    for _ in 1 2 3; do
        failed=
        read -r writes reads waits <<<"$(calls ours "$callers")"
        read -r their_writes their_reads their_waits <<<"$(calls theirs "$callers")"
        echo "| $callers | $writes | $reads | $waits | $their_writes | $their_reads | $their_waits |"
        if [ "$callers" = 1 ]; then
            # What it takes to connect may differ.
            check writes "$writes" $((their_writes + 100))
            check reads "$reads" $((their_reads + 100))
            check waits "$waits" $((their_waits + 100))
        else
            check writes "$writes" $((total / 10))
            check reads "$reads" $((total / 10))
            check waits "$waits" $((total / 5))
        fi
        [ -n "$failed" ] || break
    done
    [ -z "$failed" ] || { echo "$callers callers: too many$failed" >&2; exit 1; }
done
