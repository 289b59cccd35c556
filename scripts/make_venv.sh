#!/bin/sh
# Makes the virtual environment (first argument: its folder), also where Debian's Python lacks ensurepip.
set -eu
venv=$1

find_python() {
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "ChimeIn needs Python 3.11 or newer. On Debian: apt-get install python3" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else return 1; fi
}

python=$(find_python)
rm -rf "$venv"
echo "== virtual environment ($("$python" --version))"
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$venv"
elif "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --without-pip "$venv"
    "$python" -m pip --quiet --python "$venv/bin/python" install pip
elif command -v apt-get >/dev/null 2>&1 &&
    as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv' >/dev/null; then
    "$python" -m venv "$venv"
else
    echo "This Python has no pip. Ask an administrator for: apt-get install python3-venv    then run make again." >&2
    exit 1
fi
