package goshawk.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.Serializable;
import java.util.Comparator;

/** What Spark sorts and places a row of a backfill by. Kryo cannot fill a record, so it is a class. */
final class RowKey implements KryoSerializable, Serializable {
  private static final long serialVersionUID = 1;
  static final Comparator<RowKey> IN_TIME = new InTime();

  private long timeMs;
  private long order;
  private int hash;

  /** For Kryo. */
  RowKey() {}

  RowKey(long timeMs, long order, int hash) {
    this.timeMs = timeMs;
    this.order = order;
    this.hash = hash;
  }

  long timeMs() {
    return timeMs;
  }

  long order() {
    return order;
  }

  int hash() {
    return hash;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    output.writeLong(timeMs);
    output.writeLong(order);
    output.writeInt(hash);
  }

  @Override
  public void read(Kryo kryo, Input input) {
    timeMs = input.readLong();
    order = input.readLong();
    hash = input.readInt();
  }

  private static final class InTime implements Comparator<RowKey>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int compare(RowKey a, RowKey b) {
      int byTime = Long.compare(a.timeMs, b.timeMs);
      return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    }
  }
}
