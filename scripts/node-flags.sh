#!/usr/bin/env bash
# Prints Node's flags for goshawk's processes, a line each.
set -euo pipefail
# Messages live longer than it takes to fill the usual room for young objects, and were copied once more for nothing.
echo --max-semi-space-size=32
# Below this, all objects are not gone through: a process of 50 MB was, every few seconds, and records waited for it.
echo --initial-old-space-size=128
# While a process loads what it knows, nearly all it makes stays. From then on some processes made every message among
# the old objects, which kept 4 KB of each transaction until all objects were gone through.
echo --no-allocation-site-pretenuring
