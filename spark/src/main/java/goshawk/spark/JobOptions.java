package goshawk.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the job is told on its command line, and by the variables of docs/distributed.md. */
record JobOptions(
    boolean realTime,
    long batchMs,
    String checkpoint,
    String startingOffsets,
    List<String> engine,
    Map<String, String> environment) {

  static final String USAGE = """
      Options of goshawk.spark.GoshawkStream:
        --checkpoint DIR        where Spark notes how far it is (required; any file system that Spark knows)
        --engine WORD           the engine's command, a word at a time; repeat it (required; e.g. --engine /opt/goshawk/goshawk
                                --engine spark-engine)
        --trigger T             real-time (default) | micro-batch
        --batch-ms N            real-time: milliseconds between checkpoints, 30000; micro-batch: between batches, 0 for at once
        --starting-offsets O    earliest (default) | latest | JSON as Spark's Kafka source takes it; without a checkpoint only
      Kafka, Redis and PostgreSQL are named by KAFKA_BROKERS, REDIS_URL, DATABASE_URL and the other variables of
      docs/distributed.md, which are passed on to the engines.""";

  private static final List<String> PASSED_ON = List.of(
      "KAFKA_", "REDIS_", "DATABASE_URL", "RETENTION_MONTHS", "MAX_AMOUNT_MINOR", "CARD_", "ACCOUNT_CACHE_MB", "OUTBOX_MB", "OTEL_");

  /** Throws IllegalArgumentException that says what is wrong. */
  static JobOptions parse(String[] args, Map<String, String> env) {
    Map<String, String> given = new HashMap<>();
    List<String> engine = new ArrayList<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i];
      if (i + 1 == args.length) throw new IllegalArgumentException(name + " needs a value.\n" + USAGE);
      switch (name) {
        case "--engine" -> engine.add(args[i + 1]);
        case "--checkpoint", "--trigger", "--batch-ms", "--starting-offsets" -> given.put(name, args[i + 1]);
        default -> throw new IllegalArgumentException("There is no option " + name + ".\n" + USAGE);
      }
    }
    String trigger = given.getOrDefault("--trigger", "real-time");
    if (!trigger.equals("real-time") && !trigger.equals("micro-batch")) {
      throw new IllegalArgumentException("--trigger is \"" + trigger + "\"; it must be real-time or micro-batch.");
    }
    boolean realTime = trigger.equals("real-time");
    String checkpoint = given.get("--checkpoint");
    if (checkpoint == null) throw new IllegalArgumentException("--checkpoint is required.\n" + USAGE);
    if (engine.isEmpty()) throw new IllegalArgumentException("--engine is required.\n" + USAGE);
    if (!env.containsKey("KAFKA_BROKERS")) throw new IllegalArgumentException("KAFKA_BROKERS is not set.");
    Map<String, String> passed = new TreeMap<>();
    env.forEach((name, value) -> {
      if (PASSED_ON.stream().anyMatch(name::startsWith)) passed.put(name, value);
    });
    return new JobOptions(
        realTime,
        number(given, "--batch-ms", realTime ? 30_000 : 0),
        checkpoint,
        given.getOrDefault("--starting-offsets", "earliest"),
        List.copyOf(engine),
        new HashMap<>(passed));
  }

  private static long number(Map<String, String> given, String name, long preset) {
    String text = given.get(name);
    if (text == null) return preset;
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && value <= 3_600_000) return value;
    } catch (NumberFormatException error) {
      // Told below.
    }
    throw new IllegalArgumentException(name + " is \"" + text + "\"; it must be a whole number from 0 to 3600000.");
  }

  String topic() {
    return environment.getOrDefault("KAFKA_TOPIC_PREFIX", "goshawk") + ".transactions";
  }

  /** Options of Spark's Kafka source that say how to reach the brokers. */
  Map<String, String> kafka() throws IOException {
    Map<String, String> options = new HashMap<>();
    options.put("kafka.bootstrap.servers", environment.get("KAFKA_BROKERS"));
    String ca = environment.get("KAFKA_TLS_CA_FILE");
    String certificate = environment.get("KAFKA_TLS_CERT_FILE");
    boolean tls = "true".equals(environment.get("KAFKA_TLS")) || ca != null || certificate != null;
    String mechanism = environment.get("KAFKA_SASL_MECHANISM");
    options.put("kafka.security.protocol", (mechanism == null ? "" : "SASL_") + (tls ? "SSL" : "PLAINTEXT"));
    if (ca != null) {
      options.put("kafka.ssl.truststore.type", "PEM");
      options.put("kafka.ssl.truststore.certificates", Files.readString(Path.of(ca)));
    }
    if (certificate != null) {
      options.put("kafka.ssl.keystore.type", "PEM");
      options.put("kafka.ssl.keystore.certificate.chain", Files.readString(Path.of(certificate)));
      options.put("kafka.ssl.keystore.key", Files.readString(Path.of(environment.get("KAFKA_TLS_KEY_FILE"))));
    }
    if (mechanism != null) {
      String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
      options.put("kafka.sasl.mechanism", mechanism);
      options.put("kafka.sasl.jaas.config", "org.apache.kafka.common.security." + module + " required username="
          + quoted(environment.get("KAFKA_SASL_USERNAME")) + " password="
          + quoted(environment.get("KAFKA_SASL_PASSWORD")) + ";");
    }
    return options;
  }

  private static String quoted(String text) {
    return "\"" + String.valueOf(text).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
