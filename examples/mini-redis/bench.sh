#!/usr/bin/env bash
# Compares the speed of the server with Redis and tokio's mini-redis, using `redis-benchmark -c 50`. The servers
# are measured in turn, in several rounds. Requests per second are medians over the rounds. A ratio compares
# two servers within a round, so that other load on the machine affects both; its median is printed. CPU is
# the time of the server process per request, averaged over all rounds.
#
#   apt-get install redis-server redis-tools
#   cargo install mini-redis --version 0.4.1          then MINI_REDIS=$(command -v mini-redis-server)
#   ROUNDS=21 REQUESTS=50000 ./bench.sh
set -euo pipefail
cd "$(dirname "$0")"
ROUNDS=${ROUNDS:-21} REQUESTS=${REQUESTS:-50000}
MINI_REDIS=${MINI_REDIS:-$(command -v mini-redis-server || true)}

cargo build -q --release
program=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/mini-redis-actors
folder=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT

declare -A port pid
free_port() { # Prints a port that is free at the moment.
    local port
    while port=$((20000 + RANDOM)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
answers() { # answers PORT: waits until a server listens on it.
    until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do :; done
}

"$program" --port 0 >"$folder/ours" &
children+=($!)
pid[ours]=$!
until grep -q listening "$folder/ours" 2>/dev/null; do :; done
port[ours]=$(sed 's/.*://' "$folder/ours")
servers=(ours)
if command -v redis-server >/dev/null; then
    port[redis]=$(free_port)
    redis-server --port "${port[redis]}" --save "" --appendonly no >/dev/null &
    children+=($!)
    pid[redis]=$!
    servers+=(redis)
else
    echo "skipped: no redis-server"
fi
if [ -n "$MINI_REDIS" ]; then
    port[mini]=$(free_port)
    "$MINI_REDIS" --port "${port[mini]}" >/dev/null &
    children+=($!)
    pid[mini]=$!
    servers+=(mini)
else
    echo "skipped: no mini-redis-server in MINI_REDIS"
fi
for server in "${servers[@]}"; do answers "${port[$server]}"; done

ticks() { awk '{ print $14 + $15 }' "/proc/${pid[$1]}/stat" 2>/dev/null || echo 0; }
measure() { # measure SERVER TEST REQUESTS OPTION...
    local server=$1 test=$2 requests=$3 before
    shift 3
    before=$(ticks "$server")
    redis-benchmark -p "${port[$server]}" -c 50 --csv -n "$requests" "$@" 2>/dev/null \
        | awk -F'","' '$1 != "\"test" { print $2 }' >>"$folder/$test.$server"
    echo "$(($(ticks "$server") - before)) $requests" >>"$folder/$test.$server.cpu"
}
all() { # all TEST OPTION...: measures each server, beginning with a different one in each round.
    local i
    for i in "${!servers[@]}"; do
        measure "${servers[(i + round) % ${#servers[@]}]}" "$@"
    done
}
subscribers() { # subscribers COUNT: connects this many to each server, which read as fast as they can.
    local server
    for server in "${servers[@]}"; do
        python3 clients/subscribers.py "${port[$server]}" "$1" >"$folder/subscribed" &
        children+=($!)
        until grep -q "$1" "$folder/subscribed" 2>/dev/null; do :; done
    done
}

for ((round = 0; round < ROUNDS; round++)); do
    all set-1 "$REQUESTS" -t set
    all get-1 "$REQUESTS" -t get
    for depth in 16 64; do
        # Random ones of a million keys.
        all "set-$depth" "$((10 * REQUESTS))" -P "$depth" -r 1000000 -t set
        all "get-$depth" "$((10 * REQUESTS))" -P "$depth" -r 1000000 -t get
    done
done
# Values of 1 MiB. They come last, so that no other test reads them.
for ((round = 0; round < ROUNDS; round++)); do
    all set-1MiB "$((REQUESTS / 20))" -d 1048576 -r 100 -t set
    all get-1MiB "$((REQUESTS / 20))" -d 1048576 -r 100 -t get
done
subscribers 10
for ((round = 0; round < ROUNDS; round++)); do
    all publish-10 "$REQUESTS" publish news hello
done
# With those before, there are a thousand.
subscribers 990
for ((round = 0; round < ROUNDS; round++)); do
    all publish-1000 "$((REQUESTS / 10))" publish news hello
done

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
cpu() { awk -v hertz="$(getconf CLK_TCK)" '{ ticks += $1; requests += $2 } END { print 1e6 * ticks / hertz / requests }'; }
printf '%-12s' "requests/s"
printf '%12s' "${servers[@]}"
for server in "${servers[@]:1}"; do printf '%12s' "ours/$server"; done
printf '   CPU, us:'
printf '%8s' "${servers[@]}"
echo
for test in set-1 get-1 set-16 get-16 set-64 get-64 set-1MiB get-1MiB publish-10 publish-1000; do
    printf '%-12s' "$test"
    for server in "${servers[@]}"; do printf '%12.0f' "$(median <"$folder/$test.$server")"; done
    for server in "${servers[@]:1}"; do
        ratios=$(paste "$folder/$test.ours" "$folder/$test.$server" | awk '{ print $1 / $2 }')
        printf '%12.2f' "$(median <<<"$ratios")"
    done
    printf '           '
    for server in "${servers[@]}"; do printf '%8.2f' "$(cpu <"$folder/$test.$server.cpu")"; done
    echo
done
