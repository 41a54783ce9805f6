# The image of every process: worker, sink, server, simulate, prepare-stream, rebuild-state; serve for a single desk.
FROM node:26.10.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# What --version says it was made of.
ARG COMMIT=
RUN node node_modules/vite/bin/vite.js build dashboard --logLevel error \
    && npm prune --omit=dev --no-audit --no-fund \
    && npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx >goshawk.cdx.json \
    && scripts/slim-packages.sh node_modules \
    && find src -name '*.test.ts' -delete \
    && install -d -o 1000 -g 1000 data \
    && printf '%s' "$COMMIT" >commit

FROM node:26.10.0-bookworm-slim AS goshawk
# As in scripts/with-node.sh.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
LABEL org.opencontainers.image.title="Goshawk" \
      org.opencontainers.image.description="Real-time fraud detection for banks, payment firms and fintechs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"
COPY --from=build --chown=root:root /app/package.json /app/goshawk.cdx.json /app/commit /app/
COPY --from=build --chown=root:root /app/node_modules /app/node_modules
COPY --from=build --chown=root:root /app/src /app/src
COPY --from=build --chown=root:root /app/dashboard/dist /app/dashboard/dist
# What a desk keeps (var) and its log (logs): everything else may be read-only.
COPY --from=build --chown=1000:1000 /app/data /var/lib/goshawk
VOLUME /var/lib/goshawk
WORKDIR /var/lib/goshawk
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=3 CMD ["node", "/app/src/cli/main.ts", "health"]
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
USER 1000:1000
