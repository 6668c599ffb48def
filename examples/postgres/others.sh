#!/usr/bin/env bash
# Runs tests that others have written, on clusters that it starts. They are fetched for it, none is part of this repository:
#
#   bash examples/postgres/others.sh [SUITE]..
#
# tokio-postgres: its own tests, with this driver in its place (`others/tokio-postgres`)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$target/others
export CARGO_TARGET_DIR=$target
mkdir -p "$work"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# source_of DIRECTORY NAME: where the source of a package is that the package in the directory depends on.
source_of() {
    (cd "$1" && cargo metadata --format-version 1) | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(*(os.path.dirname(p["manifest_path"]) for p in packages if p["name"] == sys.argv[1]))' "$2"
}

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

tokio_postgres() {
    local directory=$work/tokio-postgres theirs port
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
    mkdir "$directory/tests"
    cp -r "$theirs/tests/test" "$directory/tests/"
    # Tests of its parser of connection strings, which this driver does not have.
    : >"$directory/tests/test/parse.rs"
    port=$(free_port)
    sed -i "s/5433/$port/g" "$directory"/tests/test/*.rs
    roles >"$work/roles.sql"
    access >"$work/access.conf"
    # One of its tests connects to `localhost`, which may be an address of IPv6 first.
    (cd "$directory" && cargo test --no-run)
    (cd "$directory" && PORT=$port ACCESS=$work/access.conf bash "$here/cluster.sh" bash -c '
        psql -qX -v ON_ERROR_STOP=1 "$DATABASE_URL" -f "$1" && exec cargo test -q -- --test-threads 8' sh "$work/roles.sql")
}

[ $# -gt 0 ] || set -- tokio-postgres
for suite in "$@"; do
    step "$suite"
    "${suite//-/_}"
done
step "done"
