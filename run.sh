#!/usr/bin/env bash
# Starts a live fraud desk: installs what is missing, builds the dashboard, trains the first model, opens shop.
# With --stack as the first word: Kafka, Redis, PostgreSQL, workers, sink, server and simulator on this machine;
# with --docker: the same in containers. --spark after either puts Apache Spark in place of the workers.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
if [ "${1:-}" = --docker ]; then
  shift
  scripts/secrets.sh
  if [ "${1:-}" = --spark ]; then
    shift
    WORKERS=0 exec docker compose --profile spark up --build "$@"
  fi
  exec docker compose up --build "$@"
fi
# The help text comes out of the program, too, which does not start without its packages.
node=$(scripts/node.sh)
PATH="$(dirname "$node"):$PATH" scripts/install.sh
case " $* " in *" --help "*|*" -h "*) ;; *)
  if [ ! -f dashboard/dist/index.html ] || [ -n "$(find dashboard/src dashboard/index.html dashboard/vite.config.ts src/protocol src/domain package-lock.json -newer dashboard/dist/index.html -print -quit)" ]; then
    echo "Building the dashboard …"
    "$node" node_modules/vite/bin/vite.js build dashboard --logLevel error
  fi
esac
case "${1:-}" in
  --stack) shift; scripts/services.sh run; exec ./goshawk stack "$@" ;;
esac
exec ./goshawk serve "$@"
