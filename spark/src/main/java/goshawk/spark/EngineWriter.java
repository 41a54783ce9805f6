package goshawk.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;

/**
 * Hands the records of a task to the engine of its executor. A task ends well only when all of them are decided and
 * published: what Spark then notes as done is done.
 */
final class EngineWriter extends ForeachWriter<Row> {
  private static final long serialVersionUID = 1;
  /** Columns of the rows it takes, in their order. */
  static final String[] COLUMNS = {
    "partition", "offset", "unix_millis(timestamp) as timestampMs", "key", "value", "headers"
  };

  private final EngineCommand command;
  private transient EngineProcess engine;
  private transient Set<Integer> partitions;

  EngineWriter(EngineCommand command) {
    this.command = command;
  }

  @Override
  public boolean open(long partitionId, long epochId) {
    partitions = new HashSet<>();
    try {
      engine = EngineProcess.shared(command);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return true;
  }

  @Override
  public void process(Row row) {
    int partition = row.getInt(0);
    try {
      if (partitions.add(partition)) engine.begin(partition);
      byte[] key = (byte[]) row.get(3);
      byte[] value = (byte[]) row.get(4);
      engine.hand(partition, row.getLong(1), row.getLong(2), key, value, headers(row));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static byte[][] headers(Row row) {
    if (row.isNullAt(5)) return new byte[0][];
    List<Row> headers = row.getList(5);
    byte[][] parts = new byte[2 * headers.size()][];
    for (int i = 0; i < headers.size(); i++) {
      Row header = headers.get(i);
      parts[2 * i] = header.getString(0).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      parts[2 * i + 1] = (byte[]) header.get(1);
    }
    return parts;
  }

  @Override
  public void close(Throwable error) {
    if (error != null || partitions == null) return;
    try {
      for (int partition : partitions) engine.flush(partition);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
