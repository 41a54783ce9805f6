#!/usr/bin/env bash
# Makes sure there is a PostgreSQL server program; as root on Debian installs it (no cluster is made or started).
set -euo pipefail
if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "goshawk: there is no PostgreSQL server program; install the package postgresql" >&2
  exit 1
fi
echo "goshawk: installing postgresql" >&2
apt-get update -qq
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
