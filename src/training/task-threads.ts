// Tasks shared out to worker threads, one at a time to each: whoever is done gets the next.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

export type TaskThreads<Task, Message> = {
  /** The module that each thread runs, and what it is given at its start. */
  readonly module: URL;
  readonly workerData: unknown;
  readonly tasks: readonly Task[];
  /** As many as there are cores when absent. */
  readonly threads: number | undefined;
  /** Hears every message; true when it ends its task. What it throws ends everything. */
  readonly onMessage: (message: Message) => boolean;
};

/** Resolves with the number of threads once all tasks are done. Rejects when a thread fails; none is left behind. */
export async function runOnThreads<Task, Message>(parts: TaskThreads<Task, Message>): Promise<number> {
  const { module, workerData, tasks, onMessage } = parts;
  const threads = Math.min(parts.threads ?? availableParallelism(), tasks.length);
  const workers = Array.from({ length: threads }, () => new Worker(module, { workerData }));
  let next = 0;
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const giveWork = (): void => {
              if (next >= tasks.length) resolve();
              else worker.postMessage(tasks[next++]);
            };
            worker.on('error', reject);
            worker.on('message', (message: Message) => {
              try {
                if (onMessage(message)) giveWork();
              } catch (error) {
                reject(error);
              }
            });
            giveWork();
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return threads;
}
