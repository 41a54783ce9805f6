// Tasks shared out to worker threads, one at a time to each: whoever is done gets the next.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

export type TaskThreads<Task, Message> = {
  readonly threads: number;
  /**
   * Resolves once all tasks are done; no more of them than there are threads are all under way at once. `onMessage` hears
   * every message and answers true when it ends its task; what it throws ends everything. Rejects when a thread fails.
   */
  run(tasks: readonly Task[], onMessage: (message: Message) => boolean): Promise<void>;
  close(): Promise<void>;
};

/** Starts worker threads that run a module; as many as there are cores where no number is given. */
export function openThreads<Task, Message>(
  module: URL,
  workerData: unknown,
  threads = availableParallelism(),
): TaskThreads<Task, Message> {
  const workers = Array.from({ length: threads }, () => new Worker(module, { workerData }));
  return {
    threads,
    async run(tasks, onMessage) {
      let next = 0;
      await Promise.all(
        workers.map(
          (worker) =>
            new Promise<void>((resolve, reject) => {
              const giveWork = (): void => {
                if (next >= tasks.length) resolve();
                else worker.postMessage(tasks[next++]);
              };
              worker.removeAllListeners();
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
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** The same for one list of tasks. Resolves with the number of threads; none is left behind. */
export async function runOnThreads<Task, Message>(parts: {
  readonly module: URL;
  readonly workerData: unknown;
  readonly tasks: readonly Task[];
  readonly threads: number | undefined;
  readonly onMessage: (message: Message) => boolean;
}): Promise<number> {
  const { module, workerData, tasks, onMessage } = parts;
  const threads = openThreads<Task, Message>(
    module,
    workerData,
    Math.min(parts.threads ?? availableParallelism(), tasks.length),
  );
  try {
    await threads.run(tasks, onMessage);
  } finally {
    await threads.close();
  }
  return threads.threads;
}
