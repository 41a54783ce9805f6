#!/usr/bin/env bash
# Prints Node's flags for a command of goshawk. Messages live longer than it takes to fill the usual room for young objects, and
# were copied once more for nothing; a sink holds thousands while they are being stored.
set -euo pipefail
case "${1:-}" in
  sink) echo --max-semi-space-size=64 ;;
  *) echo --max-semi-space-size=32 ;;
esac
