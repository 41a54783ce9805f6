#!/usr/bin/env bash
# Writes .env with passwords for the containers, once; what is there stays.
set -euo pipefail
file="$(cd "$(dirname "$0")/.." && pwd)/.env"
[ -e "$file" ] && exit 0
secret() { head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n='; }
(umask 077 && printf 'POSTGRES_PASSWORD=%s\nREDIS_PASSWORD=%s\n' "$(secret)" "$(secret)" >"$file")
