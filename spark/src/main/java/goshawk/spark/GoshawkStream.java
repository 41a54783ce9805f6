package goshawk.spark;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streaming job: reads the transactions topic and hands each partition's records, in their order, to the engine
 * of the executor, which decides, commits and publishes. Runs under spark-submit or a plain `java`.
 */
public final class GoshawkStream {
  private static final Logger LOG = LoggerFactory.getLogger(GoshawkStream.class);
  private static final long FIRST_PAUSE_MS = 500;
  private static final long LONGEST_PAUSE_MS = 30_000;
  /** A query that ran for so long had got over what ended the one before. */
  private static final long HEALTHY_MS = 60_000;

  private GoshawkStream() {}

  public static void main(String[] args) throws Exception {
    JobOptions options;
    try {
      options = JobOptions.parse(args, System.getenv());
    } catch (IllegalArgumentException error) {
      System.err.println("goshawk: " + error.getMessage());
      System.exit(2);
      return;
    }
    SparkSession spark = SparkSession.builder().appName("goshawk").getOrCreate();
    EngineCommand command = new EngineCommand(options.engine(), options.environment());
    ProgressReporter reporter =
        new ProgressReporter(command, options.realTime(), spark.sparkContext().applicationId());
    spark.streams().addListener(reporter);
    reporter.start();
    AtomicReference<StreamingQuery> running = new AtomicReference<>();
    AtomicBoolean stopping = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running.get(), stopping)));
    long pause = FIRST_PAUSE_MS;
    while (!stopping.get()) {
      long started = System.nanoTime();
      try {
        StreamingQuery query = start(spark, options, command);
        running.set(query);
        reporter.running(query);
        LOG.warn("goshawk: the query runs");
        query.awaitTermination();
        return;
      } catch (StreamingQueryException error) {
        if (stopping.get()) return;
        // What failed was not noted as done: the next query reads it again, and the engine leaves out what it decided.
        reporter.failed(error);
        LOG.error("goshawk: the query failed and is started again: {}", error.getMessage());
      }
      if ((System.nanoTime() - started) / 1_000_000 > HEALTHY_MS) pause = FIRST_PAUSE_MS;
      Thread.sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  private static void stop(StreamingQuery query, AtomicBoolean stopping) {
    stopping.set(true);
    try {
      if (query != null) query.stop();
    } catch (TimeoutException | IllegalStateException late) {
      // Spark may have stopped already. What tasks had under way is read again by the next query.
    }
  }

  private static StreamingQuery start(SparkSession spark, JobOptions options, EngineCommand command)
      throws java.io.IOException, TimeoutException {
    Dataset<Row> records = spark
        .readStream()
        .format("kafka")
        .options(options.kafka())
        .option("subscribe", options.topic())
        .option("startingOffsets", options.startingOffsets())
        .option("includeHeaders", "true")
        .load()
        .selectExpr(EngineWriter.COLUMNS);
    return records
        .writeStream()
        .queryName("goshawk")
        .outputMode("update")
        .option("checkpointLocation", options.checkpoint())
        .trigger(options.realTime() ? Trigger.RealTime(options.batchMs()) : Trigger.ProcessingTime(options.batchMs()))
        .foreach(new EngineWriter(command))
        .start();
  }
}
