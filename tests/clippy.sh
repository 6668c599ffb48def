#!/usr/bin/env bash
# Is generated code quiet under all of clippy's opinions?
#
# `tests/lints.rs` is code that `pedantic` and `nursery` have nothing to say about, so what is found is
# in what `#[actor]` wrote. It is found at the user's code: `#[actor]`, the name of a handler or a type.
#
# One lint cannot be helped from here, and is expected in that file: `future_not_send` (nursery) for
# actors that are `local`. That their futures stay on one thread is what `local` asks for.
set -euo pipefail
cd "$(dirname "$0")/.."

# Cargo does not repeat what clippy said under other flags.
touch tests/tests/lints.rs
cargo clippy -p actor-tests --test lints --no-deps -- \
    -D warnings -W clippy::pedantic -W clippy::nursery

# Does `docs/clippy.toml`, which users copy, find what drops futures unasked, and nothing else?
touch tests/tests/disallowed.rs
expected=$(grep -n '// found$' tests/tests/disallowed.rs | cut -d: -f1 | sort -n)
found=$(CLIPPY_CONF_DIR=docs cargo clippy -p actor-tests --test disallowed --no-deps 2>&1 |
    grep -A 1 '^warning: use of a disallowed' |
    sed -n 's|.*--> tests/tests/disallowed.rs:\([0-9]*\):.*|\1|p' | sort -nu)
[ "$expected" = "$found" ] || {
    echo "docs/clippy.toml: found in lines" $found "and not in" $expected
    exit 1
}
