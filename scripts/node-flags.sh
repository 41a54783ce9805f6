#!/usr/bin/env bash
# Prints Node's flags for goshawk's processes. Messages live longer than it takes to fill the usual room for young objects, and
# were copied once more for nothing.
set -euo pipefail
echo --max-semi-space-size=32
