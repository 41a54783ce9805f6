package goshawk.spark;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The engine of this executor: a goshawk process that decides what tasks hand over, commits it and publishes the
 * decisions. It lives as long as the executor; one that ended or hangs fails the tasks that wait for it, and the next
 * task starts another.
 */
final class EngineProcess {
  /** Handed over and not yet safe, of a partition; beyond it the task waits. */
  private static final long WINDOW_BYTES = 4 << 20;
  private static final int FRAME_BYTES = 256 << 10;
  private static final long PING_EVERY_MS = 1000;
  /** Without a sign of life for so long, the engine hangs. */
  private static final long SILENCE_MS = 20_000;
  /** It waits for its servers, which may be starting themselves. */
  private static final long READY_MS = 180_000;
  private static final long STOP_MS = 15_000;

  private static EngineProcess shared;

  /** What is known of a partition's records that were handed over. */
  private static final class Lane {
    final int partition;
    Frames.Records pending;
    boolean starts;
    long sentNext;
    /** Last offset and size of each frame that is not safe yet. */
    final ArrayDeque<long[]> unsafe = new ArrayDeque<>();
    long unsafeBytes;
    long flushed = -1;

    Lane(int partition) {
      this.partition = partition;
    }
  }

  private final Process process;
  private final OutputStream out;
  private final Map<Integer, Lane> lanes = new HashMap<>();
  private final ArrayDeque<byte[]> control = new ArrayDeque<>();
  private boolean ready;
  private IOException failure;
  private long heardAtNanos = System.nanoTime();

  /** The engine of this JVM; started when there is none that works. */
  static synchronized EngineProcess shared(EngineCommand command) throws IOException {
    if (shared == null || shared.failed()) shared = new EngineProcess(command);
    return shared;
  }

  private EngineProcess(EngineCommand command) throws IOException {
    process = command.start();
    out = process.getOutputStream();
    control.add(Frames.hello());
    EngineCommand.daemon("goshawk-engine-reader", this::readAnswers);
    EngineCommand.daemon("goshawk-engine-writer", this::writeFrames);
    EngineCommand.daemon("goshawk-engine-watch", this::watch);
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
  }

  private synchronized boolean failed() {
    return failure != null;
  }

  /** A task begins to hand over records of a partition. */
  synchronized void begin(int partition) throws IOException {
    awaitReady();
    Lane lane = lanes.computeIfAbsent(partition, Lane::new);
    lane.starts = true;
  }

  /** Waits while too much of the partition is on its way. */
  synchronized void hand(int partition, long offset, long timestampMs, byte[] key, byte[] value, byte[][] headers)
      throws IOException {
    Lane lane = lanes.get(partition);
    while (failure == null && lane.unsafeBytes + (lane.pending == null ? 0 : lane.pending.size()) > WINDOW_BYTES) {
      pause();
    }
    check();
    boolean wakesWriter = lane.pending == null;
    if (lane.pending == null) {
      lane.pending = new Frames.Records(partition, lane.starts);
      lane.starts = false;
    }
    lane.pending.add(offset, timestampMs, key, value, headers);
    lane.sentNext = offset + 1;
    if (wakesWriter) notifyAll();
    while (failure == null && lane.pending != null && lane.pending.size() > FRAME_BYTES) pause();
    check();
  }

  /** Waits until everything that was handed over of the partition is decided and published. */
  synchronized void flush(int partition) throws IOException {
    Lane lane = lanes.get(partition);
    long wanted = lane.sentNext;
    while (failure == null && lane.pending != null) pause();
    check();
    control.add(Frames.flush(partition, wanted));
    notifyAll();
    while (failure == null && lane.flushed < wanted) pause();
    check();
  }

  /** What the driver says of its query; dropped while the engine is not there. */
  synchronized void progress(String json) {
    if (failure == null && ready && control.size() < 100) {
      control.add(Frames.progress(json));
      notifyAll();
    }
  }

  private void awaitReady() throws IOException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_MS);
    while (failure == null && !ready) {
      if (System.nanoTime() > until) {
        throw new IOException("The engine was not ready within " + READY_MS / 1000
            + " s; its messages are in the executor's log.");
      }
      pause();
    }
    check();
  }

  private void check() throws IOException {
    if (failure != null) throw new IOException(failure.getMessage(), failure);
  }

  private void pause() throws IOException {
    try {
      wait(1000);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IOException("the task was stopped", error);
    }
  }

  private void readAnswers() {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
      for (;;) {
        Frames.Answer answer = Frames.readAnswer(in);
        synchronized (this) {
          heardAtNanos = System.nanoTime();
          switch (answer.kind()) {
            case Frames.READY -> {
              if (answer.protocol() != Frames.PROTOCOL) {
                throw new IOException("The engine speaks protocol " + answer.protocol() + ", this job "
                    + Frames.PROTOCOL + ": use the engine of the same release.");
              }
              ready = true;
            }
            case Frames.DONE -> {
              Lane lane = lanes.get(answer.partition());
              while (lane != null && !lane.unsafe.isEmpty() && lane.unsafe.peek()[0] < answer.nextOffset()) {
                lane.unsafeBytes -= lane.unsafe.poll()[1];
              }
            }
            case Frames.FLUSHED -> {
              Lane lane = lanes.get(answer.partition());
              if (lane != null) lane.flushed = Math.max(lane.flushed, answer.nextOffset());
            }
            default -> {}
          }
          notifyAll();
        }
      }
    } catch (IOException error) {
      fail("The engine process ended; its messages are in the executor's log", error);
    }
  }

  private void writeFrames() {
    try {
      for (;;) {
        List<byte[]> frames = new ArrayList<>();
        synchronized (this) {
          for (;;) {
            while (!control.isEmpty()) frames.add(control.poll());
            for (Lane lane : lanes.values()) {
              if (lane.pending == null) continue;
              byte[] frame = lane.pending.frame();
              lane.unsafe.add(new long[] {lane.pending.lastOffset(), frame.length});
              lane.unsafeBytes += frame.length;
              lane.pending = null;
              frames.add(frame);
            }
            if (!frames.isEmpty()) break;
            if (failure != null) return;
            wait();
          }
          notifyAll();
        }
        for (byte[] frame : frames) out.write(frame);
        out.flush();
      }
    } catch (IOException error) {
      fail("The engine process takes nothing any more; its messages are in the executor's log", error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    try {
      while (!failed()) {
        Thread.sleep(PING_EVERY_MS);
        synchronized (this) {
          long silentMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardAtNanos);
          if (silentMs > SILENCE_MS) {
            fail("The engine process gave no sign of life for " + silentMs / 1000 + " s", null);
            return;
          }
          control.add(Frames.ping());
          notifyAll();
        }
      }
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void fail(String what, Throwable cause) {
    if (failure == null) failure = new IOException(what, cause);
    process.destroyForcibly();
    notifyAll();
  }

  /** The end of its input tells it to finish what is under way. */
  private void stop() {
    try {
      out.close();
      if (!process.waitFor(STOP_MS, TimeUnit.MILLISECONDS)) process.destroyForcibly();
    } catch (IOException error) {
      process.destroyForcibly();
    } catch (InterruptedException error) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
