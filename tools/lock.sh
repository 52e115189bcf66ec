#!/bin/sh
# Resolve requirements/*.in into hashed locks that hold for every platform and name no registry.
set -eu
cd "$(dirname "$0")/../requirements"
lock() {
    name=$1
    shift
    uv pip compile "$name.in" "$@" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --quiet -o "$name.txt"
}
lock core
lock build -c core.txt
lock planning -c core.txt
lock spark -c core.txt -c planning.txt
lock dev -c core.txt -c build.txt -c planning.txt
if grep -nE 'https?://|file:|--index|--find-links' ./*.txt; then
    echo "A lock names an address; remove it." >&2
    exit 1
fi
