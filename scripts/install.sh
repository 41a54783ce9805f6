#!/usr/bin/env bash
# Installs the npm packages when package-lock.json is newer than what is installed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
stamp=node_modules/.goshawk-installed
if [ ! -f "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  command -v npm >/dev/null || { echo "goshawk: npm is not installed; install Node.js 20 or newer with npm" >&2; exit 1; }
  echo "Installing npm packages …"
  npm ci --no-fund --no-audit --loglevel=error
  touch "$stamp"
fi
