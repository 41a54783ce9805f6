package goshawk.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * The batch job: features, scores and labels of a whole history as Parquet, in the order of time. Files become rows,
 * one for each key by which histories know a transaction; rows of a key come together, and the engine computes their features;
 * the parts of a transaction come together, and the engine makes them a row of the table.
 */
public final class GoshawkBackfill {
  private static final int BAD_ROWS_KEPT = 10_000;
  private static final int ROWS_A_SAMPLE = 100;
  private static final String BAD_ROWS_FILE = "_bad_rows.ndjson";
  /** Which catalogue the table was made with; src/runtimes/table-catalogue.ts reads it. */
  private static final String CATALOGUE_FILE = "_catalogue.json";

  private GoshawkBackfill() {}

  public static void main(String[] args) throws Exception {
    BackfillOptions options;
    try {
      options = BackfillOptions.parse(args, System.getenv());
    } catch (IllegalArgumentException error) {
      System.err.println("goshawk: " + error.getMessage());
      System.exit(2);
      return;
    }
    SparkSession spark = SparkSession.builder()
        .appName("goshawk backfill")
        .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .config("spark.kryo.classesToRegister", RowKey.class.getName())
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .getOrCreate();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    FileSystem files = FileSystem.get(new Path(options.output()).toUri(), context.hadoopConfiguration());
    if (files.exists(new Path(options.output()))) {
      System.err.println("goshawk: " + options.output() + " is there already; name another folder, or remove it.");
      System.exit(2);
    }
    JsonNode said = said(options.step("schema", null, List.of()));
    Schema schema = schemaOf(said.get("columns"));
    String catalogue = said.get("catalogue").get("hash").asText();
    Told told = new Told(
        context.sc().longAccumulator("bad rows"),
        context.sc().collectionAccumulator("bad rows kept"),
        context.sc().collectionAccumulator("some times"));
    context.sc().addSparkListener(new ProgressLines(2 * options.inputs().size() + 2 * options.places()));

    List<Integer> numbers = IntStream.range(0, options.inputs().size()).boxed().toList();
    JavaPairRDD<RowKey, byte[]> rows = context
        .parallelize(numbers, numbers.size())
        .mapPartitionsToPair(each -> read(each, options, catalogue, told))
        .persist(StorageLevel.DISK_ONLY());
    // Everything is read, and told, when a block is kept; nobody need look at its rows for that.
    rows.foreachPartition(each -> { });
    long[] starts = starts(told.times().value(), options.places());
    JavaPairRDD<RowKey, byte[]> features = rows
        .repartitionAndSortWithinPartitions(new Placement.ByHistory(options.places()), RowKey.IN_TIME)
        .mapPartitionsToPair(each -> pairs(usable(
            new EngineStep(options.step("features", catalogue, options.features()), each), told)));
    JavaRDD<Row> table = features
        .repartitionAndSortWithinPartitions(new Placement.ByTime(starts), RowKey.IN_TIME)
        .mapPartitions(each -> results(usable(
            new EngineStep(options.step("assemble", catalogue, options.assemble()), each), told), schema));
    spark.createDataFrame(table, schema.type()).write().parquet(options.output());
    keep(files, options.output(), CATALOGUE_FILE, List.of(said.get("catalogue").toPrettyString()));
    // A task that was tried again told its rows twice.
    keep(files, options.output(), BAD_ROWS_FILE, new TreeSet<>(told.badKept().value()));
    System.out.println("done " + told.bad().value());
    spark.stop();
  }

  /** What is known of the input once it is read: lines that cannot be, a sample of times. */
  private record Told(
      LongAccumulator bad,
      CollectionAccumulator<String> badKept,
      CollectionAccumulator<Long> times)
      implements java.io.Serializable {}

  private static Iterator<Tuple2<RowKey, byte[]>> read(
      Iterator<Integer> numbers, BackfillOptions options, String catalogue, Told told) {
    if (!numbers.hasNext()) return Collections.emptyIterator();
    EngineStep step = new EngineStep(options.step("read", catalogue, options.read(numbers.next())), null);
    return new Iterator<>() {
      private Tuple2<RowKey, byte[]> next;
      private long count;

      @Override
      public boolean hasNext() {
        while (next == null && step.hasNext()) {
          EngineStep.Frame frame = step.next();
          if (frame.kind() == EngineStep.ROW) {
            if (count++ % ROWS_A_SAMPLE == 0) told.times().add(frame.key().timeMs());
            next = new Tuple2<>(frame.key(), frame.body());
          } else {
            keepBad(frame, told);
          }
        }
        return next != null;
      }

      @Override
      public Tuple2<RowKey, byte[]> next() {
        Tuple2<RowKey, byte[]> row = next;
        next = null;
        return row;
      }
    };
  }

