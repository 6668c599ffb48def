#!/usr/bin/env bash
# Runs records that others have written for sqllogictest, and random ones, on the actor and on a plain connection, and
# compares what came of each. The files are fetched for it, none is part of this repository:
#
#   bash examples/sqlite/others.sh [SUITE]..
#
# slt: files of sqllogictest, DataFusion and RisingLight. Most are for other databases, and many records fail on both
# random: RECORDS records (20000), statements and transactions, that follow from SEED (another one for each run)
#
# The exit status is 1 if a record differs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$target/others
export CARGO_TARGET_DIR=$target
mkdir -p "$work"
. "$here/../sources.sh"

# A package with the sources in `others/slt`, and the versions of this workspace where it has them.
build() {
    local runtime
    runtime=$(source_of "$here" actor-runtime)
    rm -rf "${work:?}/sqlite-slt"
    mkdir -p "$work/sqlite-slt"
    cp -r "$here/others/slt" "$work/sqlite-slt/src"
    cp "$here/../../Cargo.lock" "$work/sqlite-slt"
    cat >"$work/sqlite-slt/Cargo.toml" <<END
[package]
name = "sqlite-slt-tests"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
actor-runtime = { path = "$runtime" }
fastrand = "2"
sqlite-actor = { path = "$here" }
sqllogictest = "=0.29.1"
tempfile = "3"

[workspace]

# That of the workspace, so that SQLite is compiled once.
[profile.dev]
debug = false
incremental = false
codegen-units = 2

[profile.dev.build-override]
codegen-units = 2
END
    (cd "$work/sqlite-slt" && cargo build -q)
}

# row ARGUMENT..: prints a row of the table, and the records that differ before it.
row() { "$target/debug/sqlite-slt-tests" "$@" | tee -a "$work/sqlite-slt.txt"; }

slt() {
    local status=0 source files
    source=$(fetched sqllogictest-engines 0.29.1)
    row files sqllogictest-engines "$source"/src/postgres/*.slt || status=1
    source=$(fetched risinglight 0.2.0)
    row files risinglight "$source"/tests/sql/[!_]*.slt || status=1
    source=$(fetched datafusion-sqllogictest 55.2.0)
    mapfile -t files < <(find "$source/test_files" -name '*.slt' | sort)
    row files datafusion "${files[@]}" || status=1
    return "$status"
}

random() { row random "${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}" "${RECORDS:-20000}"; }

build
[ $# -gt 0 ] || set -- slt random
: >"$work/sqlite-slt.txt"
printf '%-28s %7s %7s %7s %8s %10s %8s  %s\n' source records store plain refused different 'left out' "refused on purpose"
status=0
for suite in "$@"; do
    "$suite" || status=1
done
grep -v '^DIFFERENT\|^    ' "$work/sqlite-slt.txt" | sed 's/, seed [0-9]*//' | awk '
    { records += $2; store += $3; plain += $4; refused += $5; different += $6 }
    END { printf "%d records; passed: %d on the store, %d on a plain connection; %d refused on purpose, %d different\n",
        records, store, plain, refused, different }'
exit "$status"
