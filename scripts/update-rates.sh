#!/usr/bin/env bash
# Writes src/domain/shipped-rates.ts anew, from the newest @fawazahmed0/currency-api (CC0).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
node=$("$root/scripts/node.sh")
export PATH="$(dirname "$node"):$PATH"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent @fawazahmed0/currency-api@latest >/dev/null
tar -xzf ./*.tgz package/v1/currencies/eur.json
node "$root/scripts/shipped-rates.ts" package/v1/currencies/eur.json >"$root/src/domain/shipped-rates.ts"
