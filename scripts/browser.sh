#!/bin/sh
# The browser tests use Debian's Chromium, and fonts that can show Chinese.
set -eu
missing=
command -v chromium >/dev/null 2>&1 || missing="chromium"
[ -d /usr/share/fonts/opentype/noto ] || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0
install="apt-get -qq update && apt-get -qq install -y --no-install-recommends $missing"
echo "== browser for the tests:$missing"
if [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive sh -c "$install" >/dev/null
elif command -v sudo >/dev/null 2>&1; then
    sudo env DEBIAN_FRONTEND=noninteractive sh -c "$install" >/dev/null
else
    echo "Ask an administrator for: apt-get install$missing    then run make again." >&2
    exit 1
fi