  /** First times of places that hold about as many rows each, from a sample. */
  private static long[] starts(List<Long> times, int places) {
    long[] sample = times.stream().mapToLong(Long::longValue).sorted().toArray();
    if (sample.length == 0) return new long[0];
    TreeSet<Long> starts = new TreeSet<>();
    for (int place = 1; place < places; place++) starts.add(sample[(int) ((long) place * sample.length / places)]);
    return starts.stream().mapToLong(Long::longValue).toArray();
  }

  private static void keepBad(EngineStep.Frame frame, Told told) {
    told.bad().add(1L);
    if (told.bad().value() <= BAD_ROWS_KEPT) told.badKept().add(new String(frame.body(), StandardCharsets.UTF_8));
  }

  /** What an engine answers, without the records that it cannot deal with: those are told. */
  private static Iterator<EngineStep.Frame> usable(EngineStep step, Told told) {
    return new Iterator<>() {
      private EngineStep.Frame next;

      @Override
      public boolean hasNext() {
        while (next == null && step.hasNext()) {
          EngineStep.Frame frame = step.next();
          if (frame.kind() == EngineStep.BAD) keepBad(frame, told);
          else next = frame;
        }
        return next != null;
      }

      @Override
      public EngineStep.Frame next() {
        if (!hasNext()) throw new NoSuchElementException();
        EngineStep.Frame frame = next;
        next = null;
        return frame;
      }
    };
  }

  private static Iterator<Tuple2<RowKey, byte[]>> pairs(Iterator<EngineStep.Frame> step) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return step.hasNext();
      }

      @Override
      public Tuple2<RowKey, byte[]> next() {
        EngineStep.Frame frame = step.next();
        return new Tuple2<>(frame.key(), frame.body());
      }
    };
  }

  private static Iterator<Row> results(Iterator<EngineStep.Frame> step, Schema schema) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return step.hasNext();
      }

      @Override
      public Row next() {
        return schema.row(step.next().body());
      }
    };
  }

  /** The columns as the engine names them. */
  private record Schema(StructType type, String[] kinds) implements java.io.Serializable {
    Row row(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      Object[] values = new Object[kinds.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = switch (kinds[i]) {
          case "string" -> string(buffer);
          case "long" -> buffer.getLong();
          case "timestamp" -> new Timestamp(buffer.getLong());
          case "boolean" -> {
            byte value = buffer.get();
            yield value == 2 ? null : value == 1;
          }
          default -> {
            double value = buffer.getDouble();
            yield Double.isNaN(value) ? null : value;
          }
        };
      }
      return RowFactory.create(values);
    }

    private static String string(ByteBuffer buffer) {
      int length = buffer.getInt();
      if (length < 0) return null;
      String text = new String(buffer.array(), buffer.position(), length, StandardCharsets.UTF_8);
      buffer.position(buffer.position() + length);
      return text;
    }
  }

  /** What the engine says of the table: its columns, and the catalogue that it computes. */
  private static JsonNode said(EngineCommand command) throws IOException {
    return new ObjectMapper().readTree(new EngineStep(command, null).next().body());
  }

  private static Schema schemaOf(JsonNode columns) {
    List<StructField> fields = new ArrayList<>();
    List<String> kinds = new ArrayList<>();
    for (JsonNode column : columns) {
      String kind = column.get("type").asText();
      kinds.add(kind);
      fields.add(DataTypes.createStructField(column.get("name").asText(), typeOf(kind), true));
    }
    return new Schema(DataTypes.createStructType(fields), kinds.toArray(new String[0]));
  }

  private static DataType typeOf(String kind) {
    return switch (kind) {
      case "string" -> DataTypes.StringType;
      case "long" -> DataTypes.LongType;
      case "timestamp" -> DataTypes.TimestampType;
      case "boolean" -> DataTypes.BooleanType;
      case "double" -> DataTypes.DoubleType;
      default -> throw new IllegalArgumentException("a column of type " + kind);
    };
  }

  /** Beside the table; names that start with _ are no part of it. */
  private static void keep(FileSystem files, String output, String name, Collection<String> lines) throws IOException {
    if (lines.isEmpty()) return;
    try (OutputStream out = files.create(new Path(output, name))) {
      for (String line : lines) out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Tells each task that ends, as lines on standard output: the files are read for a sample of times, and then worked on. */
  private static final class ProgressLines extends SparkListener {
    private final long expected;
    private long tasks;

    ProgressLines(long expected) {
      this.expected = expected;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
      tasks++;
      System.out.println("progress tasks " + Math.min(tasks, expected) + " " + expected);
    }
  }
}
