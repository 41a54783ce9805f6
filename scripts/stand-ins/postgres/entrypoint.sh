#!/bin/bash
# Begins a database in an empty folder, then runs what it is asked to.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?say POSTGRES_PASSWORD}"
  initdb --username="${POSTGRES_USER:-postgres}" --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 --pwfile=<(echo "$POSTGRES_PASSWORD") >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -w -o "-c listen_addresses=''" start >/dev/null
  if [ "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}" != postgres ]; then
    createdb --username="${POSTGRES_USER:-postgres}" --maintenance-db=postgres "${POSTGRES_DB:-$POSTGRES_USER}"
  fi
  pg_ctl -w -m fast stop >/dev/null
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
fi
exec "$@"
