#!/usr/bin/env bash
# What the `sqlite3` program finds in files that the actor wrote, while it writes them and afterwards.
#
#     bash examples/sqlite/acceptance.sh
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."

if ! command -v sqlite3 >/dev/null; then
    echo "skipped: there is no \`sqlite3\` here (Debian: apt-get install sqlite3)"
    exit 0
fi
cargo build -q -p sqlite-actor --bins
bin=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug
work=$(mktemp -d)
# Only what was started here is ended.
trap 'kill -9 ${writer:-} 2>/dev/null || true; rm -rf "$work"' EXIT

is() { # is WHAT FOUND EXPECTED
    [ "$2" = "$3" ] || { printf 'NO   %s: found %s, expected %s\n' "$1" "$2" "$3"; exit 1; }
    printf 'yes  %s\n' "$1"
}
ask() { sqlite3 -batch -cmd '.timeout 10000' "$@"; }

# A chat that is typed.
bot=$work/bot.db
chat() { timeout 60 "$bin/chat_bot" --chat "$bot"; }
chat >"$work/told" <<'END'
set colour blue
set colour green
remind 3600 tea
ban 7 spam
note 1 seen again
close 1
END
is "the bot's file is whole" "$(ask "$bot" 'PRAGMA integrity_check')" ok
is "no foreign key is broken" "$(ask "$bot" 'PRAGMA foreign_key_check')" ""
is "its schema is the newest" "$(ask "$bot" 'PRAGMA user_version')" 3
is "it keeps a write-ahead log" "$(ask "$bot" 'PRAGMA journal_mode')" wal
is "the setting is there" "$(ask "$bot" 'SELECT * FROM setting')" "1|colour|green"
is "the case is there" "$(ask "$bot" 'SELECT number, user, action, is_open FROM moderation_case')" "1|7|ban|0"
is "its notes are there" "$(ask "$bot" 'SELECT group_concat(text) FROM case_note')" "opened: ban,seen again,closed"
is "nothing is left beside the file" "$(ls "$work")" "$(printf 'bot.db\ntold')"
ask "$bot" "UPDATE setting SET value = 'red'"
is "the bot reads what sqlite3 wrote" "$(echo 'get colour' | chat)" red

# Another program holds the lock: the bot waits for it.
mkfifo "$work/sql"
timeout 60 sqlite3 -batch "$bot" <"$work/sql" >"$work/held" &
exec 3>"$work/sql"
echo "BEGIN IMMEDIATE; UPDATE setting SET value = 'held'; SELECT 'held';" >&3
timeout 60 bash -c "until grep -q held '$work/held'; do read -rt 0.02 <> <(:) || :; done"
printf 'set late yes\nget colour\n' | chat >"$work/told" &
chatting=$!
# It has the file open by the time it has its log, and cannot write before the lock is free.
is "the other's change is not seen before its commit" "$(ask "$bot" "SELECT value FROM setting WHERE name = 'colour'")" red
echo "COMMIT;" >&3
exec 3>&-
wait "$chatting"
is "the bot waited for the lock" "$(cat "$work/told")" "$(printf 'late is now yes\nheld')"

# An emulator's books.
timeout 60 "$bin/emulator" --fast --frames 300 --file "$work/play.db" >/dev/null
is "the books are whole" "$(ask "$work/play.db" 'PRAGMA integrity_check')" ok
is "every frame is in the books" "$(ask "$work/play.db" 'SELECT title, frames_played FROM game')" "Meteor Run|300"
ask "$work/play.db" .dump | ask "$work/copy.db"
is "a dump makes the same file again" \
    "$(ask "$work/copy.db" '.dump game save achievement' | cksum)" \
    "$(ask "$work/play.db" '.dump game save achievement' | cksum)"

# Killed in the middle of its work, with and without groups, while sqlite3 reads and writes, too.
for mode in alone grouped; do
    file=$work/$mode.db
    "$bin/peer" write "$file" 32 "$mode" >"$work/$mode.log" &
    writer=$!
    timeout 60 bash -c "until [ -s '$work/$mode.log' ]; do read -rt 0.02 <> <(:) || :; done"
    ask "$file" "INSERT INTO entry VALUES (-1, 1); SELECT count(*) > 0 FROM entry" >/dev/null
    timeout 60 bash -c "until [ \$(wc -l <'$work/$mode.log') -gt 5000 ]; do read -rt 0.02 <> <(:) || :; done"
    kill -9 "$writer"
    wait "$writer" 2>/dev/null || true
    is "$mode: the file is whole after kill -9" "$(ask "$file" 'PRAGMA integrity_check')" ok
    # Every whole line is a row that was acknowledged.
    sed '$d' "$work/$mode.log" | sort -u >"$work/acknowledged"
    ask -separator ' ' "$file" 'SELECT * FROM entry' | sort -u >"$work/rows"
    is "$mode: none of $(wc -l <"$work/acknowledged") acknowledged rows is lost" \
        "$(comm -23 "$work/acknowledged" "$work/rows")" ""
    is "$mode: what sqlite3 wrote meanwhile is there" "$(grep -c '^-1 1$' "$work/rows")" 1
done
echo "all is as it should be"
