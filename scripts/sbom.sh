#!/usr/bin/env bash
# Writes a bill of materials (CycloneDX, JSON) of what runs in production, and of the Node.js that is fetched where a machine has none.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/artifacts}
mkdir -p "$out"
list() { (cd "$1" && npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx); }
list "$root" >"$out/goshawk.cdx.json"
list "$root/scripts/node-runtime" >"$out/node-runtime.cdx.json"
echo "$out/goshawk.cdx.json"
echo "$out/node-runtime.cdx.json"
