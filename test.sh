#!/usr/bin/env bash
# Proves everything that must hold: types, style, unit and property tests, the whole system, the browser.
# Installs what it needs from package registries; as root on Debian that includes Chromium.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
node=$(scripts/node.sh)
export PATH="$(dirname "$node"):$PATH"
scripts/install.sh
step() { printf '\n== %s\n' "$1"; }

step "Clients of the API"
node --disable-warning=ExperimentalWarning sdk/generate/main.ts
step "Types"
node_modules/.bin/tsc --noEmit -p tsconfig.json
node_modules/.bin/tsc --noEmit -p dashboard/tsconfig.json
step "Style"
node_modules/.bin/biome check --error-on-warnings --diagnostic-level=warn .
step "Dashboard"
node_modules/.bin/vite build dashboard --logLevel warn
step "Unit and property tests"
shopt -s globstar nullglob
node --disable-warning=ExperimentalWarning --test --test-concurrency=2 --test-reporter=spec src/**/*.test.ts
step "Whole system"
scripts/system-tests.sh
