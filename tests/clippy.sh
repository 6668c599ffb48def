#!/usr/bin/env bash
# What clippy and rustdoc say of a user's code.
set -euo pipefail
cd "$(dirname "$0")/.."

# Nothing, in a crate with the strictest lints: `tests/strict`.
touch tests/strict/src/lib.rs
cargo clippy -q -p actor-tests-strict --no-deps -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc -q -p actor-tests-strict --no-deps
RUSTDOCFLAGS="-D warnings" cargo doc -q -p actor-tests-strict --no-deps --document-private-items

# Does `docs/clippy.toml`, which users copy, find what drops futures unasked, and nothing else?
# Cargo does not repeat what clippy said under another configuration.
touch tests/tests/disallowed.rs
expected=$(grep -n '// found$' tests/tests/disallowed.rs | cut -d: -f1 | sort -n)
found=$(CLIPPY_CONF_DIR=docs cargo clippy -p actor-tests --test disallowed --no-deps 2>&1 |
    grep -A 1 '^warning: use of a disallowed' |
    sed -n 's|.*--> tests/tests/disallowed.rs:\([0-9]*\):.*|\1|p' | sort -nu)
[ "$expected" = "$found" ] || {
    echo "docs/clippy.toml: found in lines" $found "and not in" $expected
    exit 1
}
