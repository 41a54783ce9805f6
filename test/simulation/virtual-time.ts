// Time that passes only when everything waits. A process can be paused, or killed: then it never goes on.
import type { Random } from '../../src/domain/random.ts';

export type Process = { alive: boolean; pausedUntilMs: number };

type Event = { readonly atMs: number; readonly order: number; readonly process: Process; resume(): void };

export type VirtualTime = {
  nowMs(): number;
  /** Resolves that much later, unless the process is dead by then. */
  sleep(process: Process, ms: number): Promise<void>;
  /** A moment of random length, as any call over a network takes. */
  moment(process: Process): Promise<void>;
  /** Runs until nothing is left to happen or `untilMs` is reached. */
  run(untilMs: number): Promise<void>;
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createVirtualTime(random: Random, startMs: number): VirtualTime {
  let now = startMs;
  let order = 0;
  const heap: Event[] = [];
  const earlier = (a: Event, b: Event): boolean => (a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order);

  function push(event: Event): void {
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!earlier(heap[i], heap[parent])) break;
      [heap[i], heap[parent]] = [heap[parent], heap[i]];
      i = parent;
    }
  }

  function pop(): Event | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && earlier(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!earlier(heap[child], heap[i])) break;
      [heap[i], heap[child]] = [heap[child], heap[i]];
      i = child;
    }
    return first;
  }

  const sleep = (process: Process, ms: number): Promise<void> =>
    new Promise((resume) => push({ atMs: now + ms, order: order++, process, resume }));

  return {
    nowMs: () => now,
    sleep,
    moment: (process) => sleep(process, 0.1 + random.next() * random.next() * 20),
    async run(untilMs) {
      for (;;) {
        await turn();
        const event = heap[0];
        if (!event || event.atMs > untilMs) break;
        pop();
        now = Math.max(now, event.atMs);
        const { process, resume } = event;
        if (!process.alive) continue;
        if (process.pausedUntilMs > now) {
          push({ atMs: process.pausedUntilMs, order: order++, process, resume });
          continue;
        }
        resume();
      }
      now = untilMs;
    },
  };
}
