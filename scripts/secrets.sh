#!/usr/bin/env bash
# Writes .env with passwords and keys for the containers, once; what is there stays, what is missing is added.
set -euo pipefail
file="$(cd "$(dirname "$0")/.." && pwd)/.env"
secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n='; }
umask 077
touch "$file"
if [ -n "$(tail -c 1 "$file")" ]; then echo >>"$file"; fi
for name in POSTGRES_PASSWORD REDIS_PASSWORD CARD_TOKEN_KEY; do
  grep -q "^$name=" "$file" || printf '%s=%s\n' "$name" "$(secret)" >>"$file"
done
