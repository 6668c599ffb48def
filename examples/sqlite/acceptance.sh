#!/usr/bin/env bash
# Checks database files with the `sqlite3` program, while the actor writes them and afterwards.
#
#     bash examples/sqlite/acceptance.sh
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."

if ! command -v sqlite3 >/dev/null; then
    echo "skipped: \`sqlite3\` is not installed (Debian: apt-get install sqlite3)"
    exit 0
fi
cargo build -q -p sqlite-actor --bins
bin=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug
work=$(mktemp -d)
trap 'kill -9 ${writer:-} 2>/dev/null || true; rm -rf "$work"' EXIT

is() { # is WHAT FOUND EXPECTED
    [ "$2" = "$3" ] || { printf 'NO   %s: found %s, expected %s\n' "$1" "$2" "$3"; exit 1; }
    printf 'yes  %s\n' "$1"
}
ask() { sqlite3 -batch -cmd '.timeout 10000' "$@"; }

# A chat session.
bot=$work/bot.db
chat() { timeout 60 "$bin/chat_bot" --chat "$bot"; }
chat >"$work/output" <<'END'
set colour blue
set colour green
remind 3600 tea
ban 7 spam
note 1 seen again
close 1
END
if [ -e /dev/full ]; then
    for program in "chat_bot" "emulator --frames 60 --fast"; do
        status=0
        # shellcheck disable=SC2086
        timeout 60 "$bin"/$program >/dev/full 2>/dev/full || status=$?
        is "\`$program\` works where it cannot print" "$status" 0
    done
fi
is "the bot's file passes integrity_check" "$(ask "$bot" 'PRAGMA integrity_check')" ok
is "no foreign key is broken" "$(ask "$bot" 'PRAGMA foreign_key_check')" ""
is "the schema has the newest version" "$(ask "$bot" 'PRAGMA user_version')" 3
is "the journal mode is WAL" "$(ask "$bot" 'PRAGMA journal_mode')" wal
is "the setting is stored" "$(ask "$bot" 'SELECT * FROM setting')" "1|colour|green"
is "the case is stored" "$(ask "$bot" 'SELECT number, user, action, is_open FROM moderation_case')" "1|7|ban|0"
is "the notes of the case are stored" "$(ask "$bot" 'SELECT group_concat(text) FROM case_note')" "opened: ban,seen again,closed"
is "no other files are left" "$(ls "$work")" "$(printf 'bot.db\noutput')"
ask "$bot" "UPDATE setting SET value = 'red'"
is "the bot reads what sqlite3 wrote" "$(echo 'get colour' | chat)" red

# Another process holds the lock, and the bot waits for it.
mkfifo "$work/sql"
timeout 60 sqlite3 -batch "$bot" <"$work/sql" >"$work/held" &
exec 3>"$work/sql"
echo "BEGIN IMMEDIATE; UPDATE setting SET value = 'held'; SELECT 'held';" >&3
timeout 60 bash -c "until grep -q held '$work/held'; do read -rt 0.02 <> <(:) || :; done"
printf 'set late yes\nget colour\n' | chat >"$work/output" &
chatting=$!
is "the other process's change is not visible before its commit" "$(ask "$bot" "SELECT value FROM setting WHERE name = 'colour'")" red
echo "COMMIT;" >&3
exec 3>&-
wait "$chatting"
is "the bot waited for the lock" "$(cat "$work/output")" "$(printf 'late is now yes\nheld')"

# The emulator.
timeout 60 "$bin/emulator" --fast --frames 300 --file "$work/play.db" >/dev/null
is "the emulator's file passes integrity_check" "$(ask "$work/play.db" 'PRAGMA integrity_check')" ok
is "every frame is counted" "$(ask "$work/play.db" 'SELECT title, frames_played FROM game')" "Meteor Run|300"
ask "$work/play.db" .dump | ask "$work/copy.db"
is "a restored dump has the same contents" \
    "$(ask "$work/copy.db" '.dump game save achievement' | cksum)" \
    "$(ask "$work/play.db" '.dump game save achievement' | cksum)"

# The writer is killed under load, with and without group commit, while sqlite3 reads and writes.
for mode in alone grouped; do
    file=$work/$mode.db
    "$bin/peer" write "$file" 32 "$mode" >"$work/$mode.log" &
    writer=$!
    timeout 60 bash -c "until [ -s '$work/$mode.log' ]; do read -rt 0.02 <> <(:) || :; done"
    ask "$file" "INSERT INTO entry VALUES (-1, 1); SELECT count(*) > 0 FROM entry" >/dev/null
    timeout 60 bash -c "until [ \$(wc -l <'$work/$mode.log') -gt 5000 ]; do read -rt 0.02 <> <(:) || :; done"
    kill -9 "$writer"
    wait "$writer" 2>/dev/null || true
    is "$mode: the file passes integrity_check after kill -9" "$(ask "$file" 'PRAGMA integrity_check')" ok
    # Each complete line is an acknowledged row. The last line may be incomplete.
    sed '$d' "$work/$mode.log" | sort -u >"$work/acknowledged"
    ask -separator ' ' "$file" 'SELECT * FROM entry' | sort -u >"$work/rows"
    is "$mode: all $(wc -l <"$work/acknowledged") acknowledged rows are stored" \
        "$(comm -23 "$work/acknowledged" "$work/rows")" ""
    is "$mode: the row that sqlite3 wrote is stored" "$(grep -c '^-1 1$' "$work/rows")" 1
done
echo "all checks passed"
