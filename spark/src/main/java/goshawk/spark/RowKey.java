package goshawk.spark;

import java.io.Serializable;
import java.util.Comparator;

/** What Spark sorts and places a row of a backfill by. */
record RowKey(long timeMs, long order, int hash) implements Serializable {
  static final Comparator<RowKey> IN_TIME = new InTime();

  private static final class InTime implements Comparator<RowKey>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int compare(RowKey a, RowKey b) {
      int byTime = Long.compare(a.timeMs, b.timeMs);
      return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    }
  }
}
