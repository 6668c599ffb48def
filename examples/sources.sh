# Where the sources of packages are, for the scripts that run tests of others. Sourced, with `work` set to a directory.

# source_of DIRECTORY NAME: where the source of a package is that the package in the directory depends on.
source_of() {
    (cd "$1" && cargo metadata --format-version 1) | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(*(os.path.dirname(p["manifest_path"]) for p in packages if p["name"] == sys.argv[1]))' "$2"
}

# fetched NAME VERSION: the source of a package that nothing here depends on.
fetched() {
    local directory=$work/fetched/$1-$2
    if [ ! -e "$directory" ]; then
        mkdir -p "$work/fetched"
        (cd "$work" && cargo info -q "$1@$2" >/dev/null)
        tar -xzf "${CARGO_HOME:-$HOME/.cargo}"/registry/cache/*/"$1-$2.crate" -C "$work/fetched"
    fi
    echo "$directory"
}
