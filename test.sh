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
scripts/chromium.sh
scripts/services.sh
# Brokers live for seconds here: the second compiler would only take time from the tests.
export KAFKA_JVM_OPTIONS=-XX:TieredStopAtLevel=1
# Every answer is held against its schema.
export GOSHAWK_CHECK_ANSWERS=1
# A test that hangs costs itself: what it left running must not hold up the others.
node --disable-warning=ExperimentalWarning --test --test-concurrency=1 --test-timeout=600000 --test-force-exit --test-reporter=spec test/*.test.ts
