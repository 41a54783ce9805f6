#!/usr/bin/env bash
# Prints the path of a Node.js that can run Goshawk (24 or newer); fetches node@26 from npm where there is none.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
fits() { [ -x "$1" ] && "$1" -e 'process.exit(+process.versions.node.split(".")[0] >= 24 ? 0 : 1)' 2>/dev/null; }
system=$(command -v node || true)
if [ -n "$system" ] && fits "$system"; then echo "$system"; exit 0; fi
find_local() {
  if [ -d "$root/.cache/node/node_modules" ]; then
    find "$root/.cache/node/node_modules" -maxdepth 4 -path '*/bin/node' -type f -print -quit
  fi
}
local_node=$(find_local)
if [ -z "$local_node" ] || ! fits "$local_node"; then
  command -v npm >/dev/null || { echo "goshawk: npm is not installed; install Node.js 20 or newer with npm" >&2; exit 1; }
  echo "goshawk: fetching Node.js 26 from npm (this machine has $("$system" --version 2>/dev/null || echo none))" >&2
  mkdir -p "$root/.cache/node"
  npm install --prefix "$root/.cache/node" --no-fund --no-audit --loglevel=error node@26 >&2
  local_node=$(find_local)
  fits "$local_node" || { echo "goshawk: the Node.js fetched from npm does not run here; install Node.js 24 or newer yourself" >&2; exit 1; }
fi
echo "$local_node"
