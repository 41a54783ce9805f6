// A worker's records from Spark: what its tasks hand over is decided as soon as it comes, and answered for.
import { parseSparkReport, reportSpark } from '../adapters/redis/spark-report.ts';
import type { FrameIn } from '../adapters/spark/frames.ts';
import { createHandedSource } from '../adapters/spark/handed-source.ts';
import type { SparkLink } from '../adapters/spark/link.ts';
import type { StreamWorker } from '../stream/worker.ts';
import type { FeedParts, WorkerFeed } from './worker.ts';

/** How soon it is noticed that handed records had been decided before. */
const LOOK_MS = 20;

export const sparkFeed =
  (link: SparkLink) =>
  ({ redis, onNotice, trouble, boundary }: FeedParts): WorkerFeed => {
    const source = createHandedSource((partition, from, to) =>
      onNotice(`partition ${partition}: offsets ${from} to ${to} were not in what Spark read`),
    );
    const own = new Set<number>();
    const answered = new Map<number, number>();
    const flushes = new Map<number, number>();
    let stopLooking = (): void => undefined;

    function answer(worker: StreamWorker, partition: number): void {
      const status = worker.status().find((item) => item.partition === partition);
      if (!status) return;
      const { committedOffset, publishedOffset } = status;
      const safe = Math.max(committedOffset, publishedOffset);
      if (safe > (answered.get(partition) ?? -1)) {
        answered.set(partition, safe);
        source.safe(partition, safe);
        link.send({ kind: 'done', partition, nextOffset: safe });
      }
      const wanted = flushes.get(partition);
      if (wanted !== undefined && publishedOffset >= wanted) {
        flushes.delete(partition);
        link.send({ kind: 'flushed', partition, nextOffset: wanted });
      }
    }

    function take(worker: StreamWorker, frame: FrameIn): void {
      switch (frame.kind) {
        case 'records': {
          const { partition, first, records } = frame;
          const where = source.hand(partition, records);
          const safe = answered.get(partition) ?? -1;
          // A task that is tried again hands over what was decided at its first try.
          if (records.length > 0 && records[records.length - 1].offset < safe)
            link.send({ kind: 'done', partition, nextOffset: safe });
          if (own.has(partition)) {
            if (where === 'goes on' || !first) return;
            // Another engine had this partition in between: what is known of it here is old.
            worker.assign([...own].filter((other) => other !== partition));
          } else onNotice(`partition ${partition} is decided here`);
          own.add(partition);
          worker.assign([...own]);
          return;
        }
        case 'flush':
          flushes.set(frame.partition, frame.nextOffset);
          answer(worker, frame.partition);
          return;
        case 'progress': {
          const report = parseSparkReport(frame.text);
          // Redis away shows by the report growing old.
          if (report) reportSpark(redis, report).catch(() => undefined);
          else trouble(`Spark's progress cannot be read: ${frame.text.slice(0, 200)}`);
          return;
        }
        default:
          return;
      }
    }

    let attached: StreamWorker | undefined;
    return {
      runtime: 'spark',
      source,
      lag: () => undefined,
      oldestWaitingMs: (partition) => source.oldestWaitingMs(partition),
      attach(worker) {
        attached = worker;
        link.listen((frame) => take(worker, frame));
        stopLooking = boundary.every('answers to Spark', LOOK_MS, () => {
          for (const partition of own) answer(worker, partition);
        });
      },
      onProgress(partition) {
        if (attached) answer(attached, partition);
      },
      async leave() {
        stopLooking();
      },
    };
  };
