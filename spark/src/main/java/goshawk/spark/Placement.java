package goshawk.spark;

import java.util.Arrays;
import org.apache.spark.Partitioner;

/** Where rows of a backfill go: all rows of a history to one place, or stretches of time one after the other. */
final class Placement {
  private Placement() {}

  static final class ByHistory extends Partitioner {
    private static final long serialVersionUID = 1;
    private final int places;

    ByHistory(int places) {
      this.places = places;
    }

    @Override
    public int numPartitions() {
      return places;
    }

    @Override
    public int getPartition(Object key) {
      // The low bits of a hash choose in other places: mix first (Knuth's multiplier).
      return Math.floorMod(((RowKey) key).hash() * 0x9E3779B1, places);
    }
  }

  static final class ByTime extends Partitioner {
    private static final long serialVersionUID = 1;
    private final long[] starts;

    /** `starts` are the first times of all places but the first, in order. */
    ByTime(long[] starts) {
      this.starts = starts;
    }

    @Override
    public int numPartitions() {
      return starts.length + 1;
    }

    @Override
    public int getPartition(Object key) {
      int at = Arrays.binarySearch(starts, ((RowKey) key).timeMs());
      return at >= 0 ? at + 1 : -at - 1;
    }
  }
}
