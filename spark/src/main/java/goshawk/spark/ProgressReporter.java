package goshawk.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.streaming.SourceProgress;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryListener;
import org.apache.spark.sql.streaming.StreamingQueryProgress;

/** Tells goshawk every two seconds how the query is, from Spark's own progress reports; silence means it is down. */
final class ProgressReporter extends StreamingQueryListener {
  private static final long serialVersionUID = 1;
  private static final long EVERY_MS = 2000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EngineCommand command;
  private final boolean realTime;
  private final String applicationId;
  private volatile transient StreamingQuery query;
  private volatile transient Map<String, Object> progress;
  private volatile String error;
  private volatile int restarts;

  ProgressReporter(EngineCommand command, boolean realTime, String applicationId) {
    this.command = command;
    this.realTime = realTime;
    this.applicationId = applicationId;
  }

  void start() {
    Thread thread = new Thread(this::report, "goshawk-progress");
    thread.setDaemon(true);
    thread.start();
  }

  void running(StreamingQuery started) {
    query = started;
  }

  void failed(Throwable failure) {
    restarts++;
    String message = String.valueOf(failure.getMessage());
    error = message.substring(0, Math.min(message.length(), 300));
  }

  @Override
  public void onQueryStarted(QueryStartedEvent event) {}

  @Override
  public void onQueryTerminated(QueryTerminatedEvent event) {}

  @Override
  public void onQueryProgress(QueryProgressEvent event) {
    StreamingQueryProgress last = event.progress();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("atMs", Instant.parse(last.timestamp()).toEpochMilli() + last.batchDuration());
    told.put("batchId", last.batchId());
    told.put("inputRowsPerSecond", finite(last.inputRowsPerSecond()));
    told.put("processedRowsPerSecond", finite(last.processedRowsPerSecond()));
    told.put("batchMs", last.batchDuration());
    told.put("lag", lag(last.sources()));
    progress = told;
    error = null;
  }

  private static double finite(double value) {
    return Double.isFinite(value) ? value : 0;
  }

  /** Of the partition that is furthest behind; null where Spark does not say. */
  private static Long lag(SourceProgress[] sources) {
    for (SourceProgress source : sources) {
      String behind = source.metrics().get("maxOffsetsBehindLatest");
      if (behind != null) return (long) Double.parseDouble(behind);
    }
    return null;
  }

  private void report() {
    try {
      for (;;) {
        Thread.sleep(EVERY_MS);
        StreamingQuery now = query;
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("atMs", System.currentTimeMillis());
        told.put("applicationId", applicationId);
        told.put("trigger", realTime ? "real-time" : "micro-batch");
        told.put("active", now != null && now.isActive());
        told.put("message", now == null ? "starting" : now.status().message());
        told.put("progress", progress);
        told.put("restarts", restarts);
        told.put("error", error);
        try {
          EngineProcess.shared(command).progress(JSON.writeValueAsString(told));
        } catch (JsonProcessingException fault) {
          throw new IllegalStateException(fault);
        } catch (IOException away) {
          // No engine, no report: that is what it then looks like.
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
