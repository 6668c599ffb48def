#!/usr/bin/env bash
# Runs all tests, and the programs, on clusters that it starts. Steps whose programs are not installed are skipped with a
# message, or fail with NO_SKIP=1.
#
#   apt-get install postgresql pgbouncer strace curl chromium
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
skip() {
    printf 'skipped: %s\n' "$1"
    [ -z "${NO_SKIP:-}" ] || exit 1
}
has() { command -v "$1" >/dev/null; }

step "build"
cargo build -q --examples
target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/examples

step "tests"
cargo test -q --features tls

if ! has initdb && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    skip "PostgreSQL is not installed"
    exit 0
fi

step "memory of a stalled stream"
bash cluster.sh "$target/counts" stall

step "system calls, beside tokio-postgres"
if has strace; then
    bash cluster.sh bash programs/counts.sh "$target/counts"
else
    skip "no strace"
fi

step "the line client"
bash cluster.sh bash programs/line_client.sh "$target/line_client"

step "the job board"
if has curl; then
    CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
    [ -n "$CHROMIUM" ] || skip "no browser: the page of the job board is not tested"
    CHROMIUM=$CHROMIUM bash cluster.sh bash programs/jobs.sh "$target/jobs"
else
    skip "no curl"
fi
step "done"
