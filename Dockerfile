# The image of every process: worker, sink, server, simulate, prepare-stream, rebuild-state; serve for a single desk.
FROM node:26.10.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node node_modules/vite/bin/vite.js build dashboard --logLevel error \
    && npm prune --omit=dev --no-audit --no-fund

FROM node:26.10.0-bookworm-slim AS goshawk
# As in scripts/with-node.sh.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/src ./src
COPY --from=build --chown=root:root /app/dashboard/dist ./dashboard/dist
USER 1000:1000
EXPOSE 8000
# The flags of scripts/node-flags.sh.
ENTRYPOINT ["node", "--max-semi-space-size=16", "--initial-old-space-size=128", "--no-allocation-site-pretenuring", "--disable-warning=ExperimentalWarning", "/app/src/cli/main.ts"]
CMD ["--help"]

# The same with Java, Spark and the job in spark/: docs/spark.md.
FROM maven:3.9.11-eclipse-temurin-17 AS spark-job
WORKDIR /job
COPY spark ./
RUN mvn -q -B package dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/jars \
    && cp target/goshawk-spark-0.1.0.jar /jars/

FROM goshawk AS spark
USER 0:0
COPY --from=spark-job /opt/java/openjdk /opt/java/openjdk
COPY --from=spark-job --chown=root:root /jars /app/spark-jars
ENV PATH="/opt/java/openjdk/bin:${PATH}" \
    GOSHAWK_SPARK_JARS=/app/spark-jars
RUN install -d -o 1000 -g 1000 /var/lib/goshawk
USER 1000:1000
