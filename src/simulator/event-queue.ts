// Things that will happen, earliest first (a binary heap).

export type EventQueue<T> = {
  push(timeMs: number, item: T): void;
  peekTime(): number;
  pop(): T | undefined;
  readonly size: number;
};

export function createEventQueue<T>(): EventQueue<T> {
  const heap: { timeMs: number; order: number; item: T }[] = [];
  let pushed = 0;
  const before = (a: number, b: number): boolean =>
    heap[a].timeMs < heap[b].timeMs || (heap[a].timeMs === heap[b].timeMs && heap[a].order < heap[b].order);
  const swap = (a: number, b: number): void => {
    const kept = heap[a];
    heap[a] = heap[b];
    heap[b] = kept;
  };
  return {
    push(timeMs, item) {
      heap.push({ timeMs, order: pushed++, item });
      let at = heap.length - 1;
      while (at > 0 && before(at, (at - 1) >> 1)) {
        swap(at, (at - 1) >> 1);
        at = (at - 1) >> 1;
      }
    },
    peekTime: () => (heap.length > 0 ? heap[0].timeMs : Number.POSITIVE_INFINITY),
    pop() {
      const top = heap[0];
      const last = heap.pop();
      if (!top || !last) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        for (let at = 0; ; ) {
          let least = at;
          for (const child of [2 * at + 1, 2 * at + 2])
            if (child < heap.length && before(child, least)) least = child;
          if (least === at) break;
          swap(at, least);
          at = least;
        }
      }
      return top.item;
    },
    get size() {
      return heap.length;
    },
  };
}
