#!/usr/bin/env bash
# Runs the tests of test/: all, or those of one kind (CONTRIBUTING.md says which there are). What servers and browser they need is
# seen to first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
kind=${1:-}
case $kind in '' | browser) scripts/chromium.sh ;; esac
case $kind in '' | postgres | kafka | spark) scripts/services.sh ;; esac
# Brokers live for seconds here: the second compiler would only take time from the tests.
export KAFKA_JVM_OPTIONS=-XX:TieredStopAtLevel=1
# Every answer is held against its schema.
export GOSHAWK_CHECK_ANSWERS=1
# Whoever waits for npm test has fewer.
export SIMULATION_SEEDS=${SIMULATION_SEEDS:-10000}
files=(test/*${kind:+.$kind}.test.ts)
if [ "$kind" = long ]; then files+=(test/stream-simulation.test.ts); fi
node=$(scripts/node.sh)
export PATH="$(dirname "$node"):$PATH"
scripts/install.sh
# A test that hangs costs itself: what it left running must not hold up the others.
exec node --disable-warning=ExperimentalWarning --test --test-concurrency=1 --test-timeout=600000 --test-force-exit --test-reporter=spec "${files[@]}"
