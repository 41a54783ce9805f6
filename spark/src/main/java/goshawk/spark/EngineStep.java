package goshawk.spark;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/**
 * One step of a backfill on a task's rows: they go to an engine process, in their order, while what it answers is
 * read. A process that ends early, hangs, or answers nonsense fails the task. The other end is src/adapters/spark/batch-frames.ts.
 */
final class EngineStep implements Iterator<EngineStep.Frame> {
  static final byte ROW = 1;
  static final byte BAD = 2;
  static final byte RESULT = 3;

  private static final int BUFFER_BYTES = 1 << 18;
  private static final int MAX_FRAME_BYTES = 16 << 20;
  private static final int ROW_HEAD = 20;
  /** It is waited for, and neither takes nor gives anything, for so long: it hangs. */
  private static final long SILENCE_MS = 120_000;

  /** `key` is set for rows. */
  record Frame(byte kind, RowKey key, byte[] body) {}

  private final Process process;
  private final DataInputStream in;
  private volatile Throwable inputFailure;
  private volatile long aliveAtNanos = System.nanoTime();
  private volatile boolean waiting;
  private volatile boolean hung;
  private Frame next;
  private boolean ended;

  /** `input` may be null where the process reads something else. */
  EngineStep(EngineCommand command, Iterator<Tuple2<RowKey, byte[]>> input) {
    try {
      process = command.start();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    in = new DataInputStream(new BufferedInputStream(process.getInputStream(), BUFFER_BYTES));
    TaskContext context = TaskContext.get();
    if (context != null) {
      TaskCompletionListener stop = done -> process.destroyForcibly();
      context.addTaskCompletionListener(stop);
    }
    EngineCommand.daemon("goshawk-step-input", () -> feed(input));
    EngineCommand.daemon("goshawk-step-watch", this::watch);
  }

  private void feed(Iterator<Tuple2<RowKey, byte[]>> input) {
    try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), BUFFER_BYTES)) {
      byte[] head = new byte[25];
      ByteBuffer buffer = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
      while (input != null && input.hasNext()) {
        Tuple2<RowKey, byte[]> row = input.next();
        buffer.clear();
        buffer.putInt(head.length - 4 + row._2().length).put(ROW);
        buffer.putLong(row._1().timeMs()).putLong(row._1().order()).putInt(row._1().hash());
        out.write(head);
        out.write(row._2());
        aliveAtNanos = System.nanoTime();
      }
    } catch (Throwable error) {
      // The task's own thread sees the process end, and tells this as the reason.
      inputFailure = error;
      process.destroyForcibly();
    }
  }

  private void watch() {
    try {
      while (process.isAlive()) {
        Thread.sleep(1000);
        long silentMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - aliveAtNanos);
        if (waiting && silentMs > SILENCE_MS) {
          hung = true;
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) next = read();
    return next != null;
  }

  @Override
  public Frame next() {
    if (!hasNext()) throw new NoSuchElementException();
    Frame frame = next;
    next = null;
    return frame;
  }

  private Frame read() {
    waiting = true;
    try {
      int first = in.read();
      if (first < 0) {
        finish();
        return null;
      }
      int length = first | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16 | in.readUnsignedByte() << 24;
      if (length < 1 || length > MAX_FRAME_BYTES) throw new IOException("the engine answered " + length + " bytes");
      byte kind = in.readByte();
      if (kind == ROW) {
        byte[] head = in.readNBytes(ROW_HEAD);
        byte[] body = in.readNBytes(length - 1 - ROW_HEAD);
        if (body.length != length - 1 - ROW_HEAD) throw new EOFException("cut off inside a row");
        ByteBuffer buffer = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        return new Frame(kind, new RowKey(buffer.getLong(), buffer.getLong(), buffer.getInt()), body);
      }
      byte[] body = in.readNBytes(length - 1);
      if (body.length != length - 1) throw new EOFException("cut off inside a frame");
      return new Frame(kind, null, body);
    } catch (IOException error) {
      throw new UncheckedIOException(reason(), error);
    } finally {
      waiting = false;
      aliveAtNanos = System.nanoTime();
    }
  }

  private void finish() throws IOException {
    ended = true;
    try {
      int code = process.waitFor();
      if (code != 0 || inputFailure != null) throw new IOException(reason() + " (exit code " + code + ")", inputFailure);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IOException("the task was stopped", error);
    }
  }

  private String reason() {
    if (hung) return "The engine process gave no sign of life for " + SILENCE_MS / 1000 + " s";
    return "The engine process failed; its messages are in the executor's log";
  }
}
