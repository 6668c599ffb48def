#!/usr/bin/env bash
# Compares the resolver with dnsmasq, unbound and hickory-resolver, under load and with servers that fail, and
# plays unbound's own scenarios. Steps whose programs are not installed are skipped with a message, or fail
# with NO_SKIP=1.
#
#   apt-get install dnsmasq-base unbound bind9-dnsutils dnsperf python3
#   SECONDS_OF_LOSS=60 for the whole run with lost datagrams, instead of 15 s
#   TIMES=print for a machine that is shared: bars of time are printed, and missing one is no error
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
skip() {
    printf 'skipped: %s\n' "$1"
    [ -z "${NO_SKIP:-}" ] || exit 1
    exit 0
}
for program in dnsmasq unbound dig dnsperf python3; do
    command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || skip "no $program"
done
PATH=$PATH:/usr/sbin

step "build"
cargo build -q --release -p dns-actor -p dns-bench
target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release
work=$(mktemp -d)
chmod 755 "$work"
SECONDS=0

if [ -e /dev/full ]; then
    step "outputs that cannot be written"
    for arguments in --help --version --bogus; do
        status=0
        "$target/dns-front" "$arguments" >/dev/full 2>/dev/full || status=$?
        [ "$status" -le 2 ] && [ "$status" -gt 0 ] || { echo "dns-front $arguments: status $status"; exit 1; }
    done
fi

# Everything that was started is in `running`, and is stopped by its id.
running=()
stop() {
    for process in "${running[@]}"; do
        kill "$process" 2>/dev/null && kill -CONT "$process" 2>/dev/null || true
    done
    wait
}
trap 'stop; rm -rf "$work"' EXIT
last() { echo "${running[${#running[@]} - 1]}"; }

