#!/usr/bin/env bash
# How fast the server is, beside Redis and tokio's mini-redis: `redis-benchmark -c 50`, the servers in turn, and
# of all rounds the medians.
#
#   apt-get install redis-server redis-tools
#   cargo install mini-redis --version 0.4.1          then MINI_REDIS=$(command -v mini-redis-server)
#   ROUNDS=9 REQUESTS=100000 ./bench.sh
set -euo pipefail
cd "$(dirname "$0")"
ROUNDS=${ROUNDS:-9} REQUESTS=${REQUESTS:-100000}
MINI_REDIS=${MINI_REDIS:-$(command -v mini-redis-server || true)}

cargo build -q --release
program=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/mini-redis-actors
folder=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT

declare -A port
free_port() { # One that nobody listens on at the moment.
    local port
    while port=$((20000 + RANDOM)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
answers() { # answers PORT: waits until somebody listens there.
    until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do :; done
}

"$program" --port 0 >"$folder/ours" &
children+=($!)
until grep -q listening "$folder/ours"; do :; done
port[ours]=$(sed 's/.*://' "$folder/ours")
servers=(ours)
if command -v redis-server >/dev/null; then
    port[redis]=$(free_port)
    redis-server --port "${port[redis]}" --save "" --appendonly no >/dev/null &
    children+=($!)
    servers+=(redis)
else
    echo "skipped: no redis-server"
fi
if [ -n "$MINI_REDIS" ]; then
    port[mini]=$(free_port)
    "$MINI_REDIS" --port "${port[mini]}" >/dev/null &
    children+=($!)
    servers+=(mini)
else
    echo "skipped: no mini-redis-server in MINI_REDIS"
fi
for server in "${servers[@]}"; do answers "${port[$server]}"; done

measure() { # measure SERVER TEST OPTION...
    local server=$1 test=$2
    shift 2
    redis-benchmark -p "${port[$server]}" -c 50 --csv "$@" 2>/dev/null \
        | awk -F'","' '$1 != "\"test" { print $2 }' >>"$folder/$test.$server"
}
all() { # all TEST OPTION...: one round for each server, each time another one first.
    local i
    for i in "${!servers[@]}"; do
        measure "${servers[(i + round) % ${#servers[@]}]}" "$@"
    done
}
subscribers() { # Ten that read as fast as they can.
    local server
    for server in "${servers[@]}"; do
        for _ in {1..10}; do
            bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"
                printf "*2\r\n\$9\r\nSUBSCRIBE\r\n\$4\r\nnews\r\n" >&3
                exec cat <&3 >/dev/null' "${port[$server]}" &
            children+=($!)
        done
    done
}

for ((round = 0; round < ROUNDS; round++)); do
    all set-1 -n "$REQUESTS" -t set
    all get-1 -n "$REQUESTS" -t get
    all set-16 -n "$((4 * REQUESTS))" -P 16 -t set
    all get-16 -n "$((4 * REQUESTS))" -P 16 -t get
done
subscribers
for ((round = 0; round < ROUNDS; round++)); do
    all publish-10 -n "$((REQUESTS / 2))" publish news hello
done

median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
printf '%-12s' "requests/s"
printf '%14s' "${servers[@]}"
for server in "${servers[@]:1}"; do printf '%14s' "/ $server"; done
echo
for test in set-1 get-1 set-16 get-16 publish-10; do
    ours=$(median "$folder/$test.ours")
    printf '%-12s' "$test"
    for server in "${servers[@]}"; do printf '%14.0f' "$(median "$folder/$test.$server")"; done
    for server in "${servers[@]:1}"; do
        awk -v ours="$ours" -v other="$(median "$folder/$test.$server")" 'BEGIN { printf "%14.2f", ours / other }'
    done
    echo
done
