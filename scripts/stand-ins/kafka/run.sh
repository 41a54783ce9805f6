#!/bin/bash
# KAFKA_LOG_DIRS=… is log.dirs=…: KAFKA_ goes, a double underscore is a hyphen, others are dots.
set -euo pipefail
settings=/opt/kafka/config/server.properties
env | grep '^KAFKA_' | grep -vE '^KAFKA_(HEAP_OPTS|JVM_OPTIONS)=' | while IFS='=' read -r name value; do
  key=$(echo "${name#KAFKA_}" | tr '[:upper:]' '[:lower:]' | sed 's/__/-/g; s/_/./g')
  echo "$key=$value"
done >"$settings"
printf 'status=warn\nappender.console.type=Console\nappender.console.name=console\nappender.console.layout.type=PatternLayout\nappender.console.layout.pattern=%%d{ISO8601} %%p %%c{1}: %%m%%n\nrootLogger.level=warn\nrootLogger.appenderRef.console.ref=console\n' >/opt/kafka/config/log4j2.properties
run=(java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.properties -cp '/opt/kafka/libs/*')
if [ ! -f /var/lib/kafka/data/meta.properties ]; then
  "${run[@]}" kafka.tools.StorageTool format -t "${CLUSTER_ID:-Z29zaGF3ay1vbi1vbmUxMQ}" -c "$settings" >/dev/null
fi
exec "${run[@]}" kafka.Kafka "$settings"
