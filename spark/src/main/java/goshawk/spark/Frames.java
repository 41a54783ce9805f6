package goshawk.spark;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The bytes between this job and its engine processes: a length (four bytes, of what follows), a kind (one byte) and a
 * body; numbers are little-endian. The other end is src/adapters/spark/frames.ts.
 */
final class Frames {
  static final int PROTOCOL = 1;

  static final byte HELLO = 1;
  static final byte RECORDS = 2;
  static final byte FLUSH = 3;
  static final byte PING = 4;
  static final byte PROGRESS = 5;
  static final byte READY = (byte) 0x81;
  static final byte DONE = (byte) 0x82;
  static final byte FLUSHED = (byte) 0x83;
  static final byte PONG = (byte) 0x84;

  private static final int MAX_ANSWER_BYTES = 1 << 16;

  private Frames() {}

  /** What an engine says. `partition` and `nextOffset` are set for DONE and FLUSHED, `protocol` for READY. */
  record Answer(byte kind, int partition, long nextOffset, int protocol) {}

  static byte[] hello() {
    Body body = new Body(HELLO);
    body.int32(PROTOCOL);
    return body.frame();
  }

  static byte[] ping() {
    return new Body(PING).frame();
  }

  static byte[] flush(int partition, long nextOffset) {
    Body body = new Body(FLUSH);
    body.int32(partition);
    body.int64(nextOffset);
    return body.frame();
  }

  static byte[] progress(String json) {
    Body body = new Body(PROGRESS);
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    body.write(bytes, 0, bytes.length);
    return body.frame();
  }

  /** Blocks until a whole answer is there. Throws EOFException when the engine has ended. */
  static Answer readAnswer(DataInputStream in) throws IOException {
    int length = Integer.reverseBytes(in.readInt());
    if (length < 1 || length > MAX_ANSWER_BYTES) throw new IOException("an answer of " + length + " bytes");
    byte kind = in.readByte();
    int partition = 0;
    long nextOffset = 0;
    int protocol = 0;
    switch (kind) {
      case READY -> protocol = Integer.reverseBytes(in.readInt());
      case DONE, FLUSHED -> {
        partition = Integer.reverseBytes(in.readInt());
        nextOffset = Long.reverseBytes(in.readLong());
      }
      case PONG -> {}
      default -> throw new IOException("an answer of unknown kind " + (kind & 0xff));
    }
    return new Answer(kind, partition, nextOffset, protocol);
  }

  /** A frame being written. */
  static class Body extends ByteArrayOutputStream {
    Body(byte kind) {
      super(256);
      int32(0);
      write(kind);
    }

    final void int32(int value) {
      for (int shift = 0; shift < 32; shift += 8) write(value >>> shift);
    }

    final void int64(long value) {
      for (int shift = 0; shift < 64; shift += 8) write((int) (value >>> shift));
    }

    final void text(String value) {
      bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A length and bytes; −1 and none for null. */
    final void bytes(byte[] value) {
      if (value == null) {
        int32(-1);
        return;
      }
      int32(value.length);
      write(value, 0, value.length);
    }

    final void putInt32(int at, int value) {
      for (int i = 0; i < 4; i++) buf[at + i] = (byte) (value >>> (8 * i));
    }

    byte[] frame() {
      putInt32(0, count - 4);
      return toByteArray();
    }
  }

  /** Records of one partition on their way, in one frame. */
  static final class Records extends Body {
    private static final int COUNT_AT = 13;
    private int records;
    private long lastOffset;

    Records(int partition, boolean first) {
      super(RECORDS);
      int32(partition);
      int32(first ? 1 : 0);
      int32(0);
    }

    /** `headers` holds names and values in turn. */
    void add(long offset, long timestampMs, byte[] key, byte[] value, byte[][] headers) {
      int64(offset);
      int64(timestampMs);
      bytes(key);
      bytes(value);
      int32(headers.length / 2);
      for (byte[] part : headers) bytes(part == null ? new byte[0] : part);
      records++;
      lastOffset = offset;
    }

    long lastOffset() {
      return lastOffset;
    }

    @Override
    byte[] frame() {
      putInt32(COUNT_AT, records);
      return super.frame();
    }
  }
}
