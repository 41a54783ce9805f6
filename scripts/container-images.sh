#!/usr/bin/env bash
# Sees to it that containers can be built and run, and prints how, as JSON: {"engine", "env", "build"}. Where Docker's daemon answers,
# that is all. Else, as root on Debian, it installs Podman with runc, and makes for each base image that is named and not there a
# stand-in under its name, out of Debian's, npm's and Maven's packages (scripts/stand-ins has one folder each).
#
# A stand-in has the programs and the environment of the official image as far as Dockerfile and compose.yaml use them. What it does not prove:
# that the official image of that version exists and behaves so (PostgreSQL and Redis are Debian's, older than those named), its size, its
# entry point beyond what compose.yaml needs, and other machines than this.
#
#   scripts/container-images.sh node postgres redis kafka maven
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
if docker info >/dev/null 2>&1; then
  echo '{"engine":"docker","env":{},"build":[]}'
  exit 0
fi
say() { echo "goshawk: $*" >&2; }
fail() { say "$*"; exit 1; }
if ! command -v podman >/dev/null || ! command -v runc >/dev/null || ! command -v debootstrap >/dev/null; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "containers need Docker, or Podman with runc and debootstrap: install one of them"
  say "installing Podman"
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends podman runc buildah netavark aardvark-dns debootstrap iptables uidmap; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    exit 1
  fi
  rm -f "$log"
fi
work="$root/.cache/containers"
mkdir -p "$work"
cat >"$work/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[network]
network_backend = "netavark"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
export CONTAINERS_CONF="$work/containers.conf"
# One machine, one store of images: two at once would build each twice.
exec 9>"$work/lock"
flock 9
# The official images' names, as Dockerfile and compose.yaml have them.
named() { cat "$root/Dockerfile" "$root/compose.yaml" | grep -oE "(FROM|image:) $1:[^ ]+" | head -n 1 | awk '{print $2}'; }
debian=localhost/goshawk-stand-in-debian
build() { # build NAME FOLDER [ARGUMENT…]
  say "making a stand-in for $1"
  podman build --isolation chroot --network host --format docker "${@:3}" --build-arg "DEBIAN=$debian" -t "$1" "$2" >"$work/build.log" 2>&1 || { tail -20 "$work/build.log" >&2; exit 1; }
}
make_debian() {
  podman image exists "$debian" && return
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -E '^(URIs:|deb )' | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
  [ -n "$mirror" ] || fail "the sources of apt name no mirror of Debian"
  say "making a base of Debian's packages"
  rm -rf "$work/debian"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/debian" "$mirror" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
  # Whatever authorities this machine trusts, its images do.
  cp /etc/ssl/certs/ca-certificates.crt "$work/debian/etc/ssl/certs/ca-certificates.crt"
  cp -r /etc/apt/apt.conf.d/. "$work/debian/etc/apt/apt.conf.d/"
  tar -C "$work/debian" -c . | podman import - "$debian" >/dev/null
  rm -rf "$work/debian"
}
make_node() {
  folder=$(mktemp -d)
  node=$("$root/scripts/node.sh")
  cp "$root/scripts/stand-ins/node/Dockerfile" "$folder/"
  cp "$node" "$folder/node"
  cp -rL "$(dirname "$(readlink -f "$(command -v npm)")")/.." "$folder/npm"
  build "$1" "$folder"
  rm -rf "$folder"
}
make_kafka() {
  folder=$(mktemp -d)
  cp "$root"/scripts/stand-ins/kafka/* "$folder/"
  cp -r "$("$root/scripts/kafka.sh")" "$folder/libs"
  build "$1" "$folder"
  rm -rf "$folder"
}
for name in "$@"; do
  case $name in
    node) image=$(named node) ;;
    maven) image=$(named maven) ;;
    postgres) image=$(named postgres) ;;
    redis) image=$(named redis) ;;
    kafka) image=$(named apache/kafka) ;;
    *) fail "there is no stand-in for \"$name\": node, postgres, redis, kafka or maven" ;;
  esac
  full=docker.io/$(case $image in */*) echo "$image" ;; *) echo "library/$image" ;; esac)
  podman image exists "$full" && continue
  make_debian
  case $name in
    node) make_node "$full" ;;
    kafka) make_kafka "$full" ;;
    *) build "$full" "$root/scripts/stand-ins/$name" ;;
  esac
done
printf '{"engine":"podman","env":{"CONTAINERS_CONF":"%s"},"build":["--isolation","chroot","--network","host","--format","docker"]}\n' "$CONTAINERS_CONF"
