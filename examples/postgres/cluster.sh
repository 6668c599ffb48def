#!/usr/bin/env bash
# Starts a PostgreSQL cluster in a temporary directory, on a free port, runs a command with DATABASE_URL set, and stops the
# cluster:
#
#   bash examples/postgres/cluster.sh COMMAND [ARGUMENT]..
#
# The server does not run as root: it runs as the user `postgres` then. PORT chooses the port, and ACCESS names a file that
# says who may log in and how, in the place of `pg_hba.conf`.
set -euo pipefail

bin=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)")
[ "$bin" != . ] || { echo "PostgreSQL is not installed (apt-get install postgresql)" >&2; exit 77; }
directory=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$directory"
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
fi
server=
finish() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$directory"
}
trap finish EXIT

(cd "$directory" && "${as[@]}" "$bin/initdb" -D "$directory/data" -U postgres --auth=trust --no-sync --encoding=UTF8 \
    --locale=C >/dev/null)
[ -z "${ACCESS:-}" ] || cat "$ACCESS" >"$directory/data/pg_hba.conf"
for _ in 1 2 3 4 5; do
    port=${PORT:-$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
    (cd "$directory" && exec "${as[@]}" "$bin/postgres" -D "$directory/data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$directory" -c fsync=off -c max_connections=200 ${SETTINGS:-} >"$directory/log" 2>&1) &
    server=$!
    until grep -q ready "$directory/data/postmaster.pid" 2>/dev/null || ! kill -0 "$server" 2>/dev/null; do sleep 0.05; done
    kill -0 "$server" 2>/dev/null && break
    wait "$server" || true
    server=
done
[ -n "$server" ] || { cat "$directory/log" >&2; exit 1; }

status=0
DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres" "$@" || status=$?
exit "$status"
