// Publishes what partitions decided: in order, tried for as long as it takes, each message once. After an error
// the output is claimed again, and only what it does not hold yet is appended.
import { FencedError } from '../ports/stream/state-store.ts';
import type { LastPublished, OutputLog, StreamMessage } from '../ports/stream/stream.ts';

export type Publisher = {
  /** Nobody who claimed the partition before can publish for it any more; gives what is published already. */
  claim(partition: number): Promise<LastPublished>;
  /** Resolves when all are durable. Rejects with FencedError when the partition was claimed by another, or on close. */
  publish(partition: number, messages: readonly StreamMessage[]): Promise<void>;
  close(): void;
};

export type PublisherParts = {
  readonly output: OutputLog;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onTrouble?: (partition: number, error: Error) => void;
};

type Job = {
  readonly messages: readonly StreamMessage[];
  resolve(): void;
  reject(error: Error): void;
};

const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 2000;
const MAX_APPEND_BYTES = 700_000;

/** Jobs from the head of a queue that fit into one append, and one at least. */
function nextJobs(queue: Job[]): Job[] {
  let bytes = 0;
  let count = 0;
  for (const { messages } of queue) {
    bytes += messages.reduce((sum, { value }) => sum + value.length, 0);
    if (count > 0 && bytes > MAX_APPEND_BYTES) break;
    count++;
  }
  return queue.splice(0, count);
}

/** Brokers refuse a batch of records that is too large, however often it is sent. */
function pieces(messages: readonly StreamMessage[]): StreamMessage[][] {
  const all: StreamMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    bytes += message.value.length;
    if (all.length === 0 || bytes > MAX_APPEND_BYTES) {
      all.push([]);
      bytes = message.value.length;
    }
    all[all.length - 1].push(message);
  }
  return all;
}

/** Publishes for all partitions of a process; each has a queue of its own. */
export function createPublisher({ output, sleep, onTrouble }: PublisherParts): Publisher {
  const queues = new Map<number, Job[]>();
  /** Lost to another: what comes after a message that was not published must not be published either. */
  const lost = new Set<number>();
  /** What the outputs held when they were claimed last: somebody else may have published what waits here. */
  const held = new Map<number, LastPublished>();
  let closed = false;

  async function claim(partition: number): Promise<LastPublished> {
    const last = await output.claim(partition);
    held.set(partition, last);
    return last;
  }

  async function append(partition: number, jobs: readonly Job[]): Promise<void> {
    const all = jobs.flatMap((job) => job.messages);
    let claimed = true;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      try {
        if (lost.has(partition))
          throw new FencedError(`partition ${partition} was claimed by another worker`);
        if (!claimed) await claim(partition);
        claimed = true;
        const last = held.get(partition);
        const messages = last ? all.filter((message) => message.sourceOffset > last[message.output]) : all;
        // A decision on its topic says that everything before it was dealt with.
        const [deadLetters, decisions] = ['dead-letters', 'decisions'].map((name) =>
          messages.filter((message) => message.output === name),
        );
        for (const piece of pieces(deadLetters)) await output.append(partition, piece);
        for (const piece of pieces(decisions)) await output.append(partition, piece);
        return;
      } catch (error) {
        onTrouble?.(partition, error as Error);
        if (error instanceof FencedError) {
          lost.add(partition);
          throw error;
        }
        if (closed) throw new Error('closed before all messages were published', { cause: error });
        claimed = false;
        await sleep(wait);
      }
    }
  }

  async function drain(partition: number, queue: Job[]): Promise<void> {
    while (queue.length > 0) {
      const jobs = nextJobs(queue);
      try {
        await append(partition, jobs);
        for (const job of jobs) job.resolve();
      } catch (error) {
        for (const job of [...jobs, ...queue.splice(0)]) job.reject(error as Error);
      }
    }
    queues.delete(partition);
  }

  return {
    async claim(partition) {
      const last = await claim(partition);
      lost.delete(partition);
      return last;
    },
    publish: (partition, messages) =>
      new Promise<void>((resolve, reject) => {
        const job = { messages, resolve, reject };
        const queue = queues.get(partition);
        if (queue) queue.push(job);
        else {
          const started = [job];
          queues.set(partition, started);
          void drain(partition, started);
        }
      }),
    close() {
      closed = true;
    },
  };
}
