#!/usr/bin/env bash
# Runs tests that others have written, on clusters that it starts. They are fetched for it, none is part of this repository:
#
#   bash examples/postgres/others.sh [SUITE]..
#
# tokio-postgres: its own tests, with this driver in its place (`others/tokio-postgres`)
# babar: its tests of sessions and pools, with this driver in its place (`others/babar`)
# slt: files of sqllogictest, with the engine of that project, here and through tokio-postgres (`others/slt`)
# regress: the regression tests of PostgreSQL, by both protocols, beside tokio-postgres (`examples/differential`).
#     REGRESS chooses some of them, by name
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$target/others
export CARGO_TARGET_DIR=$target
mkdir -p "$work"
. "$here/../sources.sh"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# package DIRECTORY: a package with the sources in `others/DIRECTORY`, and the versions of this workspace where it has them.
# The rest of its manifest is read from the standard input.
package() {
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    cp -r "$here/others/$1" "$work/$1/src"
    cp "$here/../../Cargo.lock" "$work/$1"
    {
        printf '[package]\nname = "%s-tests"\nversion = "0.0.0"\nedition = "2024"\npublish = false\n\n' "$1"
        cat
        printf '\n[workspace]\n\n[lints.rust]\nunexpected_cfgs = "allow"\n\n[profile.dev]\ndebug = false\n'
    } >"$work/$1/Cargo.toml"
}

# Roles and extensions that the tests expect.
roles() {
    cat <<'END'
SET password_encryption = 'md5';
CREATE ROLE md5_user PASSWORD 'password' LOGIN;
SET password_encryption = 'scram-sha-256';
CREATE ROLE pass_user PASSWORD 'password' LOGIN;
CREATE ROLE scram_user PASSWORD 'password' LOGIN;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
END
}

access() {
    cat <<'END'
local all all       trust
host  all pass_user 127.0.0.1/32 password
host  all md5_user  127.0.0.1/32 md5
host  all scram_user 127.0.0.1/32 scram-sha-256
host  all all       127.0.0.1/32 trust
END
}

# The crate with the interface of tokio-postgres.
shim() {
    local directory=$work/tokio-postgres theirs
    package tokio-postgres <<END
[lib]
name = "tokio_postgres"
path = "src/lib.rs"
test = false
doctest = false

[features]
default = ["runtime"]
runtime = []

[dependencies]
byteorder = "1"
bytes = "1"
futures-channel = { version = "0.3", features = ["sink"] }
futures-util = { version = "0.3", features = ["sink"] }
ours = { package = "postgres-actor", path = "$here" }
pin-project-lite = "0.2"
postgres-types = { version = "0.2", features = ["derive"] }
theirs = { package = "tokio-postgres", version = "=0.7.18" }
tokio = { version = "1", features = ["full"] }
END
    theirs=$(source_of "$directory" tokio-postgres)
    cp "$theirs/src/binary_copy.rs" "$directory/src/"
}

tokio_postgres() {
    local directory=$work/tokio-postgres theirs port
    shim
    theirs=$(source_of "$directory" tokio-postgres)
    mkdir "$directory/tests"
    cp -r "$theirs/tests/test" "$directory/tests/"
    # Tests of its parser of connection strings, which this driver does not have.
    : >"$directory/tests/test/parse.rs"
    port=$(free_port)
    sed -i "s/5433/$port/g" "$directory"/tests/test/*.rs
    roles >"$work/roles.sql"
    access >"$work/access.conf"
    (cd "$directory" && cargo test --no-run)
    (cd "$directory" && PORT=$port ACCESS=$work/access.conf bash "$here/cluster.sh" bash -c '
        psql -qX -v ON_ERROR_STOP=1 "$DATABASE_URL" -f "$1" && exec cargo test -q -- --test-threads 8' sh "$work/roles.sql")
}

babar() {
    local directory=$work/babar theirs
    package babar <<END
[lib]
name = "babar"
test = false
doctest = false

[dependencies]
bytes = "1"
futures-util = { version = "0.3", default-features = false, features = ["std"] }
ours = { package = "postgres-actor", path = "$here" }
theirs = { package = "babar", version = "=0.2.0", default-features = false }
tokio = { version = "1", features = ["full"] }
END
    theirs=$(source_of "$directory" babar)
    mkdir -p "$directory/tests/common"
    mv "$directory/src/common.rs" "$directory/tests/common/mod.rs"
    for name in connect extended prepared transactions copy pool streaming; do
        # Without the tests of its macros, and without asking for containers.
        python3 - "$theirs/tests/$name.rs" "$directory/tests/$name.rs" <<'END'
import re, sys
text = open(sys.argv[1]).read()
tests = re.split(r"(?m)^(?=#\[tokio::test)", text)
tests = [test for test in tests if "babar::query!" not in test and "babar::command!" not in test]
docker = r"(?s)fn require_docker\(\) -> bool \{.*?\n\}\n"
open(sys.argv[2], "w").write(re.sub(docker, "fn require_docker() -> bool {\n    true\n}\n", "".join(tests)))
END
    done
    roles >"$work/roles.sql"
    access >"$work/access.conf"
    (cd "$directory" && cargo test -q --no-run)
    (cd "$directory" && ACCESS=$work/access.conf bash "$here/cluster.sh" bash -c '
        psql -qX -v ON_ERROR_STOP=1 "$DATABASE_URL" -f "$1" && exec cargo test -q --no-fail-fast' sh "$work/roles.sql")
}

slt() {
    local engines datafusion risinglight which files
    shim
    engines=$(fetched sqllogictest-engines 0.29.1)
    files=("$engines"/src/postgres/*.slt)
    datafusion=$(fetched datafusion-sqllogictest 55.2.0)
    files+=("$datafusion"/test_files/pg_compat/*.slt)
    risinglight=$(fetched risinglight 0.2.0)
    for which in "$risinglight"/tests/sql/*.slt; do
        case $which in */_*) ;; *) files+=("$which") ;; esac
    done
    for which in ours theirs; do
        package slt <<END
