#!/usr/bin/env bash
# Prints the folder with the jars of a Kafka broker; copies them from Maven Central when they are not there yet.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
pom="$root/src/stack/kafka-pom.xml"
libs="$root/.cache/kafka/$(sha256sum "$pom" | cut -c1-12)"
if [ ! -e "$libs/.complete" ]; then
  for program in java mvn; do
    command -v "$program" >/dev/null || { echo "goshawk: a Kafka of our own needs $program; install it (Java 17 or newer, Maven), or name your brokers with KAFKA_BROKERS" >&2; exit 1; }
  done
  echo "goshawk: copying the jars of Kafka from Maven Central" >&2
  mvn -q -B -f "$pom" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$libs" >&2
  touch "$libs/.complete"
fi
echo "$libs"
