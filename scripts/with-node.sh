#!/usr/bin/env bash
# Runs a program of this repository with a Node.js that can run it, and with the packages it needs: the Node.js that runs npm
# may be too old, and on a fresh clone there are none.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
node=$("$root/scripts/node.sh")
export PATH="$(dirname "$node"):$PATH"
"$root/scripts/install.sh"
# Compiled code is kept between starts.
export NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/.cache/compiled}
# Each thread's memory that is free is kept for that thread alone; in a few places instead of many there is less of it.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
exec "$node" --disable-warning=ExperimentalWarning "$@"