[dependencies]
async-trait = "0.1"
chrono = "0.4"
futures = { version = "0.3", default-features = false }
futures-util = "0.3"
log = "0.4"
pg_interval = "0.4"
postgres-types = { version = "0.2", features = ["derive", "with-chrono-0_4"] }
rust_decimal = { version = "1.36", features = ["tokio-pg"] }
sqllogictest = "=0.29.1"
tokio = { version = "1", features = ["full"] }
$(case $which in
    ours) echo "tokio-postgres-tests = { path = \"$work/tokio-postgres\" }" ;;
    theirs) echo 'tokio-postgres = "=0.7.18"' ;;
esac)
END
        cp -r "$engines/src/postgres" "$engines/src/postgres.rs" "$work/slt/src/"
        (cd "$work/slt" && cargo build -q)
        bash "$here/cluster.sh" "$target/debug/slt-tests" "${files[@]}" >"$work/$which.txt"
    done
    for which in "${files[@]}"; do
        awk -v name="${which##*/}" '$2 == name { all++; passed += $4 == "passed" } END { printf "%4d of %4d  %s\n", passed, all, name }' \
            "$work/ours.txt"
    done
    diff "$work/theirs.txt" "$work/ours.txt"
    echo "the same verdicts as with tokio-postgres: $(grep -c passed "$work/ours.txt") of $(wc -l <"$work/ours.txt") records passed"
}

# postgresql_source DIRECTORY: fetches the source of PostgreSQL, in the version of Debian that is installed or near it. Uses
# lists of its own, so that the system's are not changed.
postgresql_source() {
    local package version
    package=postgresql-$(pg_config --version 2>/dev/null | grep -o '[0-9]*' | head -n 1 || true)
    [ "$package" != postgresql- ] || package=postgresql-$(ls /usr/lib/postgresql | sort -V | tail -n 1)
    mkdir -p "$1/lists/partial" "$1/parts" "$1/cache/archives/partial"
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$1/parts/${list##*/}"
    done
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -e "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >"$1/parts/${list##*/}.list"
    done
    local options=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$1/parts"
        -o "Dir::State::lists=$1/lists" -o "Dir::Cache=$1/cache")
    apt-get "${options[@]}" update
    # A list may be ahead of the files.
    for version in $(apt-cache "${options[@]}" showsrc "$package" | sed -n 's/^Version: //p' | sort -ruV); do
        if (cd "$1" && apt-get "${options[@]}" source --download-only "$package=$version" >/dev/null 2>&1); then
            tar -xf "$1/${package}_${version%-*}.orig.tar."* -C "$1" --wildcards '*/src/test/regress/sql/*' \
                '*/src/test/regress/data/*'
            return
        fi
    done
    echo "the source of $package cannot be fetched" >&2
    return 1
}

regress() {
    local source=$work/postgresql name files=()
    if [ ! -e "$source/done" ]; then
        rm -rf "$source"
        postgresql_source "$source"
        touch "$source/done"
    fi
    # Where the server may read it.
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cp -r "$source"/postgresql-*/src/test/regress/. "$copy"
    chmod -R a+rX "$copy"
    # What they compare is a matter of chance and of time.
    rm "$copy/sql/random.sql" "$copy/sql/stats.sql"
    # The first one makes tables for the others. In `copy` and `copy2`, tokio-postgres loses connections, so that its server
    # is in another state afterwards.
    for name in test_setup ${REGRESS:-$(cd "$copy/sql" && ls | sed 's/\.sql$//' | grep -vxE 'test_setup|copy2?') copy copy2}; do
        files+=("$copy/sql/$name.sql")
    done
    echo "${#files[@]} files"
    (cd "$here" && cargo build -q --example differential)
    SETTINGS="-c autovacuum=off" PG_ABS_SRCDIR=$copy bash "$here/cluster.sh" bash -c '
        OURS=$DATABASE_URL exec bash "$@"' sh "$here/cluster.sh" "$target/debug/examples/differential" "${files[@]}"
}

[ $# -gt 0 ] || set -- tokio-postgres babar slt regress
for suite in "$@"; do
    step "$suite"
    "${suite//-/_}"
done
step "done"
