#!/usr/bin/env bash
# Starts a live fraud desk: installs what is missing, builds the dashboard, trains the first model, opens shop, and starts it
# again when it dies. With --stack: Kafka, Redis, PostgreSQL, workers, sink, server and simulator on this machine; with
# --docker: the same in containers. --spark with either puts Apache Spark in place of the workers. Words in any order.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
how=serve spark= help=
words=()
for word in "$@"; do
  case "$word" in
    --stack | --docker)
      if [ "$how" != serve ] && [ "$how" != "${word#--}" ]; then
        echo "goshawk: --stack and --docker do not go together; leave one of them out." >&2
        exit 2
      fi
      how=${word#--}
      ;;
    --spark) spark=yes ;;
    --help | -h) help=yes ;;
    *) words+=("$word") ;;
  esac
done
if [ -n "$spark" ] && [ "$how" = serve ]; then
  echo "goshawk: --spark goes with --stack or --docker." >&2
  exit 2
fi
# An empty list is no list to older shells.
set -- ${words[@]+"${words[@]}"}
if [ "$how" = docker ]; then
  [ -z "$help" ] || exec docker compose up --help
  scripts/secrets.sh
  [ -z "$spark" ] || WORKERS=0 exec docker compose --profile spark up --build "$@"
  exec docker compose up --build "$@"
fi
# The help text comes out of the program, too, which does not start without its packages.
node=$(scripts/node.sh)
PATH="$(dirname "$node"):$PATH" scripts/install.sh
[ -z "$help" ] || exec ./goshawk "$how" --help
if [ ! -f dashboard/dist/index.html ] || [ -n "$(find dashboard/src dashboard/index.html dashboard/vite.config.ts src/protocol src/domain package-lock.json -newer dashboard/dist/index.html -print -quit)" ]; then
  echo "Building the dashboard …"
  "$node" node_modules/vite/bin/vite.js build dashboard --logLevel error
fi
if [ "$how" = stack ]; then
  [ -z "$spark" ] || set -- --spark "$@"
  scripts/services.sh run
  exec ./goshawk stack "$@"
fi
# What dies is started again, what was asked for wrongly is not.
exec ./goshawk keep serve "$@"
