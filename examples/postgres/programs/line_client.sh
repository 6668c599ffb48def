#!/usr/bin/env bash
# Tests the line client: programs/line_client.sh PROGRAM, with DATABASE_URL set.
set -euo pipefail
program=$1
directory=$(mktemp -d)
client=
trap '[ -z "$client" ] || kill "$client" 2>/dev/null || true; rm -rf "$directory"' EXIT
export HOME=$directory

# run INPUT: what the client prints
run() { printf '%s\n' "$1" | "$program" 2>&1 | sed 1d; }
expect() { # expect EXPECTED INPUT
    local got
    got=$(run "$2")
    [ "$got" = "$1" ] || { printf 'for\n%s\nexpected\n%s\ngot\n%s\n' "$2" "$1" "$got"; exit 1; }
}
has() { # has WORDS INPUT
    local got
    got=$(run "$2")
    grep -qF -- "$1" <<<"$got" || { printf 'for\n%s\nexpected\n%s\nin\n%s\n' "$2" "$1" "$got"; exit 1; }
}

expect ' one | two
-----+-----
 1   | b;c
(1 row)' "SELECT 1 AS one,
'b;c' AS two; -- a comment; with a semicolon"
expect ' ?column?
----------
 x;
(1 row)' 'SELECT $a$x;$a$;'
expect 'CREATE TABLE
INSERT 0 3' 'CREATE TABLE numbers (i int NOT NULL, name text);
INSERT INTO numbers VALUES (1, NULL), (2, $$two$$), (3, $$three$$);'
expect ' i | name
---+------
 1 | ∅
(1 row)' 'SELECT * FROM numbers WHERE i = 1;'
expect 'Expanded display is on.
-[ 1 ]-
i    | 2
name | two' '\x
SELECT * FROM numbers WHERE i = 2;'
expect 'ERROR: column "nothing" does not exist (SQLSTATE 42703)
SELECT nothing
       ^' 'SELECT nothing
FROM numbers;'
has 'Time: ' '\timing
SELECT 1;'
has 'numbers' '\dt'
has ' i      | integer | not null' '\d numbers'
has 'template1' '\l'
has '\copy TABLE from FILE' '\?'
has 'SELECT 5;' 'SELECT 5;
\s'
expect '\nonsense is unknown; \? lists the commands' '\nonsense'
expect 'COPY 3' "\\copy numbers to '$directory/numbers'"
expect 'TRUNCATE TABLE
COPY 3
 count | sum
-------+-----
 3     | 6
(1 row)' "TRUNCATE numbers;
\\copy numbers from '$directory/numbers'
SELECT count(*), sum(i) FROM numbers;"
expect 'COPY 2' "\\copy (SELECT i FROM numbers WHERE i > 1) to $directory/some"
[ "$(cat "$directory/some")" = "$(printf '2\n3')" ]
[ "$(run 'SELECT 7
\watch 0.01 3' | grep -c ' 7')" = 3 ]
printf 'SELECT 8;\nSELECT 9;\n' >"$directory/file.sql"
[ "$(run "\\i $directory/file.sql" | grep -c row)" = 2 ]
has 'notification on news: "hello"' "\\listen news
NOTIFY news, 'hello';
SELECT 1;"
has 'WARNING: there is no transaction in progress' 'ROLLBACK;'

# Ctrl-C cancels the statement, and the client goes on.
mkfifo "$directory/input"
"$program" <"$directory/input" >"$directory/output" 2>&1 &
client=$!
exec 3>"$directory/input"
echo 'SELECT pg_sleep(600);' >&3
running="SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND state = 'active';"
# With a history of their own: only the last hundred lines are kept.
mkdir "$directory/elsewhere"
until HOME="$directory/elsewhere" run "$running" | grep -q '^ 1$'; do sleep 0.05; done
# The first signal may come before the client waits for it, which would end it.
until grep -q 'canceling statement' "$directory/output"; do
    kill -INT "$client"
    sleep 0.1
done
run 'SELECT 6;' >/dev/null
echo 'SELECT 40 + 2;' >&3
exec 3>&-
wait "$client"
client=
grep -q '^ 42$' "$directory/output"
grep -q 'ERROR: canceling statement due to user request (SQLSTATE 57014)' "$directory/output"

# Its history is kept, also if two clients ran at a time, and its exit status says that the connection was lost.
[ "$(grep -cE 'SELECT (5|6|40 \+ 2);' "$directory/.line_client_history")" = 3 ] || { cat "$directory/.line_client_history"; exit 1; }
status=0
run "SELECT pg_terminate_backend(pg_backend_pid());" >"$directory/lost" || status=$?
[ "$status" = 1 ]
grep -q 'terminating connection due to administrator command' "$directory/lost"
echo "the line client passed"
