#!/usr/bin/env bash
# Sees to it that a Chromium is there for the browser tests; as root on Debian it is installed.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  log=$(mktemp)
  echo "Installing Chromium …"
  if apt-get update >"$log" 2>&1 && apt-get install -y --no-install-recommends chromium fonts-noto-core >>"$log" 2>&1; then
    rm -f "$log"
    exit 0
  fi
  tail -20 "$log" >&2
fi
echo "The browser tests need Chromium: install the package chromium and run ./test.sh again." >&2
exit 1