free_port() { # a port that is free for UDP and TCP
    python3 -c '
import socket
while True:
    tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
    tcp.bind(("127.0.0.1", 0))
    try:
        udp.bind(tcp.getsockname())
    except OSError:
        continue
    print(tcp.getsockname()[1])
    break'
}
answers() { # answers PORT: waits until a server answers
    for _ in $(seq 200); do
        dig -p "$1" @127.0.0.1 ready.a.test +tries=1 +timeout=1 2>/dev/null | grep -q 10.1.1.1 && return
        read -rt 0.05 <> <(:) || :
    done
    echo "no answer on port $1"
    exit 1
}
start_dnsmasq() { # start_dnsmasq PORT
    dnsmasq --keep-in-foreground --conf-file="$work/zone.conf" --port="$1" --listen-address=127.0.0.1 \
        --bind-interfaces --user="$(id -un)" --pid-file= --log-facility="$work/dnsmasq-$1.log" &
    running+=($!)
    # So that bash does not report that it was killed.
    disown
    answers "$1"
}
start_unbound() { # start_unbound PORT SERVER_PORT...
    local port=$1 forward=""
    shift
    for server in "$@"; do forward+="forward-addr: 127.0.0.1@$server"$'\n'; done
    cat >"$work/unbound.conf" <<END
server:
interface: 127.0.0.1@$port
username: ""
chroot: ""
pidfile: ""
directory: "$work"
use-syslog: no
do-daemonize: no
do-not-query-localhost: no
module-config: "iterator"
minimal-responses: no
local-zone: "test." nodefault
forward-zone:
name: "."
$forward
END
    unbound -d -c "$work/unbound.conf" 2>"$work/unbound.log" &
    running+=($!)
    answers "$port"
}
start_front() { # start_front OPTION...: sets `front`, `address` and `port`
    : >"$work/front.out"
    "$target/dns-front" --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --loglevel error "$@" >"$work/front.out" &
    front=$!
    running+=("$front")
    until grep -q listening "$work/front.out"; do kill -0 "$front" || exit 1; done
    address=$(sed -n 's/^listening on //p' "$work/front.out")
    port=${address##*:}
    metrics=$(sed -n 's,^metrics on http://\([0-9.:]*\)/.*,\1,p' "$work/front.out")
}
busiest() { # the process of the server that was asked most
    python3 -c '
import re, sys, urllib.request
text = urllib.request.urlopen(f"http://{sys.argv[1]}/metrics").read().decode()
asked = re.findall(r"dns_server_asked_total\{server=\"127.0.0.1:(\d+)\"\} (\d+)", text)
port, _ = max(asked, key=lambda pair: int(pair[1]))
print(sys.argv[2] if port == sys.argv[3] else sys.argv[4])' "$metrics" "$first" "$one" "$second"
}
# Datagrams that the system has dropped because the buffer of a socket was full, as on a busy machine.
drops() { awk '/^Udp: [0-9]/ { print $6 }' /proc/net/snmp; }
load() { # load PORT NAMES TIME OPTION...: sets `sent`, `lost`, `failed`, `worst`, `rate` and `dropped`
    local before
    before=$(drops)
    dnsperf -s 127.0.0.1 -p "$1" -d "$2" -l "$3" -c 8 "${@:4}" >"$work/dnsperf.out" 2>&1
    lost=$(sed -n 's/.*Queries lost: *\([0-9]*\).*/\1/p' "$work/dnsperf.out")
    sent=$(sed -n 's/.*Queries sent: *\([0-9]*\).*/\1/p' "$work/dnsperf.out")
    worst=$(sed -n 's/.*Average Latency.*max \([0-9.]*\)).*/\1/p' "$work/dnsperf.out")
    rate=$(sed -n 's/.*Queries per second: *\([0-9.]*\).*/\1/p' "$work/dnsperf.out")
    failed=$(sed -n 's/.*SERVFAIL \([0-9]*\).*/\1/p' "$work/dnsperf.out")
    dropped=$(($(drops) - before))
    [ -n "$lost" ] && [ -n "$worst" ] || { cat "$work/dnsperf.out"; exit 1; }
}
is() { # is WHAT EXPRESSION
    if python3 -c "import sys; sys.exit(not ($2))"; then
        printf 'yes  %s\n' "$1"
    else
        printf 'NO   %s: %s\n' "$1" "$2"
        return 1
    fi
}
is_fast() { is "$@" || [ "${TIMES:-}" = print ]; }

python3 clients/zone.py "$work/zone.conf" "$work/questions"
python3 -c 'for n in range(400000): print(f"n{n}.a.test A")' >"$work/names"
printf 'one.a.test A\ntwo.a.test A\nthree.a.test A\nfour.a.test A\n' >"$work/four"
one=$(free_port) two=$(free_port) unbound=$(free_port)
start_dnsmasq "$one"
first=$(last)
start_dnsmasq "$two"
second=$(last)

step "the same answers as dnsmasq and unbound, to 8,001 questions of dig"
start_front --server "127.0.0.1:$one"
start_unbound "$unbound" "$one"
python3 clients/differential.py "$work/questions" "127.0.0.1#$port" "127.0.0.1#$one" "127.0.0.1#$unbound"
dig -p "$port" @127.0.0.1 big.zone.test TXT +ignore | grep -q "flags: qr tc"
is "a response of more than a datagram is truncated, and complete over TCP" \
    "$(dig -p "$port" @127.0.0.1 big.zone.test TXT +short | wc -l) == 12"

step "cached names through the front, beside dnsmasq itself"
ours=0 theirs=0
for _ in 1 2 3; do
    load "$port" "$work/four" 2
    ours=$(python3 -c "print(max($ours, $rate))")
    load "$one" "$work/four" 2
    theirs=$(python3 -c "print(max($theirs, $rate))")
done
printf 'the best of three, in turn: ours %.0f, dnsmasq %.0f queries per second\n' "$ours" "$theirs"
is_fast "at least 0.9 x dnsmasq's" "$ours >= 0.9 * $theirs"

step "Ctrl-C"
kill -INT "$front"
status=0
wait "$front" || status=$?
is "the exit status is 0" "$status == 0"

step "beside hickory-resolver, in one process"
"$target/dns-bench" peers --good "127.0.0.1:$one"

for signal in STOP KILL; do
    step "one of two servers gets SIG$signal under 3,000 queries per second"
    start_front --server "127.0.0.1:$one" --server "127.0.0.1:$two"
    answers "$port"
    (read -rt 2 <> <(:) || :; busiest >"$work/victim"; kill -"$signal" "$(cat "$work/victim")") &
    load "$port" "$work/names" 6 -Q 3000 -q 2000
    echo "ours: $sent sent, $lost lost, ${failed:-0} failed, worst $worst s; $dropped dropped by the system"
    is "none lost or failed, beyond those that the system dropped" "$lost + ${failed:-0} <= $dropped"
    ours=$worst
    kill -INT "$front"
    wait "$front" || true
    if [ "$signal" = STOP ]; then
        kill -CONT "$(cat "$work/victim")"
        answers "$one"
        answers "$two"
        both=$(free_port)
        start_unbound "$both" "$one" "$two"
        other=$(last)
        (read -rt 2 <> <(:) || :; kill -STOP "$first") &
        load "$both" "$work/names" 6 -Q 3000 -q 2000
        echo "unbound: $sent sent, $lost lost, worst $worst s"
        is_fast "the worst at most half of unbound's" "$ours <= 0.5 * $worst"
        kill -CONT "$first"
        kill "$other"
        answers "$one"
    fi
done

step "1 % of the datagrams lost, 5,000 queries per second"
# One of the servers was killed.
kill -0 "$first" 2>/dev/null && alive=$one || alive=$two
"$target/dns-bench" relay --to "127.0.0.1:$alive" --loss 1 >"$work/relay.out" &
running+=($!)
until grep -q listening "$work/relay.out"; do kill -0 "$(last)" || exit 1; done
start_front --server "$(sed -n 's/^listening on //p' "$work/relay.out")" --per-client 4096
memory() { awk '/VmRSS/ { print $2 }' "/proc/$front/status"; }
time=${SECONDS_OF_LOSS:-15}
load "$port" "$work/names" 5 -Q 5000 -q 2000
before=$(memory)
tac "$work/names" >"$work/others"
load "$port" "$work/others" "$time" -Q 5000 -q 2000
after=$(memory)
echo "$sent sent, $lost lost, ${failed:-0} failed, worst $worst s; $dropped dropped by the system"
echo "memory $before kB, later $after kB"
is "at least 99.99 % answered, beyond those that the system dropped" \
    "($lost + ${failed:-0} - $dropped) / $sent <= 0.0001"
is "the memory grows by 20 % at most" "$after <= 1.2 * $before"

step "scenarios of unbound"
# Debian's source package of unbound, with the lists of source packages in a folder of its own.
mkdir -p "$work/apt/lists/partial" "$work/apt/parts" "$work/source"
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/apt/parts/source.sources"
else
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$work/apt/parts/source.list"
fi
apt_options=(-q=2 -o Dir::Etc::sourcelist=/nonexistent -o Dir::Etc::sourceparts="$work/apt/parts"
    -o Dir::State::lists="$work/apt/lists" -o APT::Sandbox::User=root)
apt-get "${apt_options[@]}" update
(cd "$work/source" && apt-get "${apt_options[@]}" source --download-only unbound >/dev/null)
tar -xzf "$work"/source/unbound_*.orig.tar.gz -C "$work/source" --wildcards '*/testdata/*.rpl'
RPL=$(echo "$work"/source/unbound-*/testdata) cargo test -q -p dns-actor --test rpl -- --nocapture

step "done"
