#!/usr/bin/env bash
# Installs the npm packages when package-lock.json is newer than what is installed. Says so on the error output: a command's own
# output may be piped on.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
stamp=node_modules/.goshawk-installed
# npm's own note of what it installed counts as well: somebody may have run npm ci.
is_installed() {
  for note in "$stamp" node_modules/.package-lock.json; do
    if [ -f "$note" ] && [ ! package-lock.json -nt "$note" ]; then return 0; fi
  done
  return 1
}
is_installed && exit 0
# Packages that somebody else installed, in a folder that is not ours to change.
if [ -L node_modules ] || { [ -d node_modules ] && [ ! -w node_modules ]; }; then exit 0; fi
command -v npm >/dev/null || { echo "goshawk: npm is not installed; install Node.js 20 or newer with npm" >&2; exit 1; }
# Two at once would take the packages from under each other.
lock=.cache/install.lock
mkdir -p .cache
for _ in $(seq 600); do
  mkdir "$lock" 2>/dev/null && break
  is_installed && exit 0
  owner=$(cat "$lock/pid" 2>/dev/null || true)
  if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$lock"; else sleep 1; fi
done
echo $$ >"$lock/pid"
trap 'rm -rf "$lock"' EXIT
is_installed && exit 0
echo "Installing npm packages …" >&2
npm ci --no-fund --no-audit --loglevel=error >&2
touch "$stamp"
