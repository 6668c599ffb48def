#!/usr/bin/env bash
# Runs the tests that redis-py has of publish/subscribe, unmodified, against this server and against redis-server, and compares
# which of them pass. They are those of the source package on PyPI.
#
#   apt-get install redis-server python3-venv
#   ./pubsub.sh
set -euo pipefail
cd "$(dirname "$0")"
version=8.1.0

folder=$(mktemp -d)
trap 'kill ${servers[@]:-} 2>/dev/null || true; rm -rf "$folder"' EXIT
servers=()
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q "redis==$version" pytest pytest-asyncio numpy
"$folder/python/bin/pip" download -q --no-deps --no-binary :all: --dest "$folder" "redis==$version"
tar xzf "$folder/redis-$version.tar.gz" -C "$folder"

cargo build -q --release
program=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/mini-redis-actors
"$program" --port 0 >"$folder/output" 2>"$folder/log" &
servers+=($!)
until grep -q listening "$folder/output"; do
    kill -0 "${servers[0]}" || { cat "$folder/log"; exit 1; }
done
ours=$(sed 's/.*://' "$folder/output")
theirs=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
redis-server --port "$theirs" --save "" --bind 127.0.0.1 >"$folder/redis" &
servers+=($!)
until grep -q "Ready to accept" "$folder/redis"; do
    kill -0 "${servers[1]}" || { cat "$folder/redis"; exit 1; }
done

run() { # run PORT: prints each test with its outcome
    (cd "$folder/redis-$version" && timeout 170 "$folder/python/bin/python" -m pytest -q -rA -p no:cacheprovider \
        --redis-url "redis://127.0.0.1:$1/0" tests/test_pubsub.py 2>&1 || true) |
        grep -E '^(PASSED|FAILED|ERROR) ' | sed 's/ - .*//' | sort -u
}
run "$theirs" >"$folder/theirs" &
other=$!
run "$ours" >"$folder/ours"
wait "$other"
passed() { grep -c '^PASSED' "$folder/$1" || true; }
echo "tests of redis-py $version: $(passed ours) pass, and $(passed theirs) with Redis"
sed -n 's/^FAILED/   fails:/p' "$folder/ours"
[ "$(passed ours)" -gt 100 ] || { echo "the tests have not run"; exit 1; }
diff "$folder/theirs" "$folder/ours"
