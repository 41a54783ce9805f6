#!/usr/bin/env bash
# Prints the folder with the jars of Spark and of the job in spark/; copies and builds them when they are not there yet.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
job="$root/spark"
libs="$root/.cache/spark/$(sha256sum "$job/pom.xml" | cut -c1-12)"
built=$(cat "$job/pom.xml" $(find "$job/src" -name '*.java' | sort) | sha256sum | cut -c1-12)
if [ ! -e "$libs/.complete" ] || [ "$(cat "$libs/.built" 2>/dev/null)" != "$built" ]; then
  for program in javac mvn; do
    command -v "$program" >/dev/null || { echo "goshawk: Spark needs $program; install a JDK (17 or newer) and Maven" >&2; exit 1; }
  done
  if [ ! -e "$libs/.complete" ]; then
    echo "goshawk: copying the jars of Spark from Maven Central (290 MB)" >&2
    mvn -q -B -f "$job/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$libs" >&2
    touch "$libs/.complete"
  fi
  mvn -q -B -f "$job/pom.xml" package >&2
  # Moved, not written over: a job that runs keeps the file it has opened.
  cp "$job/target/goshawk-spark-0.1.0.jar" "$libs/.goshawk-spark.jar.$$"
  mv "$libs/.goshawk-spark.jar.$$" "$libs/goshawk-spark.jar"
  echo "$built" >"$libs/.built"
fi
echo "$libs"
