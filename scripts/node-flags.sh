#!/usr/bin/env bash
# Prints Node's flags for goshawk's processes, a line each.
set -euo pipefail
# With the usual 32 a process took 35 to 50 MB more, and was no faster.
echo --max-semi-space-size=16
# Below this, all objects are not gone through: a process of 50 MB was, every few seconds, and records waited for it.
echo --initial-old-space-size=128
# While a process loads what it knows, nearly all it makes stays. From then on some processes made every message among
# the old objects, which kept 4 KB of each transaction until all objects were gone through.
echo --no-allocation-site-pretenuring
