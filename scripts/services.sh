#!/usr/bin/env bash
# Makes sure that the servers which tests run against are there: PostgreSQL, Redis, and Java with Maven for Kafka and Spark.
# As root on Debian it installs what is missing, and starts none of it.
set -euo pipefail
# With the word "run", servers that are named by the environment are left out.
run=${1:-}
named() { [ "$run" = run ] && [ -n "${1:-}" ]; }
missing=()
named "${DATABASE_URL:-}" || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
named "${REDIS_URL:-}" || command -v redis-server >/dev/null || missing+=(redis-server)
if ! named "${KAFKA_BROKERS:-}"; then
  # Tests run Spark as well, whose job is compiled.
  if [ "$run" = run ]; then
    command -v java >/dev/null || missing+=(default-jre-headless)
  else
    command -v javac >/dev/null || missing+=(default-jdk-headless)
  fi
  command -v mvn >/dev/null || missing+=(maven)
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Servers are needed that are not here: install ${missing[*]}, or name your own with KAFKA_BROKERS, REDIS_URL and DATABASE_URL." >&2
    exit 1
  fi
  log=$(mktemp)
  echo "Installing ${missing[*]} …"
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  if ! { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    exit 1
  fi
  rm -f "$log"
fi
named "${KAFKA_BROKERS:-}" || "$(dirname "$0")/kafka.sh" >/dev/null
